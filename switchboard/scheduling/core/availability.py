"""When somebody can be seen: weekly hours and days that differ, in the wall time of a place, as instants.

A place's clock skips an hour in spring and shows one twice in autumn. A time it skips is no time at all and
is refused; a time it shows twice is two times, an hour apart, each with its own instant; a visit has its
length in real minutes, whatever the clock does meanwhile. A series keeps the wall time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of one weekday (0 Monday), from ``since`` to before ``until``; minutes for lengths.

    ``modalities`` are bits: 1 in person, 2 video, 4 phone.
    """

    weekday: int
    opens: time
    closes: time
    since: date = date.min
    until: date = date.max
    visit_minutes: int = 50
    buffer_minutes: int = 10
    modalities: int = 7
    for_new: bool = True
    for_returning: bool = True
    seats: int = 1


@dataclass(frozen=True, slots=True)
class DifferentDay:
    """A day that differs: closed when it has no times, else open from ``opens`` to ``closes`` instead."""

    day: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """One bookable stretch: UTC instants, what the clock there says at its start, the hours it comes from."""

    starts_at: datetime
    ends_at: datetime
    wall_time: datetime
    hours: Hours


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Give the UTC instants at which a clock in ``zone`` shows ``wall``: none, one, or two in order."""
    found: dict[datetime, None] = {}
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            found[instant] = None
    return tuple(found)


def wall_time(instant: datetime, zone: ZoneInfo) -> str:
    """Give what a clock in ``zone`` shows at an instant, to the minute: ``2026-11-23T09:00``."""
    return instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def openings(
    hours: Sequence[Hours], different: Iterable[DifferentDay], zone: ZoneInfo, first: date, last: date
) -> Iterator[Opening]:
    """Give every opening whose wall date lies from ``first`` to ``last``, both included, in order."""
    days = {d.day: d for d in different}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield from _of_day(day, _hours_on(day, hours, days.get(day)), zone)


def _hours_on(day: date, hours: Sequence[Hours], differs: DifferentDay | None) -> list[Hours]:
    today = [h for h in hours if h.weekday == day.weekday() and h.since <= day < h.until]
    if differs is None:
        return today
    if differs.opens is None or differs.closes is None:
        return []
    pattern = (today or list(hours))[:1]
    return [replace(h, opens=differs.opens, closes=differs.closes) for h in pattern]


def _of_day(day: date, hours: Iterable[Hours], zone: ZoneInfo) -> Iterator[Opening]:
    """Give the day's openings; none begins before the one before it has ended, buffer included."""
    found = sorted(
        (o for h in hours for o in _of_hours(day, h, zone)), key=lambda o: (o.starts_at, o.wall_time)
    )
    free = datetime.min.replace(tzinfo=UTC)
    for opening in found:
        if opening.starts_at >= free:
            free = opening.ends_at + timedelta(minutes=opening.hours.buffer_minutes)
            yield opening


def _of_hours(day: date, hours: Hours, zone: ZoneInfo) -> Iterator[Opening]:
    step = timedelta(minutes=hours.visit_minutes + hours.buffer_minutes)
    length = timedelta(minutes=hours.visit_minutes)
    closes = datetime.combine(day, hours.closes, zone).replace(fold=1).astimezone(UTC)
    wall = datetime.combine(day, hours.opens)
    while wall.date() == day and wall.time() < hours.closes:
        for starts in instants(wall, zone):
            if starts + length <= closes:
                yield Opening(starts, starts + length, wall, hours)
        wall += step
