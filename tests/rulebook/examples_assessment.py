"""How an example of the assessment chapter runs: a PHQ-2 in, what becomes of it out."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from switchboard.outcomes.core.answers import Answer, Person, Response
from switchboard.outcomes.core.instrument import instrument
from switchboard.outcomes.core.validity import validity_of, validity_rule
from switchboard.rulebook.rules import Value

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run(value: Value, example: Mapping[str, Any]) -> None:
    form = instrument("phq-2", NOW.date())
    response = Response(
        instrument="phq-2",
        version=form.ref.version,
        language="en",
        answers=tuple(Answer(link_id, given) for link_id, given in example["answers"].items()),
        authored=NOW,
        given_by=example.get("given_by", "self"),
    )
    verdict = validity_of(
        response, form, Person(born=date(1990, 1, 1)), (), validity_rule(value), NOW
    ).outcome
    assert verdict.action == example["action"]
    assert [p.code for p in verdict.problems] == example.get("problems", [])
