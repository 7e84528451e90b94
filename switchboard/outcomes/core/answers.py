"""What a person answered: the facts that scoring, validity and safety read.

An answer arrives in many forms: the option's number, its LOINC answer code, or its words in either
language. The forms are kept as they came; each core reads them by its own rule.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

Value = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one item, as it came. Rows are append-only: an edit is a later answer.

    ``value`` is a number, an answer code, words, a bool, or None (asked, and nothing usable came back).
    ``loinc`` and ``text`` are the item's own code and wording where the sender gave them, so that a
    renamed link id can still be recognised; ``instrument`` is what the sender called the questionnaire.
    """

    link_id: str
    value: Value
    at: datetime | None = None
    by: str = ""
    loinc: str = ""
    text: str = ""
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """One filled-in questionnaire as it was handed in. ``given_by`` is self, proxy, staff or import."""

    instrument: str
    version: str
    language: str
    answers: tuple[Answer, ...]
    authored: datetime | None
    given_by: str = "self"
    completed: bool = True
    claimed_total: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What scoring and validity need to know of the person the answers are about; None is unknown."""

    born: date | None = None
    sex: str | None = None
    perinatal: bool | None = None

    def age(self, today: date) -> int | None:
        """Give the age in whole years on ``today``; None when the birth date is unknown."""
        if self.born is None:
            return None
        return today.year - self.born.year - ((today.month, today.day) < (self.born.month, self.born.day))


def plain(text: str) -> str:
    """Give text without case, accents, punctuation or doubled spaces: ``"Varios días." -> "varios dias"``."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())


def latest(answers: Iterable[Answer]) -> dict[str, tuple[Answer, ...]]:
    """Give the newest answers of each item: those that carry its latest time (all, when none has a time)."""
    newest: dict[str, tuple[Answer, ...]] = {}
    for given in answers:
        held = newest.get(given.link_id, ())
        if not held or _later(given, held[0]):
            newest[given.link_id] = (given,)
        elif given.at == held[0].at:
            newest[given.link_id] = (*held, given)
    return newest


def _later(one: Answer, other: Answer) -> bool:
    return one.at is not None and (other.at is None or one.at > other.at)
