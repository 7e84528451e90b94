"""A need, packed into the few arrays the kernel reads."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from switchboard.matching.core import columns as c
from switchboard.matching.core import kernel as k
from switchboard.matching.core.columns import Array
from switchboard.matching.core.facts import MODALITIES, NEW, RELATIONS, Need, Vocabulary, Weights
from switchboard.matching.core.gates import unit
from switchboard.matching.core.ranking import nearness_by_tenth, preference_worth, soonness_by_hour
from switchboard.matching.core.world import World
from switchboard.matching.core.zones import moment, piece_table

NOWHERE = np.zeros(3)
NO_ROWS = np.empty(0, np.int64)
NO_HOURS = np.zeros(168, np.uint8)


class Question(NamedTuple):
    """What the kernel is asked: groups of planes (one of each must be set), rows left out, numbers."""

    ptr: Array
    planes: Array
    excluded: Array
    seen: Array
    ask: Array
    soon: Array
    near: Array
    place: Array
    clocks: Array
    hours: Array


def question(
    world: World, need: Need, weights: Weights, *, open_time: bool = True, panel: bool = True
) -> Question:
    """Pack a need; without ``open_time`` or ``panel`` those gates are left out (for explanations)."""
    words = world.vocabulary
    groups = role_groups(words, need)
    if panel and need.relation == NEW:
        groups.append([c.ACCEPTS])
    if open_time:
        groups += slot_groups(words, need)
    ptr, planes = [0], []
    for group in groups:
        planes += group
        ptr.append(len(planes))
    return Question(
        ptr=np.array(ptr, np.int64),
        planes=np.array(planes, np.int64),
        excluded=_rows(world, need.excluded),
        seen=_rows(world, need.seen),
        ask=np.array(_numbers(words, need, weights), np.int64),
        soon=_soon(weights),
        near=_near(weights),
        place=_place(need),
        clocks=_clocks(words.zones, need.zone, moment(need.now).year),
        hours=_hours(need.week_hours),
    )


def _rows(world: World, practitioners: frozenset[int]) -> Array:
    return np.array(world.rows_of(practitioners), np.int64) if practitioners else NO_ROWS


@lru_cache(maxsize=16)
def _soon(weights: Weights) -> Array:
    return np.array(soonness_by_hour(weights), np.int64) * weights.soonest


@lru_cache(maxsize=16)
def _near(weights: Weights) -> Array:
    return np.array(nearness_by_tenth(weights), np.int64) * weights.nearest


@lru_cache(maxsize=64)
def _clocks(zones: tuple[str, ...], own: str, year: int) -> Array:
    return piece_table((*zones, own), year)


@lru_cache(maxsize=256)
def _hours(liked: frozenset[int]) -> Array:
    hours = NO_HOURS.copy()
    hours[[hour for hour in liked if 0 <= hour < 168]] = 1
    return hours


def _place(need: Need) -> Array:
    if need.latitude is None or need.longitude is None:
        return NOWHERE
    return np.array(unit(need.latitude, need.longitude))


def role_groups(words: Vocabulary, need: Need) -> list[list[int]]:
    """Give the planes of the gates a role passes by itself, one group a gate."""

    def plane(base: int, kind: str, code: str) -> int:
        bit = words.bit(kind, code)
        return base + bit if bit >= 0 else c.NOTHING

    groups = [[c.LIVE]]
    asked = (
        (c.LANGUAGES, "languages", need.language),
        (c.STATES, "states", need.state),
        (c.LINES, "lines", need.line),
        (c.LEVELS, "levels", need.level),
    )
    groups += [[plane(base, kind, code)] for base, kind, code in asked if code is not None]
    if need.age is not None:
        groups.append([c.AGES + min(need.age, 120)] if need.age >= 0 else [c.NOTHING])
    conditions = [plane(c.TREATS, "conditions", code) for code in need.conditions]
    groups += [[one] for one in conditions] if need.every_condition else [conditions] if conditions else []
    groups.append([c.WAYS + MODALITIES.index(way) for way in need.modalities] or [c.NOTHING])
    return groups


def slot_groups(words: Vocabulary, need: Need) -> list[list[int]]:
    """Give the planes a role passes only when it has the right slots open at all."""
    relation = RELATIONS.index(need.relation)
    groups = [[c.OFFERS + MODALITIES.index(way) * 2 + relation for way in need.modalities]]
    if need.visit_type is not None:
        bit = words.bit("visit_types", need.visit_type)
        groups.append([c.VISITS + bit if bit >= 0 else c.NOTHING])
    return [group or [c.NOTHING] for group in groups]


def _numbers(words: Vocabulary, need: Need, weights: Weights) -> list[int]:
    numbers = [0] * k.ASK_LENGTH
    numbers[k.NOW], numbers[k.EARLIEST], numbers[k.LATEST] = need.now, need.earliest, need.latest
    numbers[k.RELATION] = RELATIONS.index(need.relation)
    numbers[k.VISIT] = words.bit("visit_types", need.visit_type)
    numbers[k.MINUTES] = need.minutes
    numbers[k.MEMBER_ZONE] = len(words.zones)
    _weigh_place(numbers, need, weights)
    _weigh_fit(numbers, words, need, weights)
    _weigh_likes(numbers, words, need, weights)
    return numbers


def _weigh_place(numbers: list[int], need: Need, weights: Weights) -> None:
    placed = need.latitude is not None and need.longitude is not None
    numbers[k.PLACED] = int(placed)
    numbers[k.LIMIT] = -1 if need.max_miles is None else max(0, int(need.max_miles * 10))
    numbers[k.TELE_POINTS] = weights.nearest * weights.telehealth_nearness
    numbers[k.UNPLACED_POINTS] = weights.nearest * weights.unknown_nearness


def _weigh_fit(numbers: list[int], words: Vocabulary, need: Need, weights: Weights) -> None:
    wanted = need.conditions | need.helpful
    numbers[k.WANTED] = _signed(words.mask("conditions", wanted))
    for met in range(len(wanted) + 1):
        numbers[k.FIT_POINTS + met] = weights.fit * (1000 * met // len(wanted) if wanted else 1000)
    numbers[k.GROUP] = words.bit("groups", need.group)
    numbers[k.RESULT_WEIGHT] = weights.results
    numbers[k.RESULT_UNKNOWN] = weights.unknown_results
    numbers[k.LOAD_WEIGHT] = weights.load
    numbers[k.SEEN_POINTS] = weights.seen * 1000


def _weigh_likes(numbers: list[int], words: Vocabulary, need: Need, weights: Weights) -> None:
    worth = {kind: weights.preferences * share for kind, share in preference_worth(need, weights).items()}
    numbers[k.LIKED_GENDER] = words.bit("genders", need.likes_gender)
    # A liked code that nobody's facts can hold earns nothing: -1 stands for "unknown" in the columns.
    numbers[k.GENDER_POINTS] = worth.get("gender", 0) if numbers[k.LIKED_GENDER] >= 0 else 0
    liked: Any = frozenset(() if need.likes_language is None else (need.likes_language,))
    numbers[k.LIKED_LANGUAGE] = _signed(words.mask("languages", liked))
    numbers[k.LANGUAGE_POINTS] = worth.get("language", 0)
    numbers[k.LIKED_CULTURES] = _signed(words.mask("cultures", need.likes_cultures))
    numbers[k.CULTURE_POINTS] = worth.get("culture", 0)
    numbers[k.TIME_POINTS] = worth.get("times", 0)
    numbers[k.ORDER : k.ORDER + 3] = [-1, -1, -1]
    share = preference_worth(need, weights).get("modality", 0)
    for turn, way in enumerate(need.modalities):
        place = MODALITIES.index(way)
        numbers[k.ACCEPTABLE] |= 1 << place
        numbers[k.ORDER + turn] = place
        numbers[k.WAY_POINTS + place] = weights.preferences * (share * max(0, 2 - turn) // 2)


def _signed(mask: int) -> int:
    return mask - (1 << 64) if mask >> 63 else mask
