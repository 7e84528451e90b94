"""County outlines by state, from the U.S. Census Bureau (see ``scripts/make_geo.py``), read once and kept."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Line = tuple[tuple[float, float], ...]  # longitude, latitude
Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class County:
    """One county (or parish, borough): its five-digit FIPS code, its name, its rings."""

    fips: str
    name: str
    rings: tuple[Line, ...]

    @property
    def box(self) -> Box:
        """Give the box that holds the county."""
        xs, ys = zip(*(p for ring in self.rings for p in ring), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class State:
    """A state's counties, and the lines of its outer border."""

    code: str
    counties: tuple[County, ...]
    border: tuple[Line, ...]


@cache
def index() -> Mapping[str, Any]:
    """Give each state's FIPS code, name and box by its two letters."""
    content: Mapping[str, Any] = json.loads((files(__name__) / "index.json").read_text("utf-8"))
    return content


@cache
def state(code: str) -> State:
    """Read a state by its two letters; raise ``KeyError`` naming a state we have no outlines for."""
    if code not in index():
        raise KeyError(f"No outlines for the state '{code}': give two capital letters, such as 'NC'.")
    content = json.loads((files(__name__) / f"{code}.json").read_text("utf-8"))
    arcs = [_line(packed) for packed in content["arcs"]]
    counties = tuple(
        County(fips, name, tuple(_ring(ring, arcs) for ring in rings))
        for fips, name, rings in content["counties"]
    )
    used = Counter(max(n, ~n) for _, _, rings in content["counties"] for ring in rings for n in ring)
    return State(code, counties, tuple(arcs[n] for n, times in used.items() if times == 1))


def states_within(box: Box) -> Iterable[State]:
    """Give the states whose box touches this one."""
    for code, facts in index().items():
        if touches(tuple(facts["box"]), box):
            yield state(code)


def touches(one: Box, other: Box) -> bool:
    """Say whether two boxes share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _line(packed: list[int]) -> Line:
    x, y = packed[0], packed[1]
    points = [(x / 1000, y / 1000)]
    for dx, dy in zip(packed[2::2], packed[3::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / 1000, y / 1000))
    return tuple(points)


def _ring(numbers: list[int], arcs: list[Line]) -> Line:
    return tuple(p for n in numbers for p in (arcs[n] if n >= 0 else arcs[~n][::-1])[:-1])
