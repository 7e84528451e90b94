"""Clocks on walls: which hour of the week a minute is in a time zone, true across clock changes.

A zone is a short list of pieces: from this minute on the clock stands so many minutes from UTC. The kernel
reads the same pieces, so no local time is stored with a slot and nothing goes stale when the clocks change.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

MONDAY = 4320  # 1970-01-01 was a Thursday: minutes from Monday 0:00 to Thursday 0:00
PIECES = 12  # clock changes kept for each zone: five years at two a year, and the beginning
FOREVER = 2**31 - 1


def moment(minute: int) -> datetime:
    """Give the aware UTC time of a minute since 1970."""
    return datetime.fromtimestamp(minute * 60, UTC)


@lru_cache(maxsize=8192)
def local(minute: int, zone: str) -> datetime:
    """Give the wall clock of a zone at a minute."""
    return moment(minute).astimezone(ZoneInfo(zone))


def week_hour(minute: int, zone: str) -> int:
    """Give the hour of the week (0 is Monday 0:00 to 1:00) on the wall clock of a zone."""
    clock = local(minute, zone)
    return clock.weekday() * 24 + clock.hour


def _offset(minute: int, zone: str) -> int:
    return int((local(minute, zone).utcoffset() or timedelta()).total_seconds() // 60)


@lru_cache(maxsize=512)
def pieces(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """Give (first minute, offset in minutes) for four years from the start of ``year``, oldest first."""
    begin = int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) // 60 - 2 * 1440
    found = [(-FOREVER, _offset(begin, zone))]
    for day in range(begin, begin + 4 * 366 * 1440, 1440):
        if _offset(day + 1440, zone) == found[-1][1]:
            continue
        low, high = day, day + 1440  # the clock changes in (low, high]
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == found[-1][1] else (low, middle)
        found.append((high, _offset(high, zone)))
    return tuple(found[:PIECES])


@lru_cache(maxsize=512)
def piece_table(zones: tuple[str, ...], year: int) -> NDArray[np.int32]:
    """Give the pieces of several zones as ``int32[2, zone, piece]`` (first minutes, offsets)."""
    table = np.full((2, len(zones), PIECES), FOREVER, dtype=np.int32)
    for place, zone in enumerate(zones):
        for at, (first, offset) in enumerate(pieces(zone, year)):
            table[0, place, at], table[1, place, at] = first, offset
    return table
