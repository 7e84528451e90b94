"""How an example of the interop chapter runs: a coverage's code and name in, a line of business out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from switchboard.interop.fhir.people import line_said
from switchboard.interop.kinds import too_few
from switchboard.rulebook.rules import Value


def run(value: Value, example: Mapping[str, Any]) -> None:
    if "stops" in example:
        assert too_few(example["before"], example["now"], value) is example["stops"]
        return
    names = [example["name"]] if example["name"] else []
    assert line_said([example["code"]], names, date.fromisoformat(value.ref.version)) == example["is"]
