"""Assessments and crisis tasks in bulk, by COPY. Fields are the tables' columns; ids by the caller."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from switchboard.platform.copying import copy_rows

Progress = Callable[[int], object]


class AssessmentRow(NamedTuple):
    """One filled-in instrument. ``scores`` and ``because`` are ``psycopg.types.json.Jsonb``."""

    id: int
    public_id: UUID | str
    member_id: int | None
    instrument: str
    version: str
    language: str
    request_id: int | None
    started_at: datetime
    authored_at: datetime
    completed_at: datetime | None
    given_by: str
    entered_by_id: int | None
    channel: str
    status: str
    total: float | None
    band: str
    positive: bool | None
    scores: Any
    because: Any
    source_key: str | None = None


class CrisisRow(NamedTuple):
    """One crisis task. ``because`` is a ``psycopg.types.json.Jsonb``."""

    id: int
    public_id: UUID | str
    member_id: int | None
    cause: str
    level: str
    state: str
    step: str
    opened_at: datetime
    next_step_at: datetime | None
    because: Any
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    disposition: str = ""
    contact_note: str = ""
    stale: bool = False
    unroutable: bool = False


class AnswerRow(NamedTuple):
    """One answer as given; a risk answer names its crisis task."""

    assessment_id: int
    link_id: str
    value: str
    risk: str
    crisis_task_id: int | None
    at: datetime
    by_id: int | None = None


class CrisisEventRow(NamedTuple):
    """What happened to a crisis task."""

    task_id: int
    at: datetime
    kind: str
    by_id: int | None
    note: str


def load_assessments(rows: Iterable[AssessmentRow], *, progress: Progress | None = None) -> int:
    """Write assessments."""
    return copy_rows("outcomes_assessment", AssessmentRow, rows, progress=progress)


def load_crisis_tasks(rows: Iterable[CrisisRow], *, progress: Progress | None = None) -> int:
    """Write crisis tasks; the answers that opened them follow in the same transaction."""
    return copy_rows("outcomes_crisistask", CrisisRow, rows, progress=progress)


def load_answers(rows: Iterable[AnswerRow], *, progress: Progress | None = None) -> int:
    """Write answers."""
    return copy_rows("outcomes_answer", AnswerRow, rows, progress=progress)


def load_crisis_events(rows: Iterable[CrisisEventRow], *, progress: Progress | None = None) -> int:
    """Write what happened to crisis tasks."""
    return copy_rows("outcomes_crisisevent", CrisisEventRow, rows, progress=progress)
