"""Code lists of the rulebook (``codes/*.toml``): their codes in order, and what to call them."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from switchboard.rulebook.rules import rule


@cache
def entries(listing: str) -> Mapping[str, Mapping[str, Any]]:
    """Give a list's entries by code, in the file's order (which is the bit order of the match)."""
    value = rule(f"codes/{listing}").on(date.max)
    return {entry["code"]: entry for entry in value["codes"]}


def codes(listing: str) -> tuple[str, ...]:
    """Give a list's codes in order."""
    return tuple(entries(listing))


def label(listing: str, code: str, language: str = "en") -> str:
    """Say what a code is called; an unknown code is said as it stands."""
    entry = entries(listing).get(code)
    return code if entry is None else entry.get(language.partition("-")[0], entry["en"])
