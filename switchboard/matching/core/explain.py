"""Why this one, and why nobody: reasons for a pair, and what emptied the list.

Reasons say nothing of HIV, reproductive care, gender or background: when such a wish was used and met the
reason is only that preferences were used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from switchboard.kernel.reasons import Reason
from switchboard.matching.core import kernel as k
from switchboard.matching.core.asking import question
from switchboard.matching.core.columns import Tables
from switchboard.matching.core.facts import IN_PERSON, MODALITIES, Need, Pair, RoleFacts, SlotFacts, Weights
from switchboard.matching.core.gates import GATES, consented, other_modalities, unnamed
from switchboard.matching.core.ranking import clock_of, per_mille, preferences_met
from switchboard.matching.core.world import World
from switchboard.matching.core.zones import local
from switchboard.rulebook.words import catalogue

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
QUIET = frozenset({"gender", "culture"})
WEEK = 7 * 1440  # minutes


def because(need: Need, pair: Pair, role: RoleFacts, slot: SlotFacts, weights: Weights) -> Pair:
    """Give the pair with its reasons, what weighs most with people first."""
    return Pair(  # written out: dataclasses.replace takes as long as all the reasons
        practitioner=pair.practitioner,
        role=pair.role,
        slot=pair.slot,
        start=pair.start,
        minutes=pair.minutes,
        modality=pair.modality,
        miles=pair.miles,
        points=pair.points,
        because=tuple(_reasons(need, pair, role, slot, weights)),
    )


def _reasons(need: Need, pair: Pair, role: RoleFacts, slot: SlotFacts, weights: Weights) -> Iterator[Reason]:
    met = preferences_met(need, role, slot, pair.modality, weights)
    if role.practitioner in need.seen:
        yield Reason("seen_before", rule=weights.ref)
    yield when(need.now, pair.start, clock_of(need, role, pair.modality), weights)
    yield _where(pair, weights)
    spoken = need.language or (need.likes_language if "language" in met else None)
    if spoken is not None:
        language = _named("speaks", spoken, "your_language")
        yield Reason(language, rule=weights.ref)
    yield from (
        Reason(code, rule=weights.ref) for code in _treated((need.conditions | need.helpful) & role.treats)
    )
    if "times" in met:
        yield Reason("at_a_time_you_like", rule=weights.ref)
    known = role.results.get(need.group) if need.group is not None else None
    if known is not None and per_mille(known) >= weights.good_results:
        yield Reason("good_results", rule=weights.ref)
    hidden = (need.conditions | need.helpful) & role.treats & unnamed()
    if QUIET & set(met) or hidden:
        yield Reason("preferences_used", rule=weights.ref)


def _where(pair: Pair, weights: Weights) -> Reason:
    if pair.modality != IN_PERSON:
        code = f"by_{pair.modality}"
        return Reason(code, rule=weights.ref)
    if pair.miles is None:
        return Reason("in_person", rule=weights.ref)
    return Reason("miles_away", {"miles": f"{pair.miles:.1f}"}, weights.ref)


@cache
def _named(prefix: str, code: str, otherwise: str) -> str:
    chosen = f"{prefix}_{code}"
    return chosen if chosen in catalogue() else f"{prefix}_{otherwise}"


def _treated(treated: frozenset[str]) -> list[str]:
    said = {_named("treats", code, "your_need") for code in treated - unnamed()}
    return sorted(said, key=lambda code: (code == "treats_your_need", code))


def when(now: int, start: int, zone: str, weights: Weights) -> Reason:
    """Say when on the wall clock of a zone: today, tomorrow, a day of the coming week, or a date."""
    clock, today = local(start, zone), local(now, zone).date()
    ahead = (clock.date() - today).days
    half = "PM" if clock.hour >= 12 else "AM"
    params: dict[str, Any] = {"time": f"{(clock.hour - 1) % 12 + 1}:{clock.minute:02} {half}"}
    if 0 <= ahead <= 1:
        return Reason("sees_you_tomorrow" if ahead else "sees_you_today", params, weights.ref)
    if 1 < ahead < 7:
        code = f"sees_you_{DAYS[clock.weekday()]}"
        return Reason(code, params, weights.ref)
    return Reason("sees_you_on", params | _date(clock.month, clock.day), weights.ref)


def _date(month: int, day: int) -> dict[str, Any]:
    return {"month": month, "day": day}


@dataclass(frozen=True, slots=True)
class Loosening:
    """What one change would bring: how many practitioners, and their first fitting minute (None: none).

    ``gate`` is the gate it opens. ``offered`` is False where nobody may open it (a licence, an age): then
    it only tells what is missing.
    """

    gate: str
    change: str
    practitioners: int
    first: int | None
    offered: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Emptied:
    """Why nothing fits: practitioners left after each gate, the gate that emptied the list, what helps."""

    left: tuple[tuple[str, int], ...]
    gate: str | None
    loosenings: tuple[Loosening, ...]
    because: tuple[Reason, ...]


def explain_empty(world: World, need: Need, weights: Weights) -> Emptied:
    """Say which gate emptied the list and what loosening each would bring; ``gate`` is None when some fit."""
    return emptied(world, consented(need), weights)


def emptied(world: World, need: Need, weights: Weights) -> Emptied:
    """Do what :func:`explain_empty` says for a need already :func:`consented`."""
    left = tuple((gate, _left(world, need, weights, upto)) for upto, gate in enumerate(GATES))
    gate = next((gate for gate, count in left if count == 0), None)
    loosenings = tuple(sorted(_loosenings(world, need, weights), key=_helpful))
    code = f"emptied_by_{gate}" if gate else "not_emptied"
    said = [Reason(code, rule=weights.ref)]
    said += [one.reason for one in loosenings if one.offered]
    return Emptied(left, gate, loosenings, tuple(said))


def _helpful(one: Loosening) -> tuple[Any, ...]:
    return (not one.offered, -one.practitioners, GATES.index(one.gate), one.change)


NOT_ASKED: dict[str, dict[str, Any]] = {
    "licensed": {"state": None},
    "network": {"line": None},
    "level": {"level": None},
    "age": {"age": None},
    "treats": {"conditions": frozenset()},
    "language": {"language": None},
    "modality": {"modalities": MODALITIES},
    "accepting": {},  # asked of the kernel apart: the panel is the role's, not the need's
    "excluded": {"excluded": frozenset()},
    "reach": {"max_miles": None},
    "open_time": {},
}


def _left(world: World, need: Need, weights: Weights, upto: int) -> int:
    """Count the practitioners that pass the gates up to and with number ``upto``."""
    opened: dict[str, Any] = {}
    for gate in GATES[upto + 1 :]:
        opened |= NOT_ASKED[gate]
    asked, kept = replace(need, **opened), GATES[: upto + 1]
    return fitting(world, asked, weights, open_time="open_time" in kept, panel="accepting" in kept)[0]


def fitting(
    world: World, need: Need, weights: Weights, *, open_time: bool = True, panel: bool = True
) -> tuple[int, int | None]:
    """Count the practitioners that fit, and give the first start; the last two gates only if asked."""

    def at(tables: Tables) -> tuple[int, int | None]:
        t, q = tables, question(world, need, weights, open_time=open_time, panel=panel)
        own = world.scratch(tables, 1)
        count = k.first_fits(
            t.planes, t.words, t.small, t.where, t.span, t.start, t.length, t.kind, t.status,
            q.ptr, q.planes, q.excluded, q.ask, q.place, open_time, own.rows, own.heap, own.firsts,
        )  # fmt: skip
        first = int(own.firsts[:count].min()) if count and open_time else None
        return int(k.how_many(own.rows, count, t.who, own.people)), first

    return world.read(at)


def _changes(need: Need) -> Iterator[tuple[str, str, bool, dict[str, Any]]]:
    """Give every single loosening there is: gate, its name, whether it may be offered, what it changes."""
    for gate in ("licensed", "network", "level", "age"):
        if getattr(need, next(iter(NOT_ASKED[gate]))) is not None:
            yield gate, f"not_{gate}", False, NOT_ASKED[gate]
    if need.conditions and need.every_condition and len(need.conditions) > 1:
        yield "treats", "any_condition", True, {"every_condition": False}
    if need.conditions:
        yield "treats", "not_treats", False, NOT_ASKED["treats"]
    if need.language is not None:
        yield "language", "interpreter", True, {"language": None}
    for way in other_modalities(need):
        yield "modality", way, True, {"modalities": (*need.modalities, way)}
    yield "accepting", "not_accepting", False, {}
    if need.excluded:
        yield "excluded", "excluded", True, NOT_ASKED["excluded"]
    if need.max_miles is not None:
        yield "reach", "twice_as_far", True, {"max_miles": 2 * need.max_miles}
        yield "reach", "any_distance", True, NOT_ASKED["reach"]
    yield "open_time", "later", True, {"latest": need.latest + 4 * WEEK}
    if need.visit_type is not None or need.minutes:
        yield "open_time", "other_visit", True, {"visit_type": None, "minutes": 0}


def loosened(need: Need, change: str) -> Need:
    """Give the need with one loosening that may be offered; as it is when there is none of that name."""
    offered = (changed for _, name, may, changed in _changes(need) if may and name == change)
    return replace(need, **next(offered, {}))


def _loosenings(world: World, need: Need, weights: Weights) -> Iterator[Loosening]:
    for gate, change, offered, changed in _changes(need):
        panel = gate != "accepting"
        count, first = fitting(world, replace(need, **changed), weights, panel=panel)
        params: dict[str, Any] = {"practitioners": count}
        if first is not None:
            clock = local(first, need.zone)
            params |= _date(clock.month, clock.day)
        code = f"loosen_{change}" if count else f"no_help_{gate}"
        reason = Reason(code, params, weights.ref)
        yield Loosening(gate, change, count, first, offered and count > 0, reason)
