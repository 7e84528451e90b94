"""How an example of the routing chapter runs: findings in, acuity and lane out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from switchboard.frontdoor.core.triage import Findings, triage
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    given = {k: frozenset(v) if isinstance(v, list) else v for k, v in example["given"].items()}
    triaged = triage(Findings(**given), date.fromisoformat(value.ref.version)).outcome
    assert {"acuity": triaged.acuity, "lane": triaged.lane} == example["expect"]
