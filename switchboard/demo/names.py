"""Invented people's names, by community, and the languages and backgrounds that go with them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.random import Generator

STREETS = (
    "Maple Street", "Main Street", "Oak Avenue", "Elm Street", "Pleasant Street", "Chestnut Street",
    "Washington Street", "High Street", "Park Avenue", "School Street", "Spring Street", "Union Street",
    "Prospect Street", "Summer Street", "Franklin Street", "Cedar Lane", "River Road", "Hillside Avenue",
    "Mill Road", "Orchard Street", "Highland Avenue", "Lincoln Street", "Beacon Road", "Harbor View",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """Names and languages of one community."""

    family: np.ndarray
    female: np.ndarray
    male: np.ndarray
    background: str
    languages: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Communities:
    """All communities, with cumulative shares to draw by."""

    all: tuple[Community, ...]
    urban: np.ndarray
    rural: np.ndarray
    practitioners: np.ndarray


def _array(names: list[str]) -> np.ndarray:
    return np.array(names, dtype=object)


@cache
def communities() -> Communities:
    """Give the communities of ``names.toml``."""
    read = tomllib.loads((files("switchboard.demo") / "names.toml").read_text("utf-8")).values()
    shares = {key: np.cumsum([c[key] for c in read]) for key in ("urban", "rural", "of_practitioners")}
    each = tuple(
        Community(
            _array(c["family"]), _array(c["female"]), _array(c["male"]), c["background"], c["languages"]
        )
        for c in read
    )
    return Communities(each, *(s / s[-1] for s in shares.values()))


def called(draw: Generator, of: np.ndarray, female: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw family and given names for people of the communities ``of``."""
    family, given = np.empty(len(of), dtype=object), np.empty(len(of), dtype=object)
    chance = draw.random((2, len(of)))
    for number, community in enumerate(communities().all):
        for names, here in ((community.female, female), (community.male, ~female)):
            mine = np.nonzero((of == number) & here)[0]
            family[mine] = community.family[(chance[0, mine] * len(community.family)).astype(int)]
            given[mine] = names[(chance[1, mine] * len(names)).astype(int)]
    return family, given


def spoken(draw: Generator, of: np.ndarray) -> np.ndarray:
    """Draw the language each person prefers."""
    language = np.full(len(of), "en", dtype=object)
    chance = draw.random(len(of))
    for number, community in enumerate(communities().all):
        edge = 0.0
        for code, share in community.languages.items():
            language[(of == number) & (chance >= edge) & (chance < edge + share)] = code
            edge += share
    return language
