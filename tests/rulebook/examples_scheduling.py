"""Runs the worked examples of the chapter ``scheduling``."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from switchboard.rulebook.rules import Value
from switchboard.scheduling.core.appointment import hold_until, queue_for


def run(value: Value, example: Mapping[str, Any]) -> None:
    day = datetime.fromisoformat(value.ref.version).replace(tzinfo=UTC)
    if value.ref.name in {"scheduling/horizon", "scheduling/unresolved"}:
        assert {k: v for k, v in example.items() if k != "says"} == dict(value.data)
    elif value.ref.name == "scheduling/no_show_outreach":
        assert len(set(value["days"])) == example["days"]
    elif "minutes" in example:
        assert hold_until(day) - day == timedelta(minutes=example["minutes"])
    elif "state" in example:
        assert queue_for(example["state"], on=day.date()).outcome == example["queue"]
    else:
        assert queue_for("cancelled", example["reason"], on=day.date()).outcome == example["queue"]
