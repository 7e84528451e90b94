"""Match: the compiled pass beside one pass over the columns, and a NumPy full scan and the best indexed
PostgreSQL query with the same answers.

Times are CPU time of the measuring thread, one question after another, every question once: a machine busy
with other work does not lengthen them, and caches are as a stream of different questions leaves them.
"""

import gc
import os
import resource
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np

from bench import plan
from bench.report import Table
from switchboard.matching.core import kernel as k
from switchboard.matching.core.asking import question
from switchboard.matching.core.columns import RoleColumns, SlotColumns
from switchboard.matching.core.explain import explain_empty
from switchboard.matching.core.facts import Need
from switchboard.matching.core.match import best, match
from switchboard.matching.core.ranking import weights_on
from switchboard.matching.core.world import World

WEIGHTS = weights_on(date(2026, 11, 21))
QUESTIONS = 3000


@nb.njit(nogil=True)
def one_pass(states, lines, levels, treats, languages, cultures, youngest, oldest, ways, gender,
             accepting, room, load, x, y, z, bits, small, place):  # fmt: skip
    """Read every column of every role once, weigh nothing, branch nowhere: count and sum."""
    count = 0
    for row in range(len(states)):
        square = (x[row] - place[0]) ** 2 + (y[row] - place[1]) ** 2 + (z[row] - place[2]) ** 2
        passes = (
            (states[row] & bits[0] != 0) & (lines[row] & small[0] != 0) & (levels[row] & small[1] != 0)
            & (treats[row] & bits[1] != 0) & (languages[row] & bits[2] != 0) & (youngest[row] <= small[2])
            & (oldest[row] >= small[2]) & (ways[row] & small[3] != 0) & accepting[row] & (room[row] > 0)
            & (square <= place[3])
        )  # fmt: skip
        count += passes * (1 + (gender[row] == small[4]) + (cultures[row] & bits[3] != 0) + (load[row] < 500))
    return count


def yardstick(roles: RoleColumns) -> tuple[Callable[[], int], int]:
    """Give the pass, ready to run on these roles, and the bytes it reads."""
    up, across = np.radians(roles.latitude), np.radians(roles.longitude)
    point = (np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up))
    columns = (
        roles.states, roles.lines, roles.levels, roles.treats, roles.languages, roles.cultures,
        roles.youngest, roles.oldest, roles.modalities, roles.gender, roles.accepting,
        roles.room.astype(np.int16), (roles.load * 1000).astype(np.int16),
        *(axis.astype(np.float32) for axis in point),
    )  # fmt: skip
    bits = np.array([1, 1, 1, 1], np.uint64)
    small = np.array([1, 4, 30, 3, 0], np.int16)
    place = np.array([0.2, -0.7, 0.6, 0.01], np.float32)
    return lambda: one_pass(*columns, bits, small, place), sum(column.nbytes for column in columns)


def scan(world: World, roles: RoleColumns, slots: SlotColumns, owner: np.ndarray, need: Need) -> list[tuple]:
    """Answer by NumPy alone: every column of every role, then every slot of the roles that pass."""
    q = question(world, need, WEIGHTS)
    t, ask = world._tables, q.ask
    count = len(roles.role)
    masks, small = t.masks[:count], t.small[:count]
    bit, of = plan.WORDS.bit, np.uint64

    def holds(column: np.ndarray, kind: str, code: str | None) -> np.ndarray:
        if code is None:
            return np.ones(count, bool)
        place = bit(kind, code)
        return (
            column >> column.dtype.type(place) & column.dtype.type(1) != 0
            if place >= 0
            else np.zeros(count, bool)
        )

    passes = holds(roles.states, "states", need.state) & holds(roles.lines, "lines", need.line)
    passes &= holds(roles.levels, "levels", need.level) & holds(roles.languages, "languages", need.language)
    passes &= (roles.youngest <= need.age) & (roles.oldest >= need.age)
    wanted = of(plan.WORDS.mask("conditions", need.conditions))
    met = roles.treats & wanted
    passes &= (met == wanted) if need.every_condition else (met != 0) | (wanted == 0)
    if need.relation == "new":
        passes &= roles.accepting & (roles.room > 0)
    passes &= ~np.isin(roles.practitioner, list(need.excluded))
    tenths = np.full(count, -1)
    near = np.full(count, ask[k.UNPLACED_POINTS])
    ways = roles.modalities & ask[k.ACCEPTABLE]
    if ask[k.PLACED]:
        chord = np.sqrt(((t.where[:count] - q.place) ** 2).sum(axis=1))
        tenths = np.floor(2 * np.arcsin(np.minimum(1, chord / 2)) * k.EARTH_TENTHS + 0.5).astype(np.int64)
        near = q.near[np.minimum(tenths, len(q.near) - 1)]
        if ask[k.LIMIT] >= 0:
            ways = np.where(tenths <= ask[k.LIMIT], ways, ways & 6)
    points = ask[k.LOAD_WEIGHT] * (1000 - small[:, k.LOAD].astype(np.int64))
    points += ask[k.FIT_POINTS + np.bitwise_count(roles.treats & of(ask[k.WANTED] & 0x7FFFFFFFFFFFFFFF))]
    known = t.results[:count, ask[k.GROUP]].astype(np.int64) if ask[k.GROUP] >= 0 else np.full(count, -1)
    points += ask[k.RESULT_WEIGHT] * np.where(known >= 0, known, ask[k.RESULT_UNKNOWN])
    points += ask[k.GENDER_POINTS] * (roles.gender == ask[k.LIKED_GENDER])
    points += ask[k.LANGUAGE_POINTS] * (roles.languages & of(ask[k.LIKED_LANGUAGE]) != 0)
    points += ask[k.CULTURE_POINTS] * (masks[:, k.CULTURES] & of(ask[k.LIKED_CULTURES]) != 0)
    points += ask[k.SEEN_POINTS] * np.isin(roles.practitioner, list(need.seen))
    rows = np.flatnonzero(passes & (ways != 0))
    counts = t.span[rows, k.COUNT]
    at = np.repeat(t.span[rows, k.BEGIN] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    row, start, kind = owner[at], slots.start[at].astype(np.int64), slots.kind[at].astype(np.int64)
    fits = (
        slots.open[at]
        & (start >= need.earliest)
        & (start <= need.latest)
        & (slots.minutes[at] >= need.minutes)
    )
    fits &= kind >> (k.RELATION_BIT + ask[k.RELATION]) & 1 != 0
    if need.visit_type is not None:
        fits &= kind >> (k.VISIT_BIT + ask[k.VISIT]) & 1 != 0
    soon = q.soon[np.minimum(np.maximum(0, start - need.now) // 60, len(q.soon) - 1)]
    score = np.full(len(at), -1)
    for way in range(3):
        offered = fits & (kind & ways[row] & ask[k.ACCEPTABLE] & (1 << way) != 0)
        worth = soon + points[row] + ask[k.WAY_POINTS + way] + (near[row] if way == 0 else ask[k.TELE_POINTS])
        if ask[k.TIME_POINTS]:
            zone = roles.zone[row] if way == 0 else np.full(len(at), ask[k.MEMBER_ZONE])
            since, offset = q.clocks[0][zone], q.clocks[1][zone]
            piece = (since <= start[:, None]).sum(axis=1) - 1
            hour = (start + offset[np.arange(len(at)), piece] + 4320) % 10080 // 60
            worth = worth + ask[k.TIME_POINTS] * q.hours[hour]
        score = np.maximum(score, np.where(offered, worth, -1))
    left = np.flatnonzero(score >= 0)
    who = roles.practitioner[row[left]]
    order = np.lexsort((slots.slot[at[left]], roles.role[row[left]], who, start[left], -score[left]))
    _, firsts = np.unique(who[order], return_index=True)
    chosen = left[order[np.sort(firsts)[:10]]]
    return list(zip(score[chosen].tolist(), slots.slot[at[chosen]].tolist(), strict=True))


def micros(samples: Iterable[float]) -> tuple[float, float, float]:
    half, most, worst = np.percentile(np.array(list(samples)) * 1e6, (50, 99, 100)).tolist()
    return half, most, worst


def timed(action: Callable[[], object]) -> float:
    since = time.thread_time()
    action()
    return time.thread_time() - since


def resident() -> float:
    """Give this process's memory now, in GB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e9


def line(name: str, samples: Iterable[float], unit: float) -> tuple[str, ...]:
    half, most, worst = micros(samples)
    return (name, f"{half:,.0f}", f"{most:,.0f}", f"{worst:,.0f}", f"{half / unit:.2f}", f"{most / unit:.2f}")


def measured(practitioners: int, count: int, open_share: float, *, compare: bool) -> Table:
    """Build a world of this size and time everything on it."""
    draw = np.random.default_rng(7)
    towns = plan.Towns(draw)
    roles = plan.roles(draw, towns, practitioners)
    slots = plan.slots(draw, roles, count, open_share)
    since = time.perf_counter()
    world = World.from_arrays(plan.WORDS, roles, slots)
    built = time.perf_counter() - since
    needs = plan.needs(draw, towns, QUESTIONS)
    title = f"Match: {practitioners:,} practitioners in {len(roles.role):,} roles, {count:,} slots"
    table = Table(title, ("what (microseconds)", "p50", "p99", "most", "p50 / pass", "p99 / pass"))

    run, size = yardstick(roles)
    run(), match(world, needs[0], WEIGHTS), explain_empty(world, needs[0], WEIGHTS)
    passes = [timed(run) for _ in range(500)]
    unit = micros(passes)[0]
    table.rows.append(line("one pass over the practitioner columns", passes, unit))
    asked = [question(world, need, WEIGHTS) for need in needs]
    tables = world._tables
    answers = []

    def show(name: str, action: Callable[[Any], object], over: Iterable[Any]) -> None:
        table.rows.append(line(name, [timed(lambda one=one: action(one)) for one in over], unit))

    show("kernel: best ten", lambda q: answers.append(len(best(world, tables, q, 10))), asked)
    show("need packed, then kernel", lambda n: best(world, tables, question(world, n, WEIGHTS), 10), needs)
    fed = [need for need, found in zip(needs, answers, strict=True) if found]
    empty = [need for need, found in zip(needs, answers, strict=True) if not found]
    show("match: with facts and reasons", lambda n: match(world, n, WEIGHTS), fed[:1000])
    show("match: all questions, empty ones explained", lambda n: match(world, n, WEIGHTS), needs)
    show("explain an empty list", lambda n: explain_empty(world, n, WEIGHTS), empty[:100])
    if compare:
        compared(table, world, roles, slots, needs[:200], unit)
        in_sql(table, world, roles, slots, needs[:100], unit)
    else:
        del slots
        gc.collect()
        table.notes.append(f"Resident memory of the process, data given back: {resident():.2f} GB.")
    table.notes += [
        "One pass: a compiled loop, branch-free, that reads 16 columns of every role once ("
        f"{size / 1e6:.1f} MB: bit sets of states, lines, levels, conditions, languages, backgrounds;"
        " ages, modalities, gender, accepting, room, load, place), tests all the role's gates and counts.",
        f"{QUESTIONS:,} questions with all gates and weights; {np.mean(np.array(answers) == 0):.1%}"
        f" find nobody, {np.mean(np.array(answers) == 10):.1%} find ten. {open_share:.0%} of slots open."
        f" Built in {built:.1f} s.",
    ]
    return table


def compared(
    table: Table, world: World, roles: RoleColumns, slots: SlotColumns, needs: list[Need], unit: float
) -> None:
    """Time the NumPy scan on some needs and hold it to the same answers."""
    owner = np.repeat(np.arange(len(roles.role)), world._tables.span[: len(roles.role), k.COUNT])
    times = []
    for need in needs:
        since = time.thread_time()
        scanned = scan(world, roles, slots, owner, need)
        times.append(time.thread_time() - since)
        found = best(world, world._tables, question(world, need, WEIGHTS), 10)
        assert scanned == list(
            zip(found[:, 0].tolist(), world._tables.ids[found[:, 2]].tolist(), strict=True)
        ), need
    table.rows.append(line("NumPy full scan, same answers", times, unit))
    table.notes.append(f"The scan gave the kernel's answers on all {len(needs)} needs it was timed on.")


def in_sql(
    table: Table, world: World, roles: RoleColumns, slots: SlotColumns, needs: list[Need], unit: float
) -> None:
    """Time the best indexed PostgreSQL query on some needs and hold it to the same answers."""
    from bench.match_sql import asked, loaded

    times = []
    with loaded(roles, slots) as db:
        for need in needs:
            text, params = asked(world, need, WEIGHTS)
            took = []
            for _ in range(3):
                since = time.perf_counter()
                answer = db.execute(text, params).fetchall()
                took.append(time.perf_counter() - since)
            times.append(min(took))
            found = best(world, world._tables, question(world, need, WEIGHTS), 10)
            ids = world._tables.ids[found[:, 2]].tolist()
            assert answer == list(zip(found[:, 0].tolist(), ids, strict=True)), need
    table.rows.append(line("best indexed PostgreSQL query, same answers", times, unit))
    table.notes.append(
        f"PostgreSQL gave the kernel's answers on all {len(needs)} needs it was timed on: one statement"
        " over a GIN index of every role's codes and a covering index of slots (bench/match_sql.py),"
        " the quickest of three, wall time over a local socket."
    )


def main(report: Callable[[str], object] = print) -> None:
    """Measure at the two sizes; ``BENCH_SHARE=0.1`` tries the same at a tenth of them."""
    share = float(os.environ.get("BENCH_SHARE", "1"))
    report(measured(round(53_000 * share), round(1_000_000 * share), 1.0, compare=True).markdown())
    gc.collect()
    report(measured(round(53_000 * share), round(17_000_000 * share), 0.5, compare=False).markdown())


if __name__ == "__main__":
    main()
