"""The soft ranking, in readable Python: what each fitting pair is worth.

Every part is a whole number from 0 to 1000, times its weight from ``rulebook/matching/weights`` (weights sum
to 1000). Whole numbers make ties real and the compiled kernel equal to this, not merely close.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from math import floor
from typing import Any

from switchboard.matching.core.facts import IN_PERSON, Need, RoleFacts, SlotFacts, Weights
from switchboard.matching.core.gates import tenths
from switchboard.matching.core.zones import week_hour
from switchboard.rulebook.rules import rule

PARTS = ("soonest", "nearest", "preferences", "fit", "results", "load", "seen")


@cache
def weights_on(day: date, *, urgent: bool = False) -> Weights:
    """Give the weights in force on a day; ``urgent`` where a visit is due within days."""
    value = rule("matching/weights_urgent" if urgent else "matching/weights").on(day)
    parts: dict[str, Any] = {part: value[part] for part in PARTS}
    if sum(parts.values()) != 1000:
        raise ValueError(f"{value.ref}: the weights of {', '.join(PARTS)} must sum to 1000.")
    tables: dict[str, Any] = {key: tuple(value[key]) for key in ("wait_hours", "wait_points")}
    numbers: dict[str, Any] = {
        key: value[key]
        for key in (
            "far_miles",
            "telehealth_nearness",
            "unknown_nearness",
            "unknown_results",
            "good_results",
            "shares",
        )
    }
    return Weights(**parts, **tables, **numbers, ref=value.ref)


def per_mille(share: float) -> int:
    """Give a share of 0 to 1 in whole thousandths."""
    return min(1000, max(0, floor(share * 1000 + 0.5)))


@lru_cache(maxsize=64)
def soonness_by_hour(weights: Weights) -> tuple[int, ...]:
    """Give the worth of waiting 0, 1, 2 ... whole hours; the last holds for every longer wait."""
    worth = []
    steps = zip(weights.wait_hours, weights.wait_points, strict=True)
    for (since, high), (until, low) in pairwise(steps):
        worth += [high - (high - low) * (hour - since) // (until - since) for hour in range(since, until)]
    return (*worth, weights.wait_points[-1])


def soonness(need: Need, start: int, weights: Weights) -> int:
    """Give how soon a start is, 1000 for at once."""
    worth = soonness_by_hour(weights)
    return worth[min(max(0, start - need.now) // 60, len(worth) - 1)]


@lru_cache(maxsize=64)
def nearness_by_tenth(weights: Weights) -> tuple[int, ...]:
    """Give the worth of 0, 1, 2 ... tenths of a mile; the last holds for everything farther."""
    far = weights.far_miles * 10
    return tuple(1000 - 1000 * tenth // far for tenth in range(far + 1))


def nearness(need: Need, role: RoleFacts, way: str, weights: Weights) -> int:
    """Give how near a visit is: 1000 next door, 0 from ``far_miles`` on; telehealth has its own worth."""
    if way != IN_PERSON:
        return weights.telehealth_nearness
    distance = tenths(need, role)
    if distance is None:
        return weights.unknown_nearness
    worth = nearness_by_tenth(weights)
    return worth[min(distance, len(worth) - 1)]


def preference_worth(need: Need, weights: Weights) -> Mapping[str, int]:
    """Give what each stated preference is worth when met; together at most 1000, none stated: empty."""
    stated = {
        "gender": need.likes_gender is not None,
        "language": need.likes_language is not None,
        "modality": need.likes_modality,
        "culture": bool(need.likes_cultures),
        "times": bool(need.week_hours),
    }
    if not any(stated.values()):
        return {}
    total = sum(weights.shares[kind] for kind, asked in stated.items() if asked)
    return {kind: 1000 * weights.shares[kind] // total for kind, asked in stated.items() if asked}


def clock_of(need: Need, role: RoleFacts, way: str) -> str:
    """Give the zone whose clock counts: the place's when meeting there, else the member's."""
    return role.zone if way == IN_PERSON else need.zone


def preferences_met(
    need: Need, role: RoleFacts, slot: SlotFacts, way: str, weights: Weights
) -> Mapping[str, int]:
    """Give the worth of each preference this pair meets; the second-liked modality counts half."""
    worth = preference_worth(need, weights)
    if not worth:
        return worth  # nothing was stated: asked for each pair of every match
    share = {
        "gender": 2 * (role.gender == need.likes_gender),
        "language": 2 * (need.likes_language in role.languages),
        "modality": max(0, 2 - need.modalities.index(way)),
        "culture": 2 * bool(need.likes_cultures & role.cultures),
        "times": 2 * (week_hour(slot.start, clock_of(need, role, way)) in need.week_hours),
    }
    return {kind: worth[kind] * share[kind] // 2 for kind in worth if share[kind]}


def fit(need: Need, role: RoleFacts) -> int:
    """Give how much of what would help this role treats; 1000 when nothing was named."""
    wanted = need.conditions | need.helpful
    return 1000 * len(wanted & role.treats) // len(wanted) if wanted else 1000


def results(need: Need, role: RoleFacts, weights: Weights) -> int:
    """Give how people like this fared with the role, in thousandths; a fixed middle where not known."""
    known = role.results.get(need.group) if need.group is not None else None
    return weights.unknown_results if known is None else per_mille(known)


def parts(need: Need, role: RoleFacts, slot: SlotFacts, way: str, weights: Weights) -> Mapping[str, int]:
    """Give the points of a pair, part by part, of 1,000,000 in all."""
    return {
        "soonest": weights.soonest * soonness(need, slot.start, weights),
        "nearest": weights.nearest * nearness(need, role, way, weights),
        "preferences": weights.preferences * sum(preferences_met(need, role, slot, way, weights).values()),
        "fit": weights.fit * fit(need, role),
        "results": weights.results * results(need, role, weights),
        "load": weights.load * (1000 - per_mille(role.load)),
        "seen": weights.seen * 1000 * (role.practitioner in need.seen),
    }
