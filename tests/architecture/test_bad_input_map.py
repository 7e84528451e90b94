"""Every case of bad input names the test that holds its answer (``tests/bad_input.toml``)."""

import re
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MAP = tomllib.loads((TESTS / "bad_input.toml").read_text(encoding="utf-8"))
CASES = [(part, case, named) for part, cases in MAP.items() for case, named in cases.items()]


def test_each_part_of_the_catalogue_is_here():
    assert set(MAP) == {"fhir", "csv", "scheduling_links", "json_api", "questionnaires"}


@pytest.mark.parametrize(("part", "case", "named"), CASES, ids=[f"{p}: {c}" for p, c, _ in CASES])
def test_a_case_names_tests_there_are(part, case, named):
    assert named, "a case without a test is a hope"
    for one in named:
        file, _, name = one.partition("::")
        text = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^ *def {name}\(", text, re.MULTILINE), f"{part}: {case}: there is no {one}"
