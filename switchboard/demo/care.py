"""People in care: who sees whom, in which standing hour, and what became of each visit.

Shares after published figures: a third to two fifths of first visits at clinics are missed, fewer of the
later ones; some cancel. Visits of the last days still wait for somebody to call.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from switchboard.demo.clinicians import Clinician
from switchboard.demo.geography import STATES, places
from switchboard.demo.hours import GROUP_HOURS, GROUP_SEATS, Clock, Diaries
from switchboard.demo.people import ADULT, People
from switchboard.demo.plan import PAST_WEEKS, Plan
from switchboard.demo.slots import GROUP_CELLS, Visits
from switchboard.rulebook.listings import codes

IN_CARE = 0.12  # of members
WEEKS_AHEAD = 3  # how far standing visits are booked
ROOM = 0.45  # of a practitioner's cells may be standing visits
MISSED, CALLED_OFF = 0.09, 0.11
CALL_WITHIN = 5 * 24 * 60  # minutes: by then somebody has called about a missed visit
REASONS = ("member_asked", "feeling_better", "no_transport", "practitioner_away", "weather")
OUTREACH = {"feeling_better"}


@dataclass(slots=True, eq=False)
class Roll:
    """All members as small columns; the first is member ``first``."""

    first: int
    age: np.ndarray
    line: np.ndarray
    state: np.ndarray
    language: np.ndarray
    female: np.ndarray

    @property
    def count(self) -> int:
        """Give how many there are."""
        return len(self.age)


def noted(people: People) -> Roll:
    """Keep what care needs to know of some members: six bytes each."""
    speech = {code: i for i, code in enumerate(codes("languages"))}
    return Roll(
        people.first,
        people.age,
        people.line.astype(np.int8),
        places().states[people.home],
        np.array([speech[code] for code in people.language], dtype=np.int8),
        people.female,
    )


def roll(some: list[Roll]) -> Roll:
    """Join the notes of all chunks."""
    names = ("age", "line", "state", "language", "female")
    return Roll(some[0].first, *(np.concatenate([getattr(one, name) for one in some]) for name in names))


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """Practitioners (from 0) who may see somebody: by state, for adults, children, by language."""

    adults: list[np.ndarray]
    children: list[np.ndarray]
    leaders: np.ndarray
    speaking: dict[tuple[int, str], np.ndarray]


def pools(clinicians: list[Clinician]) -> Pools:
    """Sort practitioners into pools."""
    adults, children = [], []
    speaking: dict[tuple[int, str], list[int]] = {}
    for number, state in enumerate(STATES):
        near = [c for c in clinicians if state in c.states and not c.leads_program]
        adults.append(np.array([c.id - 1 for c in near if c.age_max >= ADULT + 2], dtype=np.int64))
        children.append(np.array([c.id - 1 for c in near if c.age_min <= 12], dtype=np.int64))
        for c in near:
            for language in c.languages[1:]:
                if c.age_max >= ADULT + 2:
                    speaking.setdefault((number, language), []).append(c.id - 1)
    leaders = np.array([c.id - 1 for c in clinicians if c.leads_program], dtype=np.int64)
    return Pools(adults, children, leaders, {k: np.array(v) for k, v in speaking.items()})


def suited(draw: Generator, who: np.ndarray, people: Roll, among: Pools) -> np.ndarray:
    """Draw a practitioner for each of the members ``who`` (counted from 0); -1 where there is none."""
    found, chance = np.full(len(who), -1, dtype=np.int64), draw.random((2, len(who)))
    child, state = people.age[who] < ADULT, people.state[who]
    for number in range(len(STATES)):
        for pool, here in (
            (among.adults[number], (state == number) & ~child),
            (among.children[number], (state == number) & child),
        ):
            if len(pool):
                found[here] = pool[(chance[0, here] * len(pool)).astype(int)]
    # Half of those who speak another language have found somebody who does, where there is anybody.
    speech = codes("languages")
    for (number, language), pool in among.speaking.items():
        here = (state == number) & (people.language[who] == speech.index(language)) & ~child
        here &= chance[1] < 0.5
        found[here] = pool[(chance[0, here] * len(pool)).astype(int)]
    return found


def in_turn(practitioner: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Number the patients of each practitioner, from ``start`` of that practitioner on."""
    order = practitioner.argsort(kind="stable")
    sorted_by = practitioner[order]
    turn = np.arange(len(order)) - np.searchsorted(sorted_by, sorted_by, side="left")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = turn
    return rank + start[practitioner]


def standing(plan: Plan, when: Clock, people: Roll, clinicians: list[Clinician], book: Diaries) -> Visits:
    """Draw the standing visits of people in care, and the groups; marks the cells they take."""
    draw, among = plan.stream("care"), pools(clinicians)
    who = np.nonzero(draw.random(people.count) < IN_CARE)[0]
    seen_by = suited(draw, who, people, among)
    who, seen_by = who[seen_by >= 0], seen_by[seen_by >= 0]
    rank = in_turn(seen_by, book.taken)
    fits = rank < np.maximum(1, book.count[seen_by] * ROOM).astype(int)
    who, seen_by, rank = who[fits], seen_by[fits], rank[fits]
    np.maximum.at(book.taken, seen_by, rank + 1)
    every = np.where(draw.random(len(who)) < 0.4, 1, 2)  # weeks between visits
    joined = draw.integers(0, PAST_WEEKS + 2, len(who)) - 2
    weeks = PAST_WEEKS + 1 + min(WEEKS_AHEAD, plan.weeks)
    grid = np.arange(weeks)[None, :]
    meets = (grid >= joined[:, None]) & ((grid - joined[:, None]) % every[:, None] == 0)
    person, week = np.nonzero(meets)
    cell = book.cells[seen_by[person], rank[person]].astype(np.int64)
    alone = (seen_by[person], week, cell, people.first + who[person])
    together = _groups(draw, people, among, set(who.tolist()), weeks)
    columns = [np.concatenate(pair) for pair in zip(alone, together, strict=True)]
    return fated(plan, when, np.isin(columns[0], among.leaders), *columns)


def _groups(
    draw: Generator, people: Roll, among: Pools, busy: set[int], weeks: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give every program's groups some adults of its state, three times a week."""
    free = np.array([i for i in np.nonzero(people.age >= ADULT)[0].tolist() if i not in busy][:200_000])
    seats = min(GROUP_SEATS - 3, max(1, len(free) // max(1, 4 * len(among.leaders))))
    who = draw.permutation(free)[: seats * len(among.leaders)]
    leader = np.repeat(among.leaders, seats)[: len(who)]
    shape = (len(who), weeks, len(GROUP_CELLS))
    spread = np.broadcast_to(np.arange(weeks)[None, :, None], shape)
    cells = np.broadcast_to(np.array(GROUP_CELLS)[None, None, :], shape)
    return (
        np.repeat(leader, weeks * len(GROUP_CELLS)),
        spread.ravel(),
        cells.ravel(),
        np.repeat(people.first + who, weeks * len(GROUP_CELLS)),
    )


def fated(
    plan: Plan,
    when: Clock,
    grouped: np.ndarray,
    seen_by: np.ndarray,
    week: np.ndarray,
    cell: np.ndarray,
    member: np.ndarray,
) -> Visits:
    """Decide what became of visits: past ones kept, missed or called off; those ahead booked."""
    order = np.lexsort((cell, week, seen_by))
    seen_by, week, cell, member = seen_by[order], week[order], cell[order], member[order]
    grouped = grouped[order]
    draw, count = plan.stream("fate"), len(order)
    at, chance = when.minutes[week, cell], draw.random(count)
    past = at + np.where(grouped, GROUP_HOURS * 60, 60) <= when.start
    state = np.full(count, "booked", dtype=object)
    state[past] = "fulfilled"
    state[past & (chance < MISSED)] = "noshow"
    off = (chance > 1 - CALLED_OFF) & (past | (chance > 1 - CALLED_OFF / 6))
    state[off] = "cancelled"
    reason = np.full(count, "", dtype=object)
    reason[off] = np.array(REASONS, dtype=object)[draw.integers(0, len(REASONS), int(off.sum()))]
    made = np.minimum(at - 7 * 24 * 60 * (1 + (chance * 4).astype(int)), when.start - 60)
    done = _left_queue(when, at, state)
    blank = np.zeros(count, dtype=np.int64)
    return Visits(
        seen_by, week, cell, member, blank, state, queues(state, reason), reason, done, made,
        grouped, np.arange(1, count + 1), blank.copy(),
    )  # fmt: skip


def queues(state: np.ndarray, reason: np.ndarray) -> np.ndarray:
    """Say in which queue each visit stands: ``scheduling/queues`` and ``scheduling/cancel_reasons``."""
    queue = np.full(len(state), "none", dtype=object)
    queue[state == "booked"] = "upcoming"
    queue[state == "noshow"] = "outreach"
    queue[state == "cancelled"] = "rebook"
    queue[(state == "cancelled") & np.isin(reason.astype(str), list(OUTREACH))] = "outreach"
    return queue


def _left_queue(when: Clock, at: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Give when each visit left its queue: old misses have been called about, the latest not yet."""
    called = (at < when.start - CALL_WITHIN) & np.isin(state.astype(str), ["noshow", "cancelled"])
    return np.where(called, at + 26 * 60, np.where(state == "fulfilled", np.minimum(at + 120, when.start), 0))
