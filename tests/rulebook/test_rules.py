"""Every rule file loads, says where it comes from, and keeps its own worked examples."""

from importlib import import_module, util
from importlib.resources import files

import pytest

from switchboard.rulebook.rules import Rule, chapter_rules, rule

CHAPTERS = sorted(
    f.name
    for f in files("switchboard.rulebook").iterdir()
    if f.is_dir() and f.name not in {"words", "__pycache__"}
)
NAMES = [name for chapter in CHAPTERS for name in chapter_rules(chapter)]
EVIDENCE = {"R", "K", "O"}
LISTS = {"codes"}  # plain lists of codes: nothing to work out, so no worked examples


def _evaluator(chapter: str):
    module = f"tests.rulebook.examples_{chapter}"
    assert util.find_spec(module), (
        f"The chapter '{chapter}' has rules with examples and nothing runs them: "
        f"write {module.replace('.', '/')}.py with run(value, example)."
    )
    return import_module(module).run


def _cases() -> list:
    return [
        pytest.param(rule(name), at, id=f"{name}:{at}")
        for name in NAMES
        for at in range(len(rule(name).examples))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_title_a_source_and_examples(name: str):
    """A number without its source or without a worked example does not enter the rulebook."""
    held = rule(name)
    assert held.title
    assert held.source["citation"]
    assert held.source.get("evidence") in EVIDENCE
    assert held.examples or name.partition("/")[0] in LISTS, (
        f"{name} has no [[examples]]: add one that a reader can check by hand."
    )
    assert all(e.get("says") for e in held.examples)


@pytest.mark.parametrize(("held", "at"), _cases())
def test_an_example_holds(held: Rule, at: int):
    """Each worked example gives what it says, with the value in force on its day (else the newest)."""
    example = held.examples[at]
    day = example.get("on", held.values[-1][0])
    _evaluator(held.name.partition("/")[0])(held.on(day), example)
