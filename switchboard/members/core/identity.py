"""Who is who: names, telephone numbers and addresses in one form, and how alike two people are.

The weights and thresholds of likeness are rule data (``members/likeness``). A twin is not a duplicate: the
same birth date, family name and address with another given name says "different".
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import phonenumbers
from rapidfuzz.distance import JaroWinkler

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value

PLAIN_US_PHONE = re.compile(r"\+?1?[\s.(-]*([2-9]\d{2})[\s.)-]*([2-9]\d{2})[\s.-]*(\d{4})", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
SUFFIXES = re.compile(r"\b(jr|sr|ii|iii|iv)\b")


def plain_name(name: str) -> str:
    """Give a name for comparing: no accents, case, marks or Jr.; other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    spaced = re.sub(r"[^\w\s]|_", "", letters.replace("-", " "))
    return " ".join(SUFFIXES.sub("", spaced).split())


@lru_cache(maxsize=4096)
def plain_phone(text: str, region: str = "US") -> str | None:
    """Give a telephone number in E.164, or None when it cannot be one."""
    plain = PLAIN_US_PHONE.fullmatch(text.strip())
    if plain:
        return "+1" + "".join(plain.groups())
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def plain_email(text: str) -> str | None:
    """Give an email address in lower case, or None when it has not the shape of one."""
    word = text.strip().lower()
    return word if EMAIL.fullmatch(word) and len(word) <= 254 else None


@dataclass(frozen=True, slots=True)
class Person:
    """What identifies somebody, as far as it is known."""

    family_name: str
    given_name: str
    birth_date: date
    sex: str = "unknown"
    zip5: str = ""
    contacts: frozenset[str] = frozenset()


def likeness(one: Person, other: Person, rules: Value) -> Decision[str]:
    """Say whether two people are the ``same``, ``maybe`` or ``different``; the score is the first reason."""
    given = JaroWinkler.similarity(plain_name(one.given_name), plain_name(other.given_name))
    family = JaroWinkler.similarity(plain_name(one.family_name), plain_name(other.family_name))
    born = _birth_likeness(one.birth_date, other.birth_date)
    tied = float(bool(one.contacts & other.contacts))
    place = float(bool(one.zip5) and one.zip5 == other.zip5)
    score = (
        rules["given"] * given
        + rules["family"] * family
        + rules["birth_date"] * born
        + rules["contact"] * tied
        + rules["zip"] * place
    )
    because = [Reason("likeness_score", {"score": round(score, 3)}, rules.ref)]
    if given < rules["given_names_differ_below"]:
        return Decision("different", (*because, Reason("given_names_differ", {}, rules.ref)))
    because += [
        Reason(code, {}, rules.ref)
        for code, holds in (
            ("same_birth_date", born == 1.0),
            ("birth_date_nearly", 0 < born < 1),
            ("same_contact", tied > 0),
            ("same_zip", place > 0),
        )
        if holds
    ]
    sexes = {one.sex, other.sex} - {"unknown", "other"}
    if score >= rules["same_from"] and len(sexes) < 2:
        return Decision("same", tuple(because))
    return Decision("maybe" if score >= rules["maybe_from"] else "different", tuple(because))


def another(
    given: str, born: date, other_given: str, other_born: date, *, rules: Value, renamed: bool
) -> bool:
    """Say whether one number stands for two people: then nobody may be written over by the other.

    Twins share a birth date, father and son a name. ``renamed``: under the same birth date a source may
    give the same person another name; without it another given name is another person.
    """
    names = plain_name(given), plain_name(other_given)
    alike = not all(names) or JaroWinkler.similarity(*names) >= rules["given_names_differ_below"]
    likely = _birth_likeness(born, other_born)
    if likely == 1.0:
        return not alike and not renamed
    return likely == 0.0 or not alike


def _birth_likeness(one: date, other: date) -> float:
    """Say 1 for the same day, 0.5 for day and month swapped or one part different, else 0."""
    if one == other:
        return 1.0
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return 0.5
    apart = sum(a != b for a, b in zip(one.timetuple()[:3], other.timetuple()[:3], strict=True))
    return 0.5 if apart == 1 else 0.0
