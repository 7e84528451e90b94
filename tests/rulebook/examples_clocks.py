"""How an example of the clocks chapter runs: a request in, the instant it is due out."""

from collections.abc import Mapping
from typing import Any

from switchboard.frontdoor.core.access_clock import Asked, due
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    assert due(Asked(**example["given"]), [value]).outcome == example["expect"]
