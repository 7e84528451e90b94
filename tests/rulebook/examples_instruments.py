"""How an example of the instruments chapter runs: answers in, score out."""

from collections.abc import Mapping
from typing import Any

from switchboard.outcomes.core.answers import Answer, Person
from switchboard.outcomes.core.instrument import read
from switchboard.outcomes.core.scoring import score
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    instrument = read(value)
    answers = [Answer(link_id, given) for link_id, given in example["answers"].items()]
    result = score(instrument, answers, Person(sex=example.get("sex"))).outcome
    assert result.total == example.get("total")
    assert result.band == example.get("band")
    assert result.positive == example.get("positive")
    if "answered" in example:
        assert result.answered == example["answered"]
    if "subscales" in example:
        assert {s.code: s.total for s in result.subscales} == example["subscales"]
