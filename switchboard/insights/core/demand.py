"""What is asked for and how it goes on: counts of people that are safe to show, waits, and clocks met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from switchboard.frontdoor.core.asks import URGENCIES, Asks
from switchboard.insights.core.cells import Share, cells, people, ranked, rounded, safe, share, tally
from switchboard.insights.core.choice import Choice
from switchboard.insights.core.waits import (
    EPOCH,
    Standing,
    Wait,
    business_days,
    running_out,
    spread,
    standing,
    wait,
)
from switchboard.rulebook.listings import codes
from switchboard.rulebook.rules import Value

Marks = NDArray[np.bool_]
#: The steps to a first appointment that have a wait: the column whose day ends it.
STEPS = ("first", "third", "start", "kept")
#: Hours from now in which a clock runs out; 0: it has.
LATE_HOURS = {"over": 0, "day": 24, "two": 48, "week": 168}


@dataclass(frozen=True, slots=True)
class Clock:
    """Requests of one line and urgency: their number, the wait for the appointment, the share met."""

    line: str
    urgency: str
    asked: int | None
    wait: Wait
    met: Share | None


@dataclass(frozen=True, slots=True)
class Demand:
    """Figures of the requests chosen. Counts are people, None where hidden; ``asked`` None: too few to say.

    ``nobody``: nobody asked at all. ``offered``, ``booked`` and ``kept`` are shares of those who asked;
    ``weeks`` counts by week of asking, offering and booking; ``soon_late`` the waiting by what is left.
    """

    asked: int | None
    nobody: bool
    offered: Share | None
    booked: Share | None
    kept: Share | None
    waits: Mapping[str, Wait]
    spread: Sequence[int | None]
    met: Share | None
    clocks: Sequence[Clock]
    weeks: Mapping[str, Sequence[int | None]]
    needs: Mapping[str, int | None]
    counties: Mapping[str, int | None]
    soon_late: Mapping[str, int | None]


def chosen(asks: Asks, choice: Choice) -> Asks:
    """Give the requests a choice is about."""
    return asks.where(_mine(asks, choice))


def _mine(asks: Asks, choice: Choice) -> Marks:
    marks: Marks = np.ones(len(asks.member), dtype=bool)
    for column, listing, code in (
        (asks.line, codes("lines_of_business"), choice.line),
        (asks.state, codes("states"), choice.state),
        (asks.urgency, URGENCIES, choice.urgency),
    ):
        if code:
            marks &= column == listing.index(code)
    return marks


def demand(
    every: Asks,
    choice: Choice,
    mondays: Sequence[date],
    counties: Mapping[str, int],
    rule: Value,
    now: datetime,
) -> Demand:
    """Give the figures of a choice. ``every``: all requests of the weeks; ``counties``: people by county.

    A choice that singles out too few people, or leaves too few out, gives no count at all.
    """
    every = every._replace(member=ranked(every.member))
    asks, least = chosen(every, choice), rule["least"]
    asked = _asked(every, choice, rule)
    if asked is None or not len(asks.member):
        return _silent(asked)
    stand = standing(asks, now)
    days = {
        step: business_days(asks.asked, _until(asks, step), asks.state, codes("states")) for step in STEPS
    }
    whole = np.ones(len(asks.member), dtype=bool)
    offered, booked, kept = (
        share(people(asks.member, column >= 0), people(asks.member, whole), least)
        for column in (asks.offered, asks.booked, asks.kept)
    )
    return Demand(
        asked,
        False,
        offered,
        booked,
        kept,
        {step: wait(column, asks.member, least) for step, column in days.items()},
        spread(days["start"], asks.member, least),
        stand.share(whole, least),
        _clocks(asks, days["start"], stand, rule),
        {name: _weekly(asks, name, mondays, rule) for name in ("asked", "offered", "booked")},
        _needs(asks, rule),
        safe(counties, rule),
        _late(asks, now, rule),
    )


def _until(asks: Asks, step: str) -> NDArray[np.int64]:
    """Give the day a step's wait ends: a kept appointment is kept on the day it was for."""
    if step == "kept":
        return np.where(asks.kept >= 0, asks.start, -1)
    column: NDArray[np.int64] = getattr(asks, step)
    return column


def _asked(every: Asks, choice: Choice, rule: Value) -> int | None:
    """Count who asked; None when this choice, or what it leaves out of a wider one, is too few people.

    Beside each thing chosen stand the others of its kind: they are counted as one table, so that what is
    shown of them never adds up to what is hidden here.
    """
    number = people(every.member, _mine(every, choice))
    if not choice.narrow:
        return cells([number], rule["least"]).shown[0]
    for name, values in (
        ("line", codes("lines_of_business")), ("state", codes("states")), ("urgency", URGENCIES),
    ):  # fmt: skip
        code = getattr(choice, name)
        if not code:
            continue
        wider = _mine(every, _without(choice, name))
        found = tally(getattr(every, name)[wider] + 1, every.member[wider], len(values) + 1)
        if cells(found, rule["least"]).shown[values.index(code) + 1] is None:
            return None
    return rounded(cells([number], rule["least"]).shown[0], rule["round_to"])


def _without(choice: Choice, name: str) -> Choice:
    all_of_them: dict[str, Any] = {name: ""}
    return replace(choice, **all_of_them)


def _silent(asked: int | None) -> Demand:
    none = Wait(None, None, 0)
    return Demand(
        asked, asked == 0, None, None, None, dict.fromkeys(STEPS, none), [], None, [], {}, {}, {}, {}
    )


def _weekly(asks: Asks, name: str, mondays: Sequence[date], rule: Value) -> list[int | None]:
    column = getattr(asks, name)
    week = (column - (mondays[0] - EPOCH).days) // 7
    counts = tally(np.where(column >= 0, week, -1), asks.member, len(mondays))
    return list(safe(dict(enumerate(counts)), rule).values())


def _clocks(asks: Asks, days: NDArray[np.int64], stand: Standing, rule: Value) -> list[Clock]:
    lines, rows = codes("lines_of_business"), {}
    for line in range(len(lines)):
        for urgency in range(len(URGENCIES)):
            marks = (asks.line == line) & (asks.urgency == urgency)
            if marks.any():
                rows[line, urgency] = marks
    counts = safe({key: people(asks.member, marks) for key, marks in rows.items()}, rule)
    silent = Wait(None, None, 0)
    return [
        Clock(
            lines[key[0]], URGENCIES[key[1]], counts[key],
            silent if counts[key] is None else wait(days[marks], asks.member[marks], rule["least"]),
            None if counts[key] is None else stand.share(marks, rule["least"]),
        )
        for key, marks in rows.items()
    ]  # fmt: skip


def _needs(asks: Asks, rule: Value) -> dict[str, int | None]:
    needs = codes("conditions")
    counts = tally(asks.condition, asks.member, len(needs))
    return safe({code: n for code, n in zip(needs, counts, strict=True) if n}, rule)


def _late(asks: Asks, now: datetime, rule: Value) -> dict[str, int | None]:
    """Count the waiting by when their clock runs out: it has, or will within so many hours.

    Where a part would be hidden they stand together as one, "all".
    """
    group, before = np.full(len(asks.member), -1), np.zeros(len(asks.member), dtype=bool)
    for n, hours in enumerate(LATE_HOURS.values()):
        marks = running_out(asks, now, hours)
        group[marks & ~before] = n
        before |= marks
    parts = safe(dict(zip(LATE_HOURS, tally(group, asks.member, len(LATE_HOURS)), strict=True)), rule)
    return parts if None not in parts.values() else safe({"all": people(asks.member, before)}, rule)
