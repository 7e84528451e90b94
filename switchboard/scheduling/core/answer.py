"""What a person who asks for a time, or changes one, is told: an answer with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from switchboard.kernel.reasons import Decision, Reason

MODALITIES = {"in_person": 1, "video": 2, "phone": 4}


class Answer(StrEnum):
    """The first two and the moves are a yes; the rest a no, each with its reason in words."""

    HELD = "held"
    BOOKED = "booked"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    JUST_TAKEN = "just_taken"
    PRACTITIONER_BUSY = "practitioner_busy"
    MEMBER_BUSY = "member_busy"
    NOT_FITTING = "not_fitting"
    BEGUN = "begun"
    WITHDRAWN = "withdrawn"
    SLOT_UNKNOWN = "slot_unknown"
    APPOINTMENT_UNKNOWN = "appointment_unknown"
    NOT_POSSIBLE = "not_possible"
    MISMATCH = "mismatch"
    IN_FLIGHT = "in_flight"


DONE = frozenset(
    {Answer.HELD, Answer.BOOKED, Answer.FULFILLED, Answer.NOSHOW, Answer.CANCELLED, Answer.EXPIRED}
)


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment as it stood when the answer was given. Times are UTC; ``wall_time`` is the place's."""

    id: int
    public_id: UUID
    slot_id: int
    role_id: int | None
    practitioner_id: int | None
    member_id: int
    request_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    wall_time: str
    modality: str
    state: str
    hold_expires_at: datetime | None
    seats_left: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Booked":
        """Read the form in which the database keeps it: instants as seconds since 1970."""
        expires = data["hold_expires_at"]
        return cls(
            **{
                **data,
                "public_id": UUID(data["public_id"]),
                "starts_at": datetime.fromtimestamp(data["starts_at"], UTC),
                "ends_at": datetime.fromtimestamp(data["ends_at"], UTC),
                "hold_expires_at": None if expires is None else datetime.fromtimestamp(expires, UTC),
            }
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the appointment it is about (none when refused before there was one), and whether a retry.

    ``replayed``: this is the answer of an earlier call with the same key; nothing happened this time.
    """

    answer: Answer
    appointment: Booked | None = None
    replayed: bool = False

    @property
    def done(self) -> bool:
        """Tell whether what was asked for has happened."""
        return self.answer in DONE


def decided(
    answer: Answer,
    appointment: Booked | None = None,
    *,
    replayed: bool = False,
    **params: Any,
) -> Decision[Outcome]:
    """Give an answer with its one reason, whose code is ``appointment_`` and the answer."""
    code = f"appointment_{answer}"
    return Decision(Outcome(answer, appointment, replayed), (Reason(code, params),))


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot as somebody found it who could not have it."""

    starts_at: datetime
    seats: int
    taken: int
    withdrawn: bool
    modalities: int
    for_new: bool
    for_returning: bool


def refusal(slot: SlotFacts | None, *, modality: str, returning: bool, now: datetime) -> Answer:
    """Say why a slot could not be had; ``just_taken`` when nothing else stood in the way."""
    if slot is None:
        return Answer.SLOT_UNKNOWN
    if slot.withdrawn:
        return Answer.WITHDRAWN
    if slot.starts_at <= now:
        return Answer.BEGUN
    fits = slot.for_returning if returning else slot.for_new
    if not fits or not slot.modalities & MODALITIES[modality]:
        return Answer.NOT_FITTING
    return Answer.JUST_TAKEN
