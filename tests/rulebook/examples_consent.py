"""How an example of the consent chapter runs: who consents, or who sees what, on a day."""

from collections.abc import Mapping
from typing import Any

from switchboard.members.core.guardians import Grant, may_see
from switchboard.members.core.own_consent import who_consents
from switchboard.rulebook.rules import Value, rule

ALL = frozenset({"appointments", "assessments", "record", "messages"})


def run(value: Value, example: Mapping[str, Any]) -> None:
    born, state, day = example["born"], example["state"], example["on"]
    if "kind" in example:
        ages = rule("consent/minors_outpatient_mental_health").on(value_day(value))
        grant = Grant(kind=example["kind"], may=ALL)
        seen = may_see(grant, born=born, state=state, day=day, rules=value, ages=ages)
        assert sorted(seen.outcome) == example["may"]
    else:
        assert who_consents(born=born, state=state, day=day, rules=value).outcome == example["is"]


def value_day(value: Value) -> Any:
    from datetime import date

    return date.fromisoformat(value.ref.version)
