"""How an example of the safety chapter runs: answers in, risk out; minutes in, step out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from switchboard.outcomes.core.answers import Answer
from switchboard.outcomes.core.drill import standing
from switchboard.outcomes.core.escalation import Task, clock_of, next_step
from switchboard.outcomes.core.safety import risk_of, risk_rule
from switchboard.rulebook.rules import Value

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run(value: Value, example: Mapping[str, Any]) -> None:
    {"safety/risk_items": _risk, "safety/escalation": _step, "safety/drill": _drill}[value.ref.name](
        value, example
    )


def _risk(value: Value, example: Mapping[str, Any]) -> None:
    answers = [Answer(a["link_id"], a["value"]) for a in example["answers"]]
    risk = risk_of(answers, risk_rule(value), START).outcome
    assert risk.verdict == example["verdict"]
    assert risk.level == example.get("level")


def _step(value: Value, example: Mapping[str, Any]) -> None:
    acknowledged = example.get("acknowledged")
    task = Task(
        opened_at=START,
        fired=tuple((name, START) for name in example.get("fired", ())),
        acknowledged_at=None if acknowledged is None else START + timedelta(minutes=acknowledged),
    )
    step = next_step(task, START + timedelta(minutes=example["minutes"]), clock_of(value)).outcome
    assert (step.name if step else None) == example.get("step")


def _drill(value: Value, example: Mapping[str, Any]) -> None:
    passed = START - timedelta(seconds=example["drill_age"])
    assert standing(passed, START, START, value).outcome == example["standing"]
