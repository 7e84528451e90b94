"""Say a reason in a language: the sentences stand in ``rulebook/words/*.toml``, one file a room.

Each entry is a code with one sentence a language; parameters stand in braces::

    [within_reach]
    en = "{miles} miles from you"
    es = "a {miles} millas de usted"
"""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from switchboard.kernel.reasons import Reason

LANGUAGES = ("en", "es")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Give every code with its sentences; raise ``ValueError`` on a code said in two files."""
    found: dict[str, Mapping[str, str]] = {}
    for place in sorted((files("switchboard.rulebook") / "words").iterdir(), key=lambda f: f.name):
        if not place.name.endswith(".toml"):
            continue
        for code, sentences in tomllib.loads(place.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"The reason '{code}' is said twice: keep one of them ({place.name}).")
            found[code] = sentences
    return found


def say_to_staff(reason: Reason, language: str = "en") -> str:
    """Give the sentence of a reason for a colleague: under ``staff_`` where the other says "you"."""
    code = f"staff_{reason.code}"
    return say(Reason(code, reason.params) if code in catalogue() else reason, language)


def say(reason: Reason, language: str = "en") -> str:
    """Give the sentence of a reason; raise ``KeyError`` naming a code nobody has put into words."""
    chosen = _sentence(reason.code, language)
    return chosen.format(**reason.params) if "{" in chosen else chosen


@lru_cache(maxsize=5000)
def _sentence(code: str, language: str) -> str:
    sentences = catalogue().get(code)
    if sentences is None:
        raise KeyError(f"No words for the reason '{code}': add it to rulebook/words/.")
    return sentences.get(language.partition("-")[0], sentences["en"])
