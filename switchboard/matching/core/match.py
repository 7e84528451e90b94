"""The match itself: the best pairs of practitioner and time for a need, each with its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from switchboard.kernel.reasons import Decision, Reason
from switchboard.matching.core import kernel as k
from switchboard.matching.core.asking import Question, question
from switchboard.matching.core.columns import Array, Tables
from switchboard.matching.core.explain import because, emptied
from switchboard.matching.core.facts import MODALITIES, Need, Pair, RoleFacts, SlotFacts, Time, Weights
from switchboard.matching.core.gates import consented, fitting_modalities, may_see
from switchboard.matching.core.world import World

BEST = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at the world gave: the pairs, and the facts of their roles at that moment."""

    pairs: tuple[Pair, ...]
    roles: tuple[RoleFacts, ...]
    slots: tuple[SlotFacts, ...]


def match(world: World, need: Need, weights: Weights, count: int = BEST) -> Decision[tuple[Pair, ...]]:
    """Give the best pairs with their reasons, at most one a practitioner; when none, why and what would help.

    Ranked by points, then earlier start, lower practitioner, role and slot: the same question on the same
    world always has the same answer.
    """
    asked = consented(need)
    seen = look(world, asked, weights, count)
    if not seen.pairs:
        return Decision((), emptied(world, asked, weights).because)
    told = zip(seen.pairs, seen.roles, seen.slots, strict=True)
    pairs = tuple(because(asked, pair, role, slot, weights) for pair, role, slot in told)
    return Decision(pairs, (Reason("match_found", {"count": len(pairs)}, weights.ref),))


def look(world: World, need: Need, weights: Weights, count: int = BEST) -> Found:
    """Give the best pairs without reasons. ``need`` must be :func:`consented`."""

    def at(tables: Tables) -> Found:
        asked = question(world, need, weights)
        found = best(world, tables, asked, count).tolist()
        slots = tuple(_slot(world, tables, row, place) for _, row, place, _, _ in found)
        roles = tuple(world.role_facts(tables, row) for _, row, _, _, _ in found)
        pairs = tuple(_pair(one, role, slot) for one, role, slot in zip(found, roles, slots, strict=True))
        return Found(pairs, roles, slots)

    return world.read(at)


def best(world: World, tables: Tables, asked: Question, count: int) -> Array:
    """Run the kernel: ``int64[found, 5]`` of points, row, slot place, way, tenths of a mile."""
    t, q = tables, asked
    own = world.scratch(tables, count)
    size = k.best_pairs(
        t.planes, t.words, t.masks, t.small, t.where, t.results, t.who, t.first, t.span,
        t.start, t.length, t.kind, t.status, t.ids,
        q.ptr, q.planes, q.excluded, q.seen, q.ask, q.soon, q.near, q.place, q.clocks, q.hours,
        own.rows, own.heap, own.notes, own.found,
    )  # fmt: skip
    return own.found[:size]


def _pair(one: list[int], role: RoleFacts, slot: SlotFacts) -> Pair:
    points, _, _, way, tenths = one
    return Pair(
        practitioner=role.practitioner,
        role=role.role,
        slot=slot.slot,
        start=slot.start,
        minutes=slot.minutes,
        modality=MODALITIES[way],
        miles=tenths / 10 if way == 0 and tenths >= 0 else None,
        points=points,
    )


def _slot(world: World, tables: Tables, row: int, place: int) -> SlotFacts:
    kind, words = int(tables.kind[place]), world.vocabulary
    return SlotFacts(
        slot=int(tables.ids[place]),
        role=int(tables.who[row, 1]),
        start=int(tables.start[place]),
        minutes=int(tables.length[place]),
        modalities=words.codes("modalities", kind & 7),
        relations=words.codes("relations", kind >> k.RELATION_BIT & 3),
        visit_types=words.codes("visit_types", kind >> k.VISIT_BIT),
        open=bool(tables.status[place] == 0),
    )


def next_times(world: World, need: Need, practitioner: int, after: int, count: int = 3) -> tuple[Time, ...]:
    """Give the practitioner's next open times after a minute that fit the need, soonest first."""
    asked = consented(need)

    def at(tables: Tables) -> tuple[Time, ...]:
        rows = world.rows_of([practitioner])
        times = [time for row in rows for time in islice(_times(world, tables, asked, row, after), count)]
        return tuple(sorted(times, key=lambda time: (time.start, time.role, time.slot))[:count])

    return world.read(at)


def _times(world: World, tables: Tables, need: Need, row: int, after: int) -> Iterator[Time]:
    """Give the fitting times of one role after a minute, soonest first."""
    role = world.role_facts(tables, row)
    if not may_see(need, role):
        return
    begin, size = int(tables.span[row, k.BEGIN]), int(tables.span[row, k.COUNT])
    own = slice(begin, begin + size)
    for place in begin + np.flatnonzero((tables.status[own] == 0) & (tables.start[own] > after)):
        slot = _slot(world, tables, row, int(place))
        ways = fitting_modalities(need, role, slot)
        if ways:
            yield Time(role.role, slot.slot, slot.start, slot.minutes, ways[0])
