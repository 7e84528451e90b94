"""Reads of schedules: whose time it is, the hours entered, and what is open, taken and past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F

from switchboard.platform.clock import now, today
from switchboard.scheduling.actions.opening import hours_of_row
from switchboard.scheduling.core.availability import DifferentDay, Hours
from switchboard.scheduling.models import Schedule, Slot


class Week(NamedTuple):
    """One week (from Monday, in UTC) of some roles' time: seats offered and seats taken."""

    starts_at: datetime
    seats: int
    taken: int


class ScheduleLine(NamedTuple):
    """A schedule in a list: whose, where, from whom, and its slots counted."""

    schedule_id: int
    name: str
    practitioner_id: int | None
    practitioner: str
    place: str
    source: str
    time_zone: str
    weekly: int
    past: int
    open: int
    next_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as it is kept: its place's zone, lengths in minutes, hours and days that differ."""

    schedule_id: int
    name: str
    role_id: int | None
    practitioner_id: int | None
    time_zone: str
    visit_minutes: int
    buffer_minutes: int
    modalities: tuple[str, ...]
    active: bool
    hours: tuple[Hours, ...]
    different: tuple[DifferentDay, ...]


class SlotLine(NamedTuple):
    """A slot in a list."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    withdrawn: bool


WEEKS = """
SELECT date_trunc('week', starts_at) AS week, sum(seats), sum(taken)
FROM scheduling_slot
WHERE role_id = ANY(%s) AND NOT withdrawn AND starts_at > %s AND starts_at < %s
GROUP BY week ORDER BY week"""
LINES = """
SELECT c.id, c.name, c.practitioner_id, trim(coalesce(p.given_name || ' ' || p.family_name, '')),
       coalesce(l.name, ''), s.name, c.time_zone,
       (SELECT count(*) FROM scheduling_weeklyhours h WHERE h.schedule_id = c.id),
       count(t.id) FILTER (WHERE t.starts_at <= %(now)s),
       count(t.id) FILTER (WHERE t.starts_at > %(now)s AND NOT t.withdrawn AND t.taken < t.seats),
       min(t.starts_at) FILTER (WHERE t.starts_at > %(now)s AND NOT t.withdrawn AND t.taken < t.seats),
       max(t.starts_at)
FROM (SELECT * FROM scheduling_schedule WHERE {which} ORDER BY id LIMIT %(limit)s OFFSET %(offset)s) c
JOIN network_source s ON s.id = c.source_id
LEFT JOIN network_practitioner p ON p.id = c.practitioner_id
LEFT JOIN network_practitionerrole r ON r.id = c.role_id
LEFT JOIN network_location l ON l.id = coalesce(c.location_id, r.location_id)
LEFT JOIN scheduling_slot t ON t.schedule_id = c.id
GROUP BY c.id, c.name, c.practitioner_id, p.given_name, p.family_name, l.name, s.name, c.time_zone
ORDER BY c.id"""


def weeks_ahead(*, roles: Sequence[int], weeks: int = 8) -> list[Week]:
    """Give the seats of these roles by week, from now on, in one statement."""
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(WEEKS, [list(roles), at, at + timedelta(weeks=weeks)])
        return [Week(*row) for row in cursor.fetchall()]


def next_open(*, roles: Sequence[int], limit: int = 6) -> list[tuple[int, datetime, str]]:
    """Give the next open times of these roles: role, start, and the place's zone."""
    rows = Slot.objects.filter(
        role_id__in=list(roles), withdrawn=False, taken__lt=F("seats"), starts_at__gt=now()
    ).order_by("starts_at", "id")
    return [
        (r, s, z) for r, s, z in rows.values_list("role_id", "starts_at", "schedule__time_zone")[:limit] if r
    ]


def schedules_of_roles(*, roles: Sequence[int]) -> list[ScheduleLine]:
    """Give the schedules of these roles, with their slots counted."""
    return _lines("role_id = ANY(%(roles)s)", roles=list(roles), limit=100, offset=0)


def schedules_without_practitioner(*, page: int = 1, size: int = 20) -> list[ScheduleLine]:
    """Give a page of the schedules that name a place only, with their slots counted."""
    return _lines("practitioner_id IS NULL", limit=size, offset=(max(page, 1) - 1) * size)


def _lines(which: str, **params: Any) -> list[ScheduleLine]:
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(which=which), params | {"now": now()})
        return [ScheduleLine(*row) for row in cursor.fetchall()]


def count_without_practitioner() -> int:
    """Count the schedules that name a place only."""
    return Schedule.objects.filter(practitioner__isnull=True).count()


def schedule_of(*, schedule_id: int) -> ScheduleView | None:
    """Give a schedule with its hours, and its days that differ from today on; None when there is none."""
    row = Schedule.objects.filter(pk=schedule_id).first()
    if row is None:
        return None
    first = today(row.time_zone)
    return ScheduleView(
        row.pk,
        row.name,
        row.role_id,
        row.practitioner_id,
        row.time_zone,
        row.visit_minutes,
        row.buffer_minutes,
        tuple(row.modalities),
        row.active,
        tuple(hours_of_row(h, row) for h in row.hours.order_by("weekday", "opens", "id")),
        tuple(
            DifferentDay(d.day, d.opens, d.closes)
            for d in row.exceptions.filter(day__gte=first).order_by("day", "opens", "id")
        ),
    )


def slots_of(*, schedule_id: int, limit: int = 60, past: bool = False) -> list[SlotLine]:
    """Give the slots of a schedule: to come, soonest first; or past, latest first."""
    rows = Slot.objects.filter(schedule_id=schedule_id)
    rows = rows.filter(starts_at__lte=now()) if past else rows.filter(starts_at__gt=now())
    told = rows.order_by("-starts_at" if past else "starts_at").values_list(
        "id", "starts_at", "ends_at", "seats", "taken", "withdrawn"
    )
    return [SlotLine(*row) for row in told[:limit]]
