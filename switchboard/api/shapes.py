"""What goes in and what comes out: every body of the API, typed. What goes in knows no further fields."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from switchboard.frontdoor.queries import RequestView
from switchboard.kernel.reasons import Reason
from switchboard.matching.core.facts import Pair
from switchboard.outcomes.queries import CrisisView
from switchboard.rulebook.words import say, say_to_staff
from switchboard.scheduling.queries import OpenTime

BIGGEST = 2**63 - 1


def _text_only(given: Any) -> Any:
    """Refuse numbers where a date or an id in words is meant: pydantic would read 0 as 1970-01-01."""
    if not isinstance(given, str):
        raise ValueError("not a text")
    return given


Id = Annotated[int, Field(strict=True, ge=1, le=BIGGEST)]
Whole = Annotated[int, Field(strict=True, ge=-BIGGEST, le=BIGGEST)]
Yes = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_text_only)]
Instant = Annotated[datetime, BeforeValidator(_text_only)]
Code = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[str, Field(min_length=1, max_length=4000)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Modality = Literal["in_person", "video", "phone"]
Language = Annotated[str, Field(pattern="^(en|es)$")]


class Asked(BaseModel):
    """What goes in."""

    model_config = ConfigDict(extra="forbid")


class Told(BaseModel):
    """What comes out."""


class ReasonTold(Told):
    """Why: a code, a sentence, and the rule in its version."""

    code: str
    words: str
    rule: str | None


def reasons(because: Iterable[Reason], language: str, *, staff: bool = False) -> list[ReasonTold]:
    """Put reasons into words: the person's own, or a colleague's."""
    put = say_to_staff if staff else say
    return [
        ReasonTold(code=r.code, words=put(r, language), rule=str(r.rule) if r.rule else None) for r in because
    ]


class TimeTold(Told):
    """A time that can be booked."""

    slot_id: int
    role_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    modalities: list[str]

    @classmethod
    def of(cls, time: OpenTime) -> "TimeTold":
        """Give an open time."""
        return cls(
            slot_id=time.slot_id, role_id=time.role_id, starts_at=time.starts_at, ends_at=time.ends_at,
            time_zone=time.time_zone, modalities=list(time.modalities),
        )  # fmt: skip


class PairTold(Told):
    """A practitioner and a time that fit, and why."""

    slot_id: int
    role_id: int
    practitioner_id: int
    starts_at: datetime
    minutes: int
    modality: str
    miles: float | None
    score: float
    because: list[ReasonTold]


def pair(found: Pair, language: str) -> dict[str, Any]:
    """Give a pair as JSON: built by hand, it stands in the path that must be quick."""
    start = instant(found.start)
    return {
        "slot_id": found.slot,
        "role_id": found.role,
        "practitioner_id": found.practitioner,
        "starts_at": start,
        "minutes": found.minutes,
        "modality": found.modality,
        "miles": found.miles,
        "score": found.score,
        "because": [
            {"code": r.code, "words": say(r, language), "rule": str(r.rule) if r.rule else None}
            for r in found.because
        ],
    }


def instant(minute: int) -> datetime:
    """Give a minute since 1970 as an instant."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


class MatchTold(Told):
    """The best pairs, best first; without one, ``because`` says what emptied the list."""

    pairs: list[PairTold]
    because: list[ReasonTold]


class RequestTold(Told):
    """A request for care."""

    id: UUID
    member: UUID
    state: str
    channel: str
    language: str
    line_of_business: str
    care_state: str
    urgency: str
    asked_at: datetime
    first_offered_at: datetime | None
    third_next_at: datetime | None
    booked_at: datetime | None
    appointment_starts_at: datetime | None
    kept_at: datetime | None
    due_at: datetime | None
    due_rule: str
    closed_reason: str

    @classmethod
    def of(cls, view: RequestView, member: UUID) -> "RequestTold":
        """Give a request; the member by public id."""
        own = {name: getattr(view, name) for name in cls.model_fields if name not in ("id", "member")}
        return cls(id=view.public_id, member=member, **own)


class AppointmentTold(Told):
    """An appointment. Instants in UTC, ``time_zone`` the place's; ``state`` is its version too (ETag)."""

    id: UUID
    slot_id: int
    role_id: int | None
    practitioner_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    modality: str
    state: str
    hold_expires_at: datetime | None

    @classmethod
    def of(cls, made: Any) -> "AppointmentTold":
        """Give an appointment, just made or read."""
        own = {name: getattr(made, name) for name in cls.model_fields if name != "id"}
        return cls(id=made.public_id, **own)


class CrisisTold(Told):
    """A crisis task; it names nobody until it is taken."""

    id: UUID
    level: str
    state: str
    step: str
    opened_at: datetime
    next_step_at: datetime | None
    stale: bool
    unroutable: bool
    acknowledged_by: str
    acknowledged_at: datetime | None
    joined_by: str
    because: list[ReasonTold]

    @classmethod
    def of(cls, view: CrisisView, language: str) -> "CrisisTold":
        """Give a task."""
        rest = {n: getattr(view, n) for n in cls.model_fields if n not in ("id", "because")}
        return cls(id=view.public_id, because=reasons(view.because, language), **rest)


class RouteTold(Told):
    """One way to reach a member, and what may be said there."""

    kind: str
    value: str
    may_text: bool
    may_leave_message: bool
    discreet: bool

    @classmethod
    def of(cls, route: Any) -> "RouteTold":
        """Give a way to reach a member."""
        return cls(**{name: getattr(route, name) for name in cls.model_fields})


class Done(Told):
    """It is done."""

    done: bool = True


class ProblemTold(Told):
    """A no (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = None
