"""How an example of the network chapter runs: what taxonomy codes mean, or when to verify again."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from switchboard.network.core.evidence import due_again
from switchboard.network.core.taxonomy import calling
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    if "verified" in example:
        at = datetime.combine(example["verified"], time(9), UTC)
        assert due_again(at, value).date() == example["due"]
        return
    found = calling(example["taxonomies"], value)
    assert (found.behavioral, found.profession, found.prescribes) == (
        example["behavioral"],
        example["profession"],
        example["prescribes"],
    )
