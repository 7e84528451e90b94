"""Members: who they are, where they live, how to reach them, what covers them, what they would like.

They are drawn in chunks, each from its own stream, so that a million takes no more memory than ten thousand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
from numpy.random import Generator
from psycopg.types.range import DateRange

from switchboard.demo.geography import STATES, places
from switchboard.demo.names import STREETS, called, communities, spoken
from switchboard.demo.plan import CHUNK, Plan, chosen, uuids
from switchboard.members.actions.loading import (
    CoverageRow,
    MemberRow,
    PreferenceRow,
    ProxyRow,
    RouteRow,
)
from switchboard.platform.loading import UserRow

FIRST = 4  # members 1 to 3 are the ones one signs in as (staff.py)
GUARDIANS = 1_000_000  # the user id of a child's guardian is this and the child's
ADULT, TEEN = 18, 12

LINES = {"COM": 0.29, "MCO": 0.39, "CHIP": 0.04, "MA": 0.17, "QHP": 0.11}
PLAN_NAMES = {
    "COM": "Harborlight Choice",
    "MCO": "Harborlight Community",
    "CHIP": "Harborlight Kids",
    "MA": "Harborlight Senior",
    "QHP": "Harborlight Marketplace",
}
# Ages by line of business: share, from, to.
AGES = {
    "COM": ((0.24, 0, 18), (0.16, 18, 30), (0.6, 30, 65)),
    "MCO": ((0.42, 0, 18), (0.22, 18, 30), (0.36, 30, 65)),
    "CHIP": ((1.0, 0, 18),),
    "MA": ((0.14, 30, 65), (0.62, 65, 80), (0.24, 80, 97)),
    "QHP": ((0.3, 18, 30), (0.7, 30, 65)),
}
TIMES = ("mon-am", "tue-pm", "wed-eve", "thu-eve", "fri-am", "sat-am")


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Members ``first``, ``first + 1``, ... as columns: what the other tables need to know of them."""

    first: int
    home: np.ndarray
    community: np.ndarray
    female: np.ndarray
    other: np.ndarray
    line: np.ndarray
    born: np.ndarray
    age: np.ndarray
    language: np.ndarray
    family: np.ndarray
    given: np.ndarray
    guarded: np.ndarray

    def __len__(self) -> int:
        return len(self.home)

    @property
    def ids(self) -> range:
        """Give their member ids."""
        return range(self.first, self.first + len(self))


def chunks(plan: Plan) -> Iterator[tuple[int, People]]:
    """Draw all members, some thousands at a time, each chunk with its number."""
    for part, first in enumerate(range(FIRST, plan.members + 1, CHUNK)):
        yield part, _people(plan, part, first, min(CHUNK, plan.members + 1 - first))


def _people(plan: Plan, part: int, first: int, count: int) -> People:
    draw, where = plan.stream("members", part), places()
    home = where.homes(draw, count)
    shares, chance = communities(), draw.random(count)
    community = np.where(
        where.rural[home],
        np.searchsorted(shares.rural, chance, side="right"),
        np.searchsorted(shares.urban, chance, side="right"),
    )
    sex = draw.random(count)
    female = sex < 0.52
    line = chosen(draw, LINES, count)
    days = _days_old(draw, line)
    born = plan.today.toordinal() - days
    age = (days / 365.2425).astype(np.int16)
    family, given = called(draw, community, female)
    language = spoken(draw, community)
    guarded = (age < ADULT) & (draw.random(count) < 0.3)
    return People(
        first, home, community, female, sex > 0.996, line, born, age, language, family, given, guarded
    )


def _days_old(draw: Generator, line: np.ndarray) -> np.ndarray:
    """Draw ages in days, by line of business."""
    days, pick, spread = np.zeros(len(line), dtype=np.int64), draw.random(len(line)), draw.random(len(line))
    for number, code in enumerate(LINES):
        edge = 0.0
        for share, low, high in AGES[code]:
            here = (line == number) & (pick >= edge) & (pick < edge + share + 1e-9)
            days[here] = ((low + spread[here] * (high - low)) * 365.2425).astype(int)
            edge += share
    return days


def member_rows(plan: Plan, part: int, people: People) -> Iterator[MemberRow]:
    """Give the members themselves."""
    draw, where, count = plan.stream("members.rows", part), places(), len(people)
    jitter = draw.normal(0, 0.008, (2, count))
    sexes = np.where(people.other, "other", np.where(people.female, "female", "male")).tolist()
    interpreter = ((people.language != "en") & (draw.random(count) < 0.6)).tolist()
    lines = [
        f"{n} {STREETS[s]}"
        for n, s in zip(
            draw.integers(1, 400, count).tolist(),
            draw.integers(0, len(STREETS), count).tolist(),
            strict=True,
        )
    ]
    home = people.home
    since = _started(plan)
    columns = zip(
        people.ids,
        uuids(draw, count),
        [f"HL{n:08d}" for n in people.ids],
        people.family.tolist(),
        people.given.tolist(),
        map(date.fromordinal, people.born.tolist()),
        sexes,
        [since] * count,
        [since] * count,
        people.language.tolist(),
        interpreter,
        [""] * count,
        [""] * count,
        ["America/New_York"] * count,
        lines,
        [where.cities[h] for h in home],
        [STATES[s] for s in where.states[home]],
        [where.zips[h] for h in home],
        [where.counties[h] for h in home],
        np.round(where.latitudes[home] + jitter[0], 5).tolist(),
        np.round(where.longitudes[home] + jitter[1], 5).tolist(),
        [None] * count,
        [True] * count,
        strict=True,
    )
    return map(MemberRow._make, columns)


def _started(plan: Plan) -> datetime:
    return plan.start - timedelta(days=60)


def phone(area: str, last: int) -> str:
    """Give a number that reaches nobody: 555-0100 to 555-0199 are kept for fiction."""
    return f"+1{area}5550{100 + last % 100}"


def route_rows(plan: Plan, part: int, people: People) -> Iterator[RouteRow]:
    """Give a phone for nearly everybody, an email for most, a confidential route for a few."""
    draw, where, count = plan.stream("routes", part), places(), len(people)
    chance = draw.random((6, count)).tolist()
    last = draw.integers(0, 100, count).tolist()
    for i, number in enumerate(people.ids):
        area = where.areas[people.home[i]]
        yield RouteRow(
            number, "phone", phone(area, last[i]), 1, chance[0][i] < 0.6, chance[1][i] < 0.45, True, False
        )
        if chance[2][i] < 0.72:
            host = "com" if chance[3][i] < 0.5 else "org"
            yield RouteRow(number, "email", f"member{number}@example.{host}", 2, False, True, True, False)
        if chance[4][i] < 0.015:
            other = phone(area, last[i] + 37)
            yield RouteRow(number, "phone", other, 1, chance[5][i] < 0.5, False, True, True)


@cache
def period(first: date, last: date | None) -> DateRange:
    """Give a range of days: first day in, last day out (None: still running)."""
    return DateRange(first, last)


def coverage_rows(plan: Plan, part: int, people: People) -> Iterator[CoverageRow]:
    """Give the cover of today, for some an earlier one in another line, and for a few one that has ended."""
    draw, count = plan.stream("coverage", part), len(people)
    year, codes = plan.today.year, list(LINES)
    years, months = draw.integers(0, 4, count).tolist(), draw.integers(1, 13, count).tolist()
    chance, line = draw.random((2, count)).tolist(), people.line.tolist()
    for i, number in enumerate(people.ids):
        since = date(year - 1 - years[i], months[i], 1)
        until = date(year, months[i], 1) if chance[0][i] < 0.02 and months[i] < plan.today.month else None
        code = codes[line[i]]
        if chance[1][i] < 0.04 and code in {"MCO", "QHP", "COM"}:
            before = "QHP" if code == "MCO" else "MCO"
            earlier = period(since.replace(year=since.year - 1), since)
            yield CoverageRow(number, before, PLAN_NAMES[before], earlier, f"HL{number:08d}")
        yield CoverageRow(number, code, PLAN_NAMES[code], period(since, until), f"HL{number:08d}")


def preference_rows(plan: Plan, part: int, people: People) -> Iterator[PreferenceRow]:
    """Give what about a third of the members, and nearly all who speak another language, would like."""
    draw, count = plan.stream("preferences", part), len(people)
    chance = draw.random((9, count)).tolist()
    language, female = people.language.tolist(), people.female.tolist()
    since = _started(plan)
    for i, number in enumerate(people.ids):
        speaks = language[i]
        if chance[0][i] > (0.9 if speaks != "en" else 0.3):
            continue
        background = communities().all[people.community[i]].background
        yield PreferenceRow(
            number,
            ["female" if female[i] or chance[1][i] < 0.4 else "male"] if chance[2][i] < 0.45 else [],
            [speaks] if speaks != "en" else [],
            speaks != "en" and chance[3][i] < 0.5,
            (["in_person"] if chance[4][i] < 0.5 else ["video", "phone"]) if chance[5][i] < 0.5 else [],
            [background] if background != "white" and chance[6][i] < 0.3 else [],
            [TIMES[int(chance[7][i] * len(TIMES))]] if chance[7][i] < 0.95 and chance[8][i] < 0.6 else [],
            (5, 10, 20, 30)[int(chance[1][i] * 4)] if chance[4][i] < 0.4 else None,
            since,
        )


def guardian_rows(plan: Plan, people: People) -> Iterator[UserRow]:
    """Give the users of parents who have signed up for a child."""
    for i in np.nonzero(people.guarded)[0].tolist():
        number = people.first + i
        yield UserRow(
            GUARDIANS + number,
            f"parent{number}@example.com",
            f"Parent {people.family[i]}",
            "proxy",
            _started(plan),
            "!demo",
            people.language[i] if people.language[i] in {"en", "es"} else "en",
            synthetic=True,
        )


def proxy_rows(plan: Plan, people: People) -> Iterator[ProxyRow]:
    """Give what those parents may do: everything for a child, less for a teenager."""
    for i in np.nonzero(people.guarded)[0].tolist():
        number, teen = people.first + i, people.age[i] >= TEEN
        may = ["appointments", "messages"] + ([] if teen else ["assessments", "record"])
        yield ProxyRow(number, GUARDIANS + number, "parent", may, _started(plan).date())
