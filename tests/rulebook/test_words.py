"""Every reason a core can give has words in English and Spanish, and what members read is plain."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import textstat

import switchboard
from switchboard.kernel.reasons import Reason
from switchboard.rulebook.words import LANGUAGES, catalogue, say

ROOT = Path(switchboard.__file__).parent
CORES = sorted(ROOT.glob("*/core/**/*.py"))
GRADE = 6.0


def codes(tree: ast.AST) -> Iterator[str]:
    """Give the codes of every ``Reason("...")`` in a module, and of both arms of a conditional one.

    A code put together at run time (``f"response_{code}"``) is given as its start: ``response_``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason" and node.args:
            yield from (n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant))


def _said(code: str) -> bool:
    return code in catalogue() or (code.endswith("_") and any(c.startswith(code) for c in catalogue()))


@pytest.mark.parametrize("module", CORES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_reason_of_a_core_has_words(module: Path):
    """A code nobody put into words would reach a person as a KeyError."""
    used = codes(ast.parse(module.read_text("utf-8")))
    missing = [c for c in used if not _said(c)]
    assert not missing, f"Add {missing} to rulebook/words/, in {' and '.join(LANGUAGES)}."


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_reason_says_the_same_in_both_languages(code: str):
    """Both languages are there, and use the same parameters."""
    sentences = catalogue()[code]
    assert set(sentences) == set(LANGUAGES)
    used = [{name for _, name, _, _ in string.Formatter().parse(s) if name} for s in sentences.values()]
    assert used[0] == used[1]
    params = dict.fromkeys(used[0], 3)
    assert all(say(Reason(code, params), lang) for lang in LANGUAGES)


def test_our_own_sentences_read_at_sixth_grade():
    """The sentences of this chapter, taken together, ask no more than six years of school.

    Measured by the automated readability index, which counts letters: the measures that count
    syllables fetch a dictionary from the network.
    """
    ours = (ROOT / "rulebook/words/outcomes.toml").read_text("utf-8")
    english = [catalogue()[code]["en"] for code in catalogue() if f"[{code}]" in ours]
    text = " ".join(s.replace("{", "").replace("}", "") for s in english)
    assert textstat.automated_readability_index(text) <= GRADE
