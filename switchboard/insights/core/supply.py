"""Bookable time by what it counts under: the week, the profession, the kind of source, the county, the need.

A role's time counts once under each line of business it takes and each need it treats: those cuts overlap
and are not to be added up.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
CUTS = ("all", "profession", "kind", "county", "need")
Numbers = NDArray[np.int64]


class Traits(NamedTuple):
    """What the time of one role counts under: its keys in each cut, its state, the lines it takes."""

    state: str
    lines: Sequence[str]
    keys: tuple[Sequence[str], ...]


class Sum(NamedTuple):
    """Minutes open and used in one week, state, line ("" is any) and cut."""

    week: date
    state: str
    line: str
    cut: str
    key: str
    open_minutes: int
    used_minutes: int


def sums(
    traits: Sequence[Traits], row: Numbers, week: Numbers, open_: Numbers, used: Numbers, lines: Sequence[str]
) -> Iterator[Sum]:
    """Add up the time of roles (``row`` counts in ``traits``) by week and cut, for any line and for each.

    ``week`` is a Monday in days since 1970; ``open_`` and ``used`` are minutes.
    """
    if not len(row):
        return
    first = int(week.min())
    number = (week - first) // 7
    time = np.zeros((2, len(traits), int(number.max()) + 1))
    np.add.at(time[0], (row, number), open_)
    np.add.at(time[1], (row, number), used)
    for line in ("", *lines):
        takes = [n for n, role in enumerate(traits) if not line or line in role.lines]
        for at, cut in enumerate(CUTS):
            yield from _sums_of(traits, takes, at, time, (first, line, cut))


def _sums_of(
    traits: Sequence[Traits], takes: list[int], at: int, time: NDArray[np.float64], said: tuple[int, str, str]
) -> Iterator[Sum]:
    first, line, cut = said
    names: dict[tuple[str, str], int] = {}
    pairs = [
        (n, names.setdefault((traits[n].state, key), len(names))) for n in takes for key in traits[n].keys[at]
    ]
    if not pairs:
        return
    roles, cells = np.array(pairs, dtype=np.int64).T
    for number in range(time.shape[2]):
        monday = EPOCH + timedelta(days=first + 7 * number)
        open_, used = (np.bincount(cells, t[roles, number], len(names)).astype(np.int64) for t in time)
        for (state, key), cell in names.items():
            if open_[cell] or used[cell]:
                yield Sum(monday, state, line, cut, key, int(open_[cell]), int(used[cell]))
