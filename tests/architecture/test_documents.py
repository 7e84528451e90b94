"""The documents keep pace with the code: names exist, commands exist, figures say where they are from."""

import importlib
import re
from pathlib import Path

import pytest

from switchboard.cli.main import VERBS
from switchboard.interop.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("switchboard/**/README.md")])
WORDS = re.findall(
    r"^\| ([a-z ]+) \| .* \| `(switchboard[\w.]+)` \|$", (ROOT / "GLOSSARY.md").read_text(), re.M
)
TARGETS = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.M))


def named(path: str) -> object:
    """The thing a dotted name stands for: a module, or something in one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize(("word", "path"), WORDS)
def test_every_word_of_the_glossary_stands_in_the_code(word, path):
    """A word of the glossary that the code does not use is a word to delete."""
    assert named(path) is not None


def test_the_glossary_defines_each_word_once():
    words = [word for word, _ in WORDS]
    assert len(words) > 30
    assert len(words) == len(set(words))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_quoted_exist(page):
    text = page.read_text()
    asked = re.findall(r"(?:^    |`)make ([a-z]+)", text, re.M)
    assert set(asked) <= TARGETS, "make knows no such target"
    spoken = re.findall(r"(?:^    |`)switchboard ([a-z]+)(?: ([a-z-]+))?", text, re.M)
    assert {verb for verb, _ in spoken} <= set(VERBS)
    kinds = {kind for verb, kind in spoken if verb == "import" and kind}
    assert kinds <= set(KINDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_folders_and_files_that_are_named_exist(page):
    named_files = re.findall(r"`((?:tests|docs|bench|scripts)/[\w./-]*\w)/?`", page.read_text())
    assert [name for name in named_files if not (ROOT / name).exists()] == []


def test_measured_figures_say_command_machine_and_date():
    """A section called Figures names what printed it, on what, and when."""
    for page in PAGES:
        for section in re.findall(r"^## Figures\n(.*?)(?=^## |\Z)", page.read_text(), re.M | re.S):
            assert "`" in section.split("\n\n")[0], page
            assert re.search(r"\d+ cores", section), page
            assert re.search(r"20\d\d-\d\d-\d\d", section), page


def test_the_index_of_decisions_names_each():
    index = (ROOT / "docs/decisions/README.md").read_text()
    missing = [file.name for file in ROOT.glob("docs/decisions/0*.md") if file.name not in index]
    assert not missing, "Add a row to docs/decisions/README.md."
