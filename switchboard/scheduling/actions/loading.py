"""Bookable time in bulk, by COPY. Fields are the tables' columns; the caller brings the ids."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from psycopg.types.range import DateRange, TimestamptzRange

from switchboard.platform.copying import copy_rows

Progress = Callable[[int], object]


class ScheduleRow(NamedTuple):
    """The bookable time of one role. ``visit_minutes`` and ``buffer_minutes`` in minutes."""

    id: int
    source_id: int
    role_id: int | None
    practitioner_id: int | None
    location_id: int | None
    name: str
    time_zone: str
    visit_minutes: int
    buffer_minutes: int
    modalities: list[str]
    service_types: list[str]
    source_key: str | None = None
    active: bool = True


class HoursRow(NamedTuple):
    """Hours that repeat each week, in the place's wall time; 0 is Monday."""

    schedule_id: int
    weekday: int
    opens: time
    closes: time
    period: DateRange
    modalities: list[str]
    visit_minutes: int | None = None
    for_new: bool = True
    for_returning: bool = True
    seats: int = 1


class ExceptionRow(NamedTuple):
    """A day that differs."""

    schedule_id: int
    day: date
    opens: time | None
    closes: time | None
    reason: str


class SlotRow(NamedTuple):
    """A stretch of time that can be booked. ``modalities``: bits, 1 in person, 2 video, 4 phone."""

    id: int
    schedule_id: int
    role_id: int | None
    practitioner_id: int | None
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    modalities: int
    for_new: bool
    for_returning: bool
    withdrawn: bool = False
    booking_link: str = ""
    booking_phone: str = ""
    source_key: str | None = None


class AppointmentRow(NamedTuple):
    """A member's place in a slot and what became of it."""

    id: int
    public_id: UUID | str
    slot_id: int
    member_id: int
    practitioner_id: int | None
    role_id: int | None
    request_id: int | None
    during: TimestamptzRange
    time_zone: str
    wall_time: str
    state: str
    queue: str
    queue_done_at: datetime | None
    modality: str
    returning: bool
    grouped: bool
    reason: str
    created_at: datetime
    updated_at: datetime
    hold_expires_at: datetime | None = None
    created_by: int | None = None
    updated_by: int | None = None


def load_schedules(rows: Iterable[ScheduleRow], *, progress: Progress | None = None) -> int:
    """Write schedules."""
    return copy_rows("scheduling_schedule", ScheduleRow, rows, progress=progress)


def load_hours(rows: Iterable[HoursRow], *, progress: Progress | None = None) -> int:
    """Write weekly hours."""
    return copy_rows("scheduling_weeklyhours", HoursRow, rows, progress=progress)


def load_exceptions(rows: Iterable[ExceptionRow], *, progress: Progress | None = None) -> int:
    """Write days that differ."""
    return copy_rows("scheduling_scheduleexception", ExceptionRow, rows, progress=progress)


def load_slots(rows: Iterable[SlotRow], *, progress: Progress | None = None) -> int:
    """Write slots; ``taken`` must count the active appointments that follow."""
    return copy_rows("scheduling_slot", SlotRow, rows, progress=progress)


def load_appointments(rows: Iterable[AppointmentRow], *, progress: Progress | None = None) -> int:
    """Write appointments; the constraints on overlap hold here as everywhere."""
    return copy_rows("scheduling_appointment", AppointmentRow, rows, progress=progress)
