"""Weekly hours entered by hand: kept, tried, opened as slots; a practice its own, the network anybody's."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Router
from pydantic import BeforeValidator, Field, model_validator

from switchboard.api.callers import HOURS, KEYED, OWN_HOURS, READS, once_each
from switchboard.api.network import ScheduleLineTold
from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Day, Modality, Told
from switchboard.members.queries import viewer_of
from switchboard.network.queries import role_cards
from switchboard.network.queries_record import practitioner_of_user, roles_of
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.scheduling.actions import schedule_by_hand, set_hours
from switchboard.scheduling.core.answer import MODALITIES
from switchboard.scheduling.core.availability import DifferentDay, Hours, openings
from switchboard.scheduling.queries_schedules import (
    ScheduleView,
    schedule_of,
    schedules_of_roles,
    slots_of,
)

router = Router(tags=["hours"])
PREVIEW_DAYS, SHOWN = 14, 60
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _clock_only(given: Any) -> Any:
    """Refuse anything but ``HH:MM``: pydantic would read numbers, seconds and zones."""
    if not isinstance(given, str) or len(given) != 5:
        raise ValueError("not HH:MM")
    return given


Clock = Annotated[time, BeforeValidator(_clock_only)]


def _span(low: int, high: int) -> Any:
    return Field(strict=True, ge=low, le=high)


class HoursAsked(Asked):
    """Hours of one weekday (0 Monday) in the place's wall time; ``until`` is the first day out."""

    weekday: Annotated[int, _span(0, 6)]
    opens: Clock
    closes: Clock
    visit_minutes: Annotated[int, _span(10, 480)] = 50
    seats: Annotated[int, _span(1, 50)] = 1
    whom: Literal["both", "new", "returning"] = "both"
    modalities: Annotated[list[Modality], Field(min_length=1, max_length=3)] = ["in_person", "video", "phone"]
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        length = (self.closes.hour - self.opens.hour) * 60 + self.closes.minute - self.opens.minute
        if length < self.visit_minutes:
            raise ValueError("not one visit fits between opening and closing")
        if self.since and self.until and self.until <= self.since:
            raise ValueError("ends before it begins")
        return self

    def kept(self, buffer: int) -> Hours:
        """Give the hours as scheduling keeps them."""
        return Hours(
            self.weekday, self.opens, self.closes, self.since or date.min, self.until or date.max,
            self.visit_minutes, buffer, sum(MODALITIES[m] for m in set(self.modalities)),
            self.whom != "returning", self.whom != "new", self.seats,
        )  # fmt: skip


class DayAsked(Asked):
    """A day that differs: closed, or open at other hours."""

    day: Day
    opens: Clock | None = None
    closes: Clock | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("both times, or neither for a closed day")
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValueError("closes before it opens")
        return self


class WeekAsked(Asked):
    """All the hours of a schedule: what is left out is no longer open."""

    hours: Annotated[list[HoursAsked], Field(max_length=30)]
    different: Annotated[list[DayAsked], Field(max_length=60)] = []
    buffer_minutes: Annotated[int, _span(0, 120)]

    def said(self) -> tuple[list[Hours], list[DifferentDay]]:
        """Give hours and days that differ as scheduling keeps them."""
        days = [DifferentDay(d.day, d.opens, d.closes) for d in self.different]
        return [h.kept(self.buffer_minutes) for h in self.hours], days


class HoursTold(Told):
    """Hours of one weekday, as kept."""

    weekday: int
    opens: str
    closes: str
    visit_minutes: int
    seats: int
    whom: str
    modalities: list[str]
    since: date | None
    until: date | None


class DayTold(Told):
    """A day that differs."""

    day: date
    opens: str | None
    closes: str | None


class SlotTold(Told):
    """A slot to come."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    withdrawn: bool


class ScheduleTold(Told):
    """A schedule with its hours and the slots to come. ``may_change``: the caller may enter hours."""

    schedule_id: int
    name: str
    role_id: int | None
    practitioner_id: int | None
    time_zone: str
    buffer_minutes: int
    active: bool
    may_change: bool
    hours: list[HoursTold]
    different: list[DayTold]
    slots: list[SlotTold]


class OwnRoleTold(Told):
    """A role of the caller's, to open a schedule for."""

    role_id: int
    organization: str
    location: str


class OwnTold(Told):
    """The schedules of whoever calls, and their roles."""

    schedules: list[ScheduleLineTold]
    roles: list[OwnRoleTold]


class OpeningTold(Told):
    """A slot the hours would make."""

    starts_at: datetime
    ends_at: datetime
    wall_time: str
    seats: int


class OpenedTold(Told):
    """Slots new or changed, and slots no longer offered; appointments stand."""

    offered: int
    withdrawn: int


class ScheduleMade(Told):
    """The schedule whose hours are entered by hand."""

    schedule: int


@router.get("/schedules", response=OwnTold)
@for_roles(*OWN_HOURS)
def own(request: HttpRequest) -> OwnTold:
    """Give the caller's own schedules and roles."""
    mine = practitioner_of_user(user_id=viewer_of(request).user_id or 0)
    roles = roles_of(practitioner_id=mine) if mine else []
    cards = [
        OwnRoleTold(role_id=card.role_id, organization=card.organization, location=card.location)
        for card in role_cards(roles).values()
    ]
    return OwnTold(schedules=[ScheduleLineTold.of(s) for s in schedules_of_roles(roles=roles)], roles=cards)


@router.post("/roles/{role_id}/schedule", response={201: ScheduleMade}, openapi_extra=KEYED)
@for_roles(*HOURS)
@once_each(201)
def make(request: HttpRequest, role_id: Number) -> ScheduleMade:
    """Give a role the schedule whose hours are entered by hand, made on first asking."""
    viewer, card = viewer_of(request), role_cards([role_id]).get(role_id)
    if card is None or not _own(viewer, card.practitioner_id):
        raise _none()
    made = schedule_by_hand(role_id=role_id, by=viewer)
    if made is None:
        raise _none()
    return ScheduleMade(schedule=made)


@router.get("/schedules/{schedule}", response=ScheduleTold)
@for_roles(*dict.fromkeys((*READS, *HOURS)))
def one(request: HttpRequest, schedule: Number) -> ScheduleTold:
    """Give a schedule with its hours and slots."""
    viewer = viewer_of(request)
    found = schedule_of(schedule_id=schedule)
    if found is None or not (viewer.role in READS or _may_change(viewer, found)):
        raise _none()
    plain = ("schedule_id", "name", "role_id", "practitioner_id", "time_zone", "buffer_minutes", "active")
    return ScheduleTold(
        **{name: getattr(found, name) for name in plain},
        may_change=_may_change(viewer, found),
        hours=[_hours(h) for h in found.hours],
        different=[
            DayTold(day=d.day, opens=_clock(d.opens), closes=_clock(d.closes)) for d in found.different
        ],
        slots=[SlotTold(**slot._asdict()) for slot in slots_of(schedule_id=schedule, limit=SHOWN)],
    )


@router.post("/schedules/{schedule}/preview", response=list[OpeningTold])
@for_roles(*HOURS)
def preview(request: HttpRequest, schedule: Number, asked: WeekAsked) -> list[OpeningTold]:
    """Give the slots these hours would make in the coming two weeks; nothing is kept."""
    found, (hours, days) = _mine(viewer_of(request), schedule), asked.said()
    first = today(found.time_zone)
    made = openings(hours, days, ZoneInfo(found.time_zone), first, first + timedelta(days=PREVIEW_DAYS - 1))
    return [
        OpeningTold(starts_at=o.starts_at, ends_at=o.ends_at, wall_time=f"{o.wall_time:%Y-%m-%dT%H:%M}",
                    seats=o.hours.seats)
        for o in made
        if o.starts_at > now()
    ]  # fmt: skip


@router.post("/schedules/{schedule}/hours", response=OpenedTold, openapi_extra=KEYED)
@for_roles(*HOURS)
@once_each(200)
def keep(request: HttpRequest, schedule: Number, asked: WeekAsked) -> OpenedTold:
    """Say anew when a schedule is open, and open its slots."""
    viewer, (hours, days) = viewer_of(request), asked.said()
    _mine(viewer, schedule)
    done = set_hours(
        schedule_id=schedule, hours=hours, different=days, buffer_minutes=asked.buffer_minutes, by=viewer
    )
    return OpenedTold(offered=done.offered, withdrawn=done.withdrawn)


def _mine(viewer: Viewer, schedule: int) -> ScheduleView:
    found = schedule_of(schedule_id=schedule)
    if found is None or not _may_change(viewer, found):
        raise _none()
    return found


def _may_change(viewer: Viewer, schedule: ScheduleView) -> bool:
    return schedule.practitioner_id is not None and _own(viewer, schedule.practitioner_id)


def _own(viewer: Viewer, practitioner_id: int) -> bool:
    """Say whether a viewer enters a practitioner's hours: the network manager anybody's, others their own."""
    if viewer.role is Role.NETWORK_MANAGER:
        return True
    mine = practitioner_of_user(user_id=viewer.user_id or 0)
    return viewer.role in OWN_HOURS and mine == practitioner_id


def _hours(h: Hours) -> HoursTold:
    return HoursTold(
        weekday=h.weekday, opens=f"{h.opens:%H:%M}", closes=f"{h.closes:%H:%M}",
        visit_minutes=h.visit_minutes, seats=h.seats,
        whom="both" if h.for_new and h.for_returning else "new" if h.for_new else "returning",
        modalities=[name for name, bit in MODALITIES.items() if h.modalities & bit],
        since=None if h.since == date.min else h.since, until=None if h.until == date.max else h.until,
    )  # fmt: skip


def _clock(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at else None


def _none() -> Problem:
    return Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
