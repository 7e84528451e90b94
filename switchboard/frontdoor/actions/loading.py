"""Requests and what became of them in bulk, by COPY. Fields are the tables' columns; ids by the caller."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from switchboard.platform.copying import copy_rows

Progress = Callable[[int], object]


class RequestRow(NamedTuple):
    """A member asks for care."""

    id: int
    public_id: UUID | str
    member_id: int
    state: str
    channel: str
    language: str
    line_of_business: str
    care_state: str
    urgency: str
    asked_at: datetime
    due_at: datetime | None
    due_rule: str
    first_offered_at: datetime | None = None
    first_offer_starts_at: datetime | None = None
    third_next_at: datetime | None = None
    booked_at: datetime | None = None
    appointment_starts_at: datetime | None = None
    kept_at: datetime | None = None
    appointment_id: int | None = None
    opened_by_id: int | None = None
    closed_at: datetime | None = None
    closed_reason: str = ""


class IntakeRow(NamedTuple):
    """One answer of the conversation. ``value`` is a ``psycopg.types.json.Jsonb``."""

    request_id: int
    question: str
    value: Any
    at: datetime
    by_id: int | None = None


class TriageRow(NamedTuple):
    """What the answers mean. ``needs`` and ``because`` are ``psycopg.types.json.Jsonb``."""

    request_id: int
    at: datetime
    acuity: int
    lane: str
    needs: Any
    because: Any
    by_id: int | None = None
    override_reason: str = ""


class OfferRow(NamedTuple):
    """A time that was offered. ``because`` is a ``psycopg.types.json.Jsonb``."""

    request_id: int
    batch: UUID | str
    rank: int
    slot_id: int
    role_id: int | None
    starts_at: datetime
    score: float
    because: Any
    at: datetime


class NoteRow(NamedTuple):
    """What a navigator wrote down."""

    member_id: int
    request_id: int | None
    text: str
    by_id: int
    at: datetime


def load_requests(rows: Iterable[RequestRow], *, progress: Progress | None = None) -> int:
    """Write requests."""
    return copy_rows("frontdoor_request", RequestRow, rows, progress=progress)


def load_intake(rows: Iterable[IntakeRow], *, progress: Progress | None = None) -> int:
    """Write answers of the conversation."""
    return copy_rows("frontdoor_intakeanswer", IntakeRow, rows, progress=progress)


def load_triages(rows: Iterable[TriageRow], *, progress: Progress | None = None) -> int:
    """Write triages."""
    return copy_rows("frontdoor_triage", TriageRow, rows, progress=progress)


def load_offers(rows: Iterable[OfferRow], *, progress: Progress | None = None) -> int:
    """Write offers."""
    return copy_rows("frontdoor_offer", OfferRow, rows, progress=progress)


def load_notes(rows: Iterable[NoteRow], *, progress: Progress | None = None) -> int:
    """Write notes."""
    return copy_rows("frontdoor_note", NoteRow, rows, progress=progress)
