"""How long people wait, in business days of the place, and whether the clocks are met.

The day of asking does not count, the day of the appointment does: an appointment on the same day is 0 days,
on the next business day 1. Weekends and the state's holidays do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from switchboard.frontdoor.core.asks import Asks, Numbers
from switchboard.insights.core.cells import Share, cells, people, share, tally
from switchboard.kernel.clocks import closed_days

EPOCH = date(1970, 1, 1)
#: The last day of each group of waits; the last group is longer than that.
GROUPS = (0, 2, 5, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class Wait:
    """Waits of some people, in business days; None where they are too few to say."""

    median: float | None
    ninetieth: float | None
    people: int


def business_days(asked: Numbers, until: Numbers, state: Numbers, states: Sequence[str]) -> Numbers:
    """Count the business days after ``asked`` up to and with ``until``; -1 where there is no end yet."""
    found = np.full(len(asked), -1, dtype=np.int64)
    for place in np.unique(state[until >= 0]).tolist():
        here = (state == place) & (until >= 0)
        begin, end = asked[here] + 1, np.maximum(until[here], asked[here]) + 1
        closed = closed_days(
            states[place] if place >= 0 else "", range(_year(begin.min()), _year(end.max()) + 1)
        )
        found[here] = np.busday_count(
            begin.astype("datetime64[D]"),
            end.astype("datetime64[D]"),
            holidays=np.array(closed, "datetime64[D]"),
        )
    return found


def _year(day: int) -> int:
    return (EPOCH + timedelta(days=int(day))).year


def wait(days: Numbers, members: Numbers, least: int) -> Wait:
    """Give the median and the 90th percentile of the waits that have ended, if of enough people."""
    ended = days >= 0
    number = people(members, ended)
    if number < least:
        return Wait(None, None, number)
    middle, most = np.percentile(days[ended], [50, 90], method="inverted_cdf").tolist()
    return Wait(middle, most, number)


def spread(days: Numbers, members: Numbers, least: int) -> list[int | None]:
    """Give how many percent waited as long as each of ``GROUPS`` says (and longer); None is hidden."""
    group = np.where(days >= 0, np.searchsorted(np.array(GROUPS), days), -1)
    counts = tally(group, members, len(GROUPS) + 1)
    kept, whole = cells(counts, least), sum(counts)
    if not kept.total:
        return [None] * len(counts)
    return [None if n is None else round(100 * n / whole) for n in kept.shown]


@dataclass(frozen=True, slots=True)
class Standing:
    """How requests stand to their clocks, as marks on the rows."""

    met: NDArray[np.bool_]
    missed: NDArray[np.bool_]
    waiting: NDArray[np.bool_]

    def share(self, rows: NDArray[np.bool_], least: int) -> Share | None:
        """Give the share met of those that have come out one way or the other."""
        met, missed = int((self.met & rows).sum()), int((self.missed & rows).sum())
        return share(met, met + missed, least) if met + missed else None


def standing(asks: Asks, now: datetime) -> Standing:
    """Sort requests that have a clock: met, missed (late, or run out), or waiting with time left.

    A request closed before its clock ran out, with no appointment, is in none of them.
    """
    minute = int(now.astimezone(UTC).timestamp()) // 60
    clocked, placed = asks.due_minute >= 0, asks.start_minute >= 0
    met = clocked & placed & (asks.start_minute < asks.due_minute)
    over = np.where(asks.closed_minute >= 0, asks.closed_minute, minute)
    missed = clocked & ~met & (placed | (over >= asks.due_minute))
    waiting = clocked & ~placed & ~missed & (asks.closed_minute < 0)
    return Standing(met, missed, waiting)


def running_out(asks: Asks, now: datetime, hours: int) -> NDArray[np.bool_]:
    """Mark the open requests without an appointment whose clock runs out within so many hours, or has."""
    until = int(now.astimezone(UTC).timestamp()) // 60 + hours * 60
    unplaced = (asks.start_minute < 0) & (asks.closed_minute < 0)
    marked: NDArray[np.bool_] = unplaced & (asks.due_minute >= 0) & (asks.due_minute <= until)
    return marked
