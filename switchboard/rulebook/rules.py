"""Load a rule and read its value on a date.

A rule is one TOML file, named by its path below the rulebook without the ending
(``clocks/access_routine``)::

    title = "Routine outpatient appointment"
    [source]
    citation = "42 CFR 438.68(e)"
    url = "https://..."          # optional
    evidence = "R"               # R read in the source, K known but not confirmed, O our own design
    [[values]]
    from = 2027-07-09            # first day it holds; the version of the rule
    business_days = 10
    [[examples]]                 # each one is a test
    says = "..."

A change in the law is a new ``[[values]]`` with a later ``from``, never an edit.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from switchboard.kernel.reasons import RuleRef

KEYS = {"title", "source", "values", "examples"}


class RuleError(LookupError):
    """A rule is missing, malformed, or silent about the date asked for."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule says on one date. ``data`` holds the file's own keys; ``ref`` names rule and version."""

    data: Mapping[str, Any]
    ref: RuleRef

    def __getitem__(self, key: str) -> Any:
        try:
            return self.data[key]
        except KeyError:
            raise RuleError(f"{self.ref} has no '{key}': it holds {', '.join(sorted(self.data))}.") from None

    def get(self, key: str, default: Any = None) -> Any:
        """Give the value of ``key``, or ``default`` where this version has none."""
        return self.data.get(key, default)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: title, source, values by date (oldest first) and worked examples."""

    name: str
    title: str
    source: Mapping[str, Any]
    values: tuple[tuple[date, Mapping[str, Any]], ...]
    examples: tuple[Mapping[str, Any], ...]

    def held_on(self, day: date) -> Value | None:
        """Give the value in force on ``day``, or None before the first one."""
        held = [(since, data) for since, data in self.values if since <= day]
        if not held:
            return None
        since, data = held[-1]
        return Value(data, RuleRef(self.name, since.isoformat()))

    def on(self, day: date) -> Value:
        """Give the value in force on ``day``; raise ``RuleError`` before the first one."""
        value = self.held_on(day)
        if value is None:
            raise RuleError(
                f"{self.name} says nothing about {day}: its first value is from {self.values[0][0]}. "
                "Add the earlier value and its source, or check the date."
            )
        return value


def parse(name: str, text: str) -> Rule:
    """Read a rule from TOML; raise ``RuleError`` naming what is wrong with the file."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise RuleError(f"{name} is not TOML: {wrong}") from wrong
    unknown = set(raw) - KEYS
    if unknown:
        raise RuleError(f"{name} has unknown keys {sorted(unknown)}: a rule holds {sorted(KEYS)}.")
    if not raw.get("title") or not raw.get("source", {}).get("citation"):
        raise RuleError(f"{name} needs a title and a [source] with a citation.")
    values = []
    for entry in raw.get("values", []):
        since = entry.get("from")
        if not isinstance(since, date):
            raise RuleError(f"{name} has a value without a date: give each [[values]] its from = YYYY-MM-DD.")
        values.append((since, {k: v for k, v in entry.items() if k != "from"}))
    if not values:
        raise RuleError(f"{name} has no [[values]]: a rule says something from some date on.")
    if [v[0] for v in values] != sorted({v[0] for v in values}):
        raise RuleError(f"{name} has values out of order or twice on one date: oldest first, one a date.")
    return Rule(name, raw["title"], raw["source"], tuple(values), tuple(raw.get("examples", [])))


@cache
def rule(name: str) -> Rule:
    """Give the rule called ``name`` (``chapter/rule``); raise ``RuleError`` when there is none."""
    chapter, _, leaf = name.partition("/")
    place = files("switchboard.rulebook") / chapter / f"{leaf}.toml"
    if not leaf or not place.is_file():
        known = ", ".join(chapter_rules(chapter)) or "none"
        raise RuleError(f"There is no rule '{name}': the chapter '{chapter}' holds {known}.")
    return parse(name, place.read_text("utf-8"))


@cache
def chapter_rules(chapter: str) -> tuple[str, ...]:
    """Give the names of all rules in a chapter, in order."""
    place = files("switchboard.rulebook") / chapter
    if not place.is_dir():
        return ()
    return tuple(sorted(f"{chapter}/{f.name[:-5]}" for f in place.iterdir() if f.name.endswith(".toml")))
