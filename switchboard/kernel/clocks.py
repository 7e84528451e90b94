"""Business days and deadlines, in the place's own calendar and zone."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo


@cache
def _closed(state: str, year: int) -> frozenset[date]:
    import holidays  # here: the calendars of the world take a quarter of a second to import

    known = state if state in holidays.country_holidays("US").subdivisions else None
    return frozenset(holidays.country_holidays("US", subdiv=known, years=year))


def closed_days(state: str, years: Iterable[int]) -> list[date]:
    """Give the holidays of a state (federal ones too) in these years, in order; weekends are not named."""
    return sorted(day for year in years for day in _closed(state, year))


def is_business_day(day: date, state: str = "") -> bool:
    """Say whether offices of a state are open: not a weekend, not a federal or state holiday."""
    return day.weekday() < 5 and day not in _closed(state, day.year)


def after_business_days(day: date, count: int, state: str = "") -> date:
    """Give the date ``count`` business days after ``day``, which itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_business_day(day, state)
    return day


def business_days_between(start: date, end: date, state: str = "") -> int:
    """Count the business days after ``start`` up to and with ``end``; 0 when ``end`` is not later."""
    span = max(0, (end - start).days)
    return sum(is_business_day(start + timedelta(days=n), state) for n in range(1, span + 1))


def end_of(day: date, zone: str) -> datetime:
    """Give the instant a day is over where the clocks of ``zone`` hang."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
