"""How an example of the front door chapter runs: what was said in, the screens still to come out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from switchboard.frontdoor.core.conversation import Said, path
from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.core.instrument import instrument
from switchboard.rulebook.rules import Value

TODAY = date(2026, 11, 21)


def run(value: Value, example: Mapping[str, Any]) -> None:
    said = Said(
        today=TODAY,
        person=Person(born=TODAY.replace(year=TODAY.year - example["age"]), sex=example.get("sex", "male")),
        respondent=example.get("respondent", "self"),
        language=example.get("language", "en"),
        intake=example.get("intake", {}),
        items=example.get("items", {}),
        instruments=lambda code: instrument(code, TODAY),
    )
    steps = path(said)
    asked = dict.fromkeys(step.instrument or step.code for step in steps)
    for wanted in example.get("asks", ()):
        assert wanted in asked
    for unwanted in example.get("never_asks", ()):
        assert unwanted not in asked
    if "next" in example:
        assert next(step.key for step in steps if not step.answered) == example["next"]
