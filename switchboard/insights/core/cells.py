"""Counts of people that are safe to show: none so small that a person could be found in them.

The rule (``access/small_cells``): a count of 1 to 10 people is hidden. So is whatever else would give it
away: what is hidden of one table is at least two counts and at least eleven people, or the total is hidden
too. Counts under a cut or a filter are rounded, so that subtracting one view, period or day from another
gives a range and never a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from switchboard.rulebook.rules import Value

Key = TypeVar("Key")
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cells:
    """The counts of one table as they may be shown, exact; None is hidden."""

    shown: tuple[int | None, ...]
    total: int | None


def cells(counts: Sequence[int], least: int) -> Cells:
    """Hide the small counts of one table, and what would give them away.

    ``counts`` are people, each in one cell only; their sum is the table's total. A zero is shown: it is about
    nobody.
    """
    hidden = {n for n, count in enumerate(counts) if 0 < count < least}
    others = sorted((n for n, count in enumerate(counts) if count >= least), key=lambda n: counts[n])
    while hidden and not _covered(counts, hidden, least):
        if not others:
            return Cells(_without(counts, hidden), None)
        hidden.add(others.pop(0))
    return Cells(_without(counts, hidden), sum(counts))


def _covered(counts: Sequence[int], hidden: set[int], least: int) -> bool:
    return sum(counts[n] for n in hidden) >= least  # and so at least two: the first is smaller than that


def _without(counts: Sequence[int], hidden: set[int]) -> tuple[int | None, ...]:
    return tuple(None if n in hidden else count for n, count in enumerate(counts))


def rounded(count: int | None, to: int) -> int | None:
    """Round a count of people to the nearest ``to``, halves up; what is hidden stays hidden."""
    return None if count is None else (count + to // 2) // to * to


def safe(counts: Mapping[Key, int], rule: Value) -> dict[Key, int | None]:
    """Give the counts of a table as they stand on a page: small ones hidden, the others rounded."""
    kept = cells(list(counts.values()), rule["least"]).shown
    return {key: rounded(count, rule["round_to"]) for key, count in zip(counts, kept, strict=True)}


def people(members: Numbers, rows: NDArray[np.bool_]) -> int:
    """Count the people behind some rows, each once. ``members`` are small numbers (see ``ranked``)."""
    return int(np.count_nonzero(np.bincount(members[rows])))


def ranked(members: Numbers) -> Numbers:
    """Give people small numbers instead of theirs: they are counted, never named, and counting is faster."""
    _, rank = np.unique(members, return_inverse=True)
    return rank


def tally(group: Numbers, members: Numbers, size: int) -> list[int]:
    """Count the people in each of ``size`` groups, each person once a group; a group of -1 is none."""
    inside = (group >= 0) & (group < size)
    pairs = np.unique(group[inside] + size * members[inside])
    return np.bincount(pairs % size, minlength=size).tolist()


@dataclass(frozen=True, slots=True)
class Share:
    """A share in whole percent; ``bound`` is "over" or "under" where the exact one would tell too much."""

    percent: int
    bound: str = ""


def share(part: int, whole: int, least: int) -> Share | None:
    """Give the share of people for whom something holds; None of too few people.

    Where it holds for only a few, or for all but a few, it is a bound that no count follows from.
    """
    rest = whole - part
    if whole < least or (part and rest and whole < 2 * least):
        return None  # of so few, a bound for one count and none for the next would tell them apart
    if 0 < rest < least:
        return Share(100 * (whole - least) // whole, "over")
    if 0 < part < least:
        return Share(-(-100 * least // whole), "under")
    return Share(round(100 * part / whole))
