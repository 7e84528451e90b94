"""S4: times are right across every change of the clocks (R04), drawn as a day's list of wall times."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.scheduling.core.availability import DifferentDay, Hours, instants, openings, wall_time

#: Every zone of the United States and its territories (IANA zone1970.tab and backward links, tzdata).
ZONES = [
    "America/New_York",
    "America/Detroit",
    "America/Kentucky/Louisville",
    "America/Kentucky/Monticello",
    "America/Indiana/Indianapolis",
    "America/Indiana/Vincennes",
    "America/Indiana/Winamac",
    "America/Indiana/Marengo",
    "America/Indiana/Petersburg",
    "America/Indiana/Vevay",
    "America/Chicago",
    "America/Indiana/Tell_City",
    "America/Indiana/Knox",
    "America/Menominee",
    "America/North_Dakota/Center",
    "America/North_Dakota/New_Salem",
    "America/North_Dakota/Beulah",
    "America/Denver",
    "America/Boise",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Juneau",
    "America/Sitka",
    "America/Metlakatla",
    "America/Yakutat",
    "America/Nome",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/St_Thomas",
    "Pacific/Guam",
    "Pacific/Saipan",
    "Pacific/Pago_Pago",
    "Pacific/Wake",
    "Pacific/Midway",
]
#: R04: the dates of cal.com 19589, 6217, 1092, 7667, 4702, 10517, 6844, 30021.
KNOWN = [
    date(2021, 11, 7),
    date(2022, 11, 6),
    date(2023, 3, 12),
    date(2023, 3, 26),
    date(2023, 11, 5),
    date(2025, 3, 9),
    date(2026, 3, 8),
]
FIRST, LAST = date(2024, 1, 1), date(2035, 12, 31)
days = st.one_of(st.sampled_from(KNOWN), st.dates(FIRST, LAST))


def clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute or 0))


def day(on: date, zone: str, opens: str, closes: str, visit: int = 60, buffer: int = 0, **more) -> str:
    """Give a day's openings as the place's clock shows them, the repeated hour marked ``'``."""
    hours = Hours(on.weekday(), clock(opens), clock(closes), visit_minutes=visit, buffer_minutes=buffer)
    here = ZoneInfo(zone)
    found = openings([hours], more.get("different", []), here, on, on)
    shown = (o.starts_at.astimezone(here) for o in found)
    return " ".join(f"{t:%H:%M}" + "'" * t.fold for t in shown)


def test_a_plain_day_is_cut_into_visits_with_their_buffers():
    assert day(date(2026, 7, 1), "America/Chicago", "9", "12", 50, 10) == "09:00 10:00 11:00"
    assert day(date(2026, 7, 1), "America/Chicago", "9", "12", 45, 15) == "09:00 10:00 11:00"
    assert day(date(2026, 7, 1), "America/Chicago", "9", "11:30", 50, 10) == "09:00 10:00"


def test_the_hour_that_spring_skips_is_refused():
    assert day(date(2026, 3, 8), "America/New_York", "1", "5") == "01:00 03:00 04:00"
    assert instants(datetime(2026, 3, 8, 2, 30), ZoneInfo("America/New_York")) == ()


def test_the_hour_that_autumn_repeats_is_two_hours():
    assert day(date(2026, 11, 1), "America/New_York", "0", "3") == "00:00 01:00 01:00' 02:00"
    first, second = instants(datetime(2026, 11, 1, 1, 30), ZoneInfo("America/New_York"))
    assert second - first == timedelta(hours=1)


def test_a_visit_across_the_change_has_its_real_length_and_overlaps_nothing():
    assert day(date(2026, 3, 8), "America/New_York", "1:30", "5", 60) == "01:30 03:30"
    assert day(date(2026, 11, 1), "America/New_York", "0", "5", 90) == "00:00 01:30 03:00"


def test_a_place_without_summer_time_never_changes():
    assert day(date(2026, 3, 8), "America/Phoenix", "1", "4") == "01:00 02:00 03:00"


def test_a_day_that_differs_is_closed_or_has_other_hours():
    on = date(2026, 7, 1)
    assert day(on, "America/Chicago", "9", "12", different=[DifferentDay(on)]) == ""
    other = DifferentDay(on, clock("13"), clock("15"))
    assert day(on, "America/Chicago", "9", "12", different=[other]) == "13:00 14:00"


def check(zone: str, on: date) -> None:
    """Wall clock in, wall clock out; and the real minutes between are what the day really has."""
    here = ZoneInfo(zone)
    hours = Hours(on.weekday(), time(0), time(23, 59), visit_minutes=30, buffer_minutes=0)
    found = list(openings([hours], [], here, on, on))
    assert all(o.starts_at.astimezone(here).replace(tzinfo=None) == o.wall_time for o in found)
    assert all(o.ends_at - o.starts_at == timedelta(minutes=30) for o in found)
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(found))
    midnight = datetime.combine(on, time(0), here).astimezone(UTC)
    tomorrow = datetime.combine(on + timedelta(days=1), time(0), here).astimezone(UTC)
    halves = int((tomorrow - midnight) / timedelta(minutes=30))
    assert len(found) == halves - 1  # the last half hour ends a minute after 23:59


@given(st.sampled_from(ZONES), days)
def test_wall_time_in_is_wall_time_out(zone: str, on: date):
    """Seen to fail when a visit's end is computed on the wall clock instead of in real minutes."""
    check(zone, on)


@pytest.mark.parametrize("on", KNOWN)
def test_the_dates_on_which_others_failed(on: date):
    for zone in ZONES:
        check(zone, on)


@given(st.sampled_from(ZONES), st.dates(FIRST, date(2034, 12, 31)), st.integers(3, 22))
def test_a_series_keeps_its_wall_time(zone: str, start: date, hour: int):
    """Once a week for a year, both changes of the clocks included: always the same hour on the wall."""
    hours = Hours(start.weekday(), time(hour), time(hour + 1), visit_minutes=50)
    year = list(openings([hours], [], ZoneInfo(zone), start, start + timedelta(days=7 * 52)))
    assert len(year) == 53
    assert {wall_time(o.starts_at, ZoneInfo(zone))[11:] for o in year} == {f"{hour:02}:00"}


@pytest.mark.nightly
@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_every_day_for_twelve_years(zone: str):
    for number in range((LAST - FIRST).days + 1):
        check(zone, FIRST + timedelta(days=number))
