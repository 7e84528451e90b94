"""How people like this fared: from scores before and after care, and the visits between, to a share.

One member counts once for a practitioner and group: their last score at or before the first visit kept with
that practitioner, and their last score in the months after it. Whoever saw them too seldom between the two
is not counted for it. A practitioner with too few such people has no result at all; the others' shares are
drawn toward the mean of everybody counted, the fewer people the more.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from switchboard.rulebook.rules import Value, rule

DAY = 24 * 60
HALF, OFTEN = 0.5, 0.6


class Visit(NamedTuple):
    """A visit that was kept: minutes since 1970 UTC."""

    member: int
    practitioner: int
    minute: int


class Score(NamedTuple):
    """A completed instrument's total, and when it was filled in."""

    member: int
    instrument: str
    minute: int
    total: int


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of one practitioner and group. ``mean`` is everybody's share."""

    practitioner: int
    group: str
    people: int
    better: int
    share: float
    mean: float


def results(visits: Iterable[Visit], scores: Iterable[Score], value: Value) -> list[Result]:
    """Count who got better with whom; only practitioners with ``least_people`` of a group or more."""
    told: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for group, practitioner, better in _cases(visits, scores, value):
        told[group, practitioner].append(better)
    everybody: dict[str, list[bool]] = defaultdict(list)
    for (group, _), cases in told.items():
        everybody[group] += cases
    means = {group: sum(cases) / len(cases) for group, cases in everybody.items()}
    return [
        Result(practitioner, group, len(cases), sum(cases), share, means[group])
        for (group, practitioner), cases in sorted(told.items())
        if (share := shrunk(len(cases), sum(cases), means[group], value)) is not None
    ]


def shrunk(people: int, better: int, mean: float, value: Value) -> float | None:
    """Give the share who got better, drawn toward the mean; None where too few people say so."""
    if people < value["least_people"]:
        return None
    prior = value["prior_people"]
    return float((better + prior * mean) / (people + prior))


def standing(share: float, mean: float) -> float:
    """Give a share as the match ranks it: one half is as everybody, which is what not known counts too.

    It is never as good as "often get better" where fewer than half do, however poorly others fare.
    """
    against = min(1.0, max(0.0, HALF + share - mean))
    return against if share >= HALF else min(against, OFTEN - 0.001)


def groups() -> tuple[str, ...]:
    """Give the groups of people whose results are counted, in the order of their bits."""
    every = (group["code"] for _, data in rule("matching/results").values for group in data["groups"])
    return tuple(dict.fromkeys(every))


def _cases(visits: Iterable[Visit], scores: Iterable[Score], value: Value) -> Iterator[tuple[str, int, bool]]:
    """Give every member counted for a practitioner: group, practitioner, whether they got better."""
    said: dict[int, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for score in scores:
        said[score.member][score.instrument].append((score.minute, score.total))
    seen: dict[tuple[int, int], list[int]] = defaultdict(list)
    for visit in visits:
        if visit.member in said:
            seen[visit.member, visit.practitioner].append(visit.minute)
    for (member, practitioner), minutes in seen.items():
        minutes.sort()
        for instrument, points in said[member].items():
            change = _change(sorted(points), minutes, value)
            if change is not None:
                yield from _counted(instrument, practitioner, change, value)


def _change(points: list[tuple[int, int]], visits: list[int], value: Value) -> tuple[int, int] | None:
    """Give the score before the first visit and the last one after it; None where either is missing."""
    times = [minute for minute, _ in points]
    first = visits[0]
    before = bisect_right(times, first) - 1
    after = bisect_right(times, first + value["after_days_most"] * DAY) - 1
    if (
        before < 0
        or times[before] < first - value["before_days"] * DAY
        or times[after] < first + value["after_days_least"] * DAY
        or bisect_right(visits, times[after]) < value["least_visits"]
    ):
        return None
    return points[before][1], points[after][1]


def _counted(
    instrument: str, practitioner: int, change: tuple[int, int], value: Value
) -> Iterator[tuple[str, int, bool]]:
    before, after = change
    group = group_of({instrument: before}, value)
    if group is not None:
        yield group["code"], practitioner, before - after >= group["better_by"]


def group_of(scores: Mapping[str, int], value: Value) -> Mapping[str, Any] | None:
    """Give the first group that somebody with these scores belongs to; None: no group."""
    for group in value["groups"]:
        score = scores.get(group["instrument"])
        if score is not None and group["at_least"] <= score < group["below"]:
            found: Mapping[str, Any] = group
            return found
    return None
