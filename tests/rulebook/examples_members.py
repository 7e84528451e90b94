"""How an example of the members chapter runs: two records in, how alike they are out."""

from collections.abc import Mapping
from typing import Any

from switchboard.members.core.identity import Person, likeness
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    one, other = (
        Person(p["family"], p["given"], p["born"], zip5=p["zip"], contacts=frozenset({p["contact"]}))
        for p in (example["left"], example["right"])
    )
    assert likeness(one, other, value).outcome == example["is"]
