"""Bookable time: each practitioner's weekly hours, the standing visits of people in care, and open slots.

A week has 7 x 24 *cells*, the hours on the clock of the place; a practitioner's pattern names theirs. Some of
them are standing visits (the same cell each week), some become open slots, unevenly: many practitioners have
nothing for weeks, a few are wide open. Since slots and visits take different cells, nobody is in two places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from psycopg.types.range import DateRange

from switchboard.demo.clinicians import PROFESSIONS, Clinician
from switchboard.demo.plan import PAST_WEEKS, ZONE, Plan
from switchboard.scheduling.actions.loading import ExceptionRow, HoursRow, ScheduleRow

PART = 2_000  # practitioners drawn at a time
CELLS = 168  # hours in a week
BITS = {"in_person": 1, "video": 2, "phone": 4}
GROUP_SEATS, GROUP_HOURS = 10, 3

Spans = dict[int, tuple[tuple[int, int], ...]]

# Weekly hours: weekday (0 Monday): opens and closes. Evenings and weekends are rare.
PATTERNS: tuple[tuple[float, Spans], ...] = (
    (0.22, dict.fromkeys(range(5), ((9, 12), (13, 17)))),
    (0.17, dict.fromkeys(range(4), ((8, 12), (13, 16)))),
    (0.15, dict.fromkeys(range(1, 5), ((10, 13), (14, 18)))),
    (0.14, dict.fromkeys((0, 2, 4), ((9, 15),))),
    (0.08, {1: ((12, 20),), 3: ((12, 20),)}),
    (0.04, dict.fromkeys((0, 1, 2), ((17, 20),))),
    (0.03, {3: ((16, 20),), 5: ((9, 13),)}),
    (0.12, dict.fromkeys(range(5), ((9, 13),))),
    (0.05, {2: ((11, 19),), 4: ((11, 19),), 6: ((11, 17),)}),
)
GROUP: Spans = dict.fromkeys((0, 2, 4), ((9, 12),))

# How open a practitioner is: share of practitioners, share of their free cells offered, weeks with none.
OPENNESS = ((0.2, 0.0, 0), (0.2, 0.05, 4), (0.3, 0.1, 2), (0.2, 0.2, 0), (0.1, 0.5, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The weeks of the world: the UTC instant of every cell of every week, DST included."""

    first_day: date
    weeks: int
    minutes: np.ndarray  # [week, cell]: minutes since 1970 UTC
    start: int
    horizon: int

    def wall(self, week: int, cell: int) -> str:
        """Say what the clock there shows: ``2026-11-23T09:00``."""
        day = self.first_day + timedelta(days=7 * week + cell // 24)
        return f"{day.isoformat()}T{cell % 24:02d}:00"


def clock(plan: Plan) -> Clock:
    """Lay out the weeks: six of the past, the present one, and those ahead."""
    zone, weeks = ZoneInfo(ZONE), PAST_WEEKS + 1 + plan.weeks
    table = np.empty((weeks, CELLS), dtype=np.int64)
    for day in range(weeks * 7):
        on = plan.first_day + timedelta(days=day)
        for hour in range(24):
            instant = datetime.combine(on, time(hour), zone)
            table[day // 7, day % 7 * 24 + hour] = int(instant.timestamp()) // 60
    start = int(plan.start.timestamp()) // 60
    return Clock(plan.first_day, weeks, table, start, start + plan.weeks * 7 * 24 * 60)


@cache
def instant(minute: int) -> datetime:
    """Give the UTC instant of a minute since 1970."""
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Diaries:
    """Some practitioners' diaries as columns, one row each.

    ``cells``: their weekly cells in a drawn order (standing visits take the first ones), padded with -1;
    ``count``: how many they have; ``taken``: how many of those are spoken for (filled in when people in care
    have found their practitioner); ``openness``: share of free cells offered; ``delay``: weeks with none.
    """

    pattern: np.ndarray
    cells: np.ndarray
    count: np.ndarray
    taken: np.ndarray
    openness: np.ndarray
    delay: np.ndarray


def _cells(pattern: Spans) -> list[int]:
    return [d * 24 + h for d, spans in pattern.items() for low, high in spans for h in range(low, high)]


def diaries(plan: Plan, clinicians: list[Clinician]) -> Diaries:
    """Draw the diaries of all practitioners: a group leader's holds the groups and nothing else."""
    draw, number = plan.stream("diaries"), len(clinicians)
    edges = np.cumsum([share for share, _ in PATTERNS])
    pattern = np.searchsorted(edges / edges[-1], draw.random(number), side="right")
    known = [_cells(spans) for _, spans in PATTERNS]
    width = max(map(len, known))
    table = np.full((len(known), width), -1, dtype=np.int16)
    for i, each in enumerate(known):
        table[i, : len(each)] = each
    cells = table[pattern]
    key = np.where(cells < 0, 2.0, draw.random(cells.shape))
    cells = np.take_along_axis(cells, key.argsort(axis=1), axis=1)
    edges = np.cumsum([share for share, _, _ in OPENNESS])
    kind = np.searchsorted(edges, draw.random(number), side="right").clip(max=len(OPENNESS) - 1)
    # Prescribers, and children's above all, have less to offer than therapists.
    scarce = np.array([_scarcity(c) for c in clinicians])
    openness = np.array([o for _, o, _ in OPENNESS])[kind] * scarce * draw.gamma(4.0, 0.25, number)
    delay = np.array([d for _, _, d in OPENNESS])[kind] + (scarce < 0.5)
    cells[leaders(clinicians)] = -1  # their hours are the groups and nothing else
    taken = np.zeros(number, dtype=np.int64)
    return Diaries(pattern, cells, (cells >= 0).sum(axis=1), taken, openness.clip(max=0.9), delay)


def leaders(clinicians: list[Clinician]) -> np.ndarray:
    """Tell of each practitioner whether they lead a program's groups."""
    return np.array([one.leads_program for one in clinicians])


def _scarcity(one: Clinician) -> float:
    job = PROFESSIONS[one.profession]
    share = 0.35 if job.children >= 1 and job.prescribes else 0.6 if job.prescribes else 1.0
    return share * (1.5 if one.kind == "point_solution" else 1.0)


def schedule_rows(clinicians: list[Clinician]) -> Iterator[ScheduleRow]:
    """Give one schedule a role; its id is the role's."""
    for one in clinicians:
        job = PROFESSIONS[one.profession]
        minutes = GROUP_HOURS * 60 if one.leads_program else 50
        for i, role in enumerate(one.roles):
            ways = list(one.modalities) if not i else ["video"]
            name = "Group program" if one.leads_program else "Visits"
            kinds = ["group"] if one.leads_program else ["medication"] if job.prescribes else ["therapy"]
            yield ScheduleRow(
                role, one.source[i], role, one.id, one.locations[i], name, ZONE, minutes, 10, ways, kinds,
                f"demo-role-{role}",
            )  # fmt: skip


def of_role(one: Clinician, weekday: int) -> int:
    """Give which role works on a weekday: the second one, where there is one, from Thursday on."""
    return len(one.roles) - 1 if weekday >= 3 else 0


def hours_rows(plan: Plan, clinicians: list[Clinician], pattern: np.ndarray) -> Iterator[HoursRow]:
    """Give the weekly hours behind the slots."""
    runs = DateRange(plan.first_day, None)
    for one, number in zip(clinicians, pattern.tolist(), strict=True):
        spans = GROUP if one.leads_program else PATTERNS[number][1]
        for day, pieces in spans.items():
            i = of_role(one, day)
            ways = list(one.modalities) if not i else ["video"]
            for low, high in pieces:
                yield HoursRow(
                    one.roles[i], day, time(low), time(high), runs, ways,
                    GROUP_HOURS * 60 if one.leads_program else None,
                    seats=GROUP_SEATS if one.leads_program else 1,
                )  # fmt: skip


def exception_rows(plan: Plan, clinicians: list[Clinician]) -> Iterator[ExceptionRow]:
    """Give one practitioner in twenty an extra Saturday morning ahead."""
    saturday = plan.first_day + timedelta(days=7 * (PAST_WEEKS + 1) + 5)
    for one in clinicians[::20]:
        yield ExceptionRow(one.roles[0], saturday, time(9), time(12), "Extra hours")


def open_counts(plan: Plan, when: Clock, book: Diaries) -> np.ndarray:
    """Say how many future slots each practitioner offers.

    With ``plan.open_slots`` the numbers add up to it, as far as there is room.
    """
    ahead = (when.minutes >= when.start) & (when.minutes < when.horizon)  # [week, cell]
    most = np.zeros(len(book.count), dtype=np.int64)
    rank = np.arange(book.cells.shape[1])
    for delay in np.unique(book.delay).tolist():
        here = np.nonzero(book.delay == delay)[0]
        times = ahead[PAST_WEEKS + delay :].sum(axis=0)
        free = (book.cells[here] >= 0) & (rank >= book.taken[here, None])
        most[here] = (times[book.cells[here]] * free).sum(axis=1)
    draw = plan.stream("openness")
    wish, spread = book.openness * most, draw.random(len(most))
    if plan.open_slots is None:
        return np.floor(wish + spread).astype(np.int64).clip(max=most)
    return _exactly(plan.open_slots, wish + 1e-3 * most, spread, most)


def _exactly(target: int, wish: np.ndarray, spread: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Scale wishes until they add up to a target; the shape of the shortage stays."""
    low, high = 0.0, 1e6
    for _ in range(80):
        middle = (low + high) / 2
        total = np.minimum(np.floor(wish * middle + spread), most).sum()
        low, high = (middle, high) if total < target else (low, middle)
    counts = np.minimum(np.floor(wish * high + spread), most).astype(np.int64)
    surplus = int(counts.sum()) - target
    # The last few: take one each from those who offer most, until the sum is right.
    for i in np.argsort(-counts, kind="stable")[: max(surplus, 0)].tolist():
        counts[i] -= 1
    return counts
