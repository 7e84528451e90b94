"""What both formats share: a text read whatever its bytes, one value out of several forms, one found risk."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from switchboard.interop.csv_reading import encoding_of
from switchboard.interop.risks import FoundRisk, named
from switchboard.kernel.reasons import Decision
from switchboard.outcomes.core.answers import Answer, Value
from switchboard.outcomes.core.safety import Risk, RiskRule, risk_item, risk_of

PIECE = 1 << 20  # characters of a line without end that are read at once: memory stays constant
NUMBER = re.compile(r"[+-]?\d{1,9}([.,]\d{1,9})?")
STAMP = re.compile(r"(\d{8})(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4})?")
SURE = {"positive": 2, "none": 1, "unknown": 0}


@dataclass(frozen=True, slots=True)
class About:
    """Whom a row or message speaks of, as far as it says."""

    keys: tuple[str, ...] = ()
    born: date | None = None
    contact: str = ""


def lines_of(path: Path) -> Iterator[str]:
    """Yield a text's lines in pieces of bounded length; bytes that are no text stand as U+FFFD."""
    with path.open(encoding=encoding_of(path), errors="replace", newline=None) as text:
        while piece := text.readline(PIECE):
            yield piece


def value_of(said: str) -> Value:
    """Give a written value: a number where it is one, else its words; None for nothing."""
    word = said.strip().strip('"').strip()
    if NUMBER.fullmatch(word):
        number = float(word.replace(",", "."))
        return int(number) if number.is_integer() else number
    return word or None


def judged(asked: Answer, forms: Sequence[str], rule: RiskRule, now: datetime) -> Decision[Risk]:
    """Judge an answer that came in several forms (code and words): positive wins, then what can be read."""
    values: list[Value] = [v for form in forms if (v := value_of(form)) is not None] or [None]
    found = [risk_of([replace(asked, value=value)], rule, now) for value in values]
    return max(found, key=lambda one: SURE[one.outcome.verdict])


def found_risk(
    decision: Decision[Risk],
    asked: Answer,
    about: About,
    file: str,
    line: int,
    rule: RiskRule,
    authored: str,
) -> FoundRisk | None:
    """Give the risk of one answer; None when it calls nobody.

    Its name is made of who, which form, which item and when (as written), so that the same answer in another
    file, or on another line, is the same.
    """
    if not decision.outcome.needs_call:
        return None
    item = risk_item(asked, rule)
    who = about.keys or (about.contact,)
    name = named("answer", *who, asked.instrument, item.code if item else asked.link_id, authored)
    return FoundRisk(
        file, line, name, about.keys[0] if about.keys else "", decision.outcome, decision.because[0],
        numbers=about.keys, born=about.born, contact=about.contact,
    )  # fmt: skip


def moment(said: str) -> datetime | None:
    """Give an instant as ISO 8601 or HL7 writes it (UTC where it names no zone); None when it is none."""
    word = said.strip()
    stamped = STAMP.fullmatch(word)
    try:
        if stamped is None:
            found = datetime.fromisoformat(word)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        day, hour, minute, second, zone = stamped.groups("00")
        offset = "+0000" if zone == "00" else zone
        return datetime.fromisoformat(f"{day}T{hour}{minute}{second}{offset}")
    except ValueError:
        return None


def birthday(said: str) -> date | None:
    """Give a birth date written year first; None when it is none: an order is never guessed."""
    try:
        return date.fromisoformat(said.strip()[:10] if "-" in said else said.strip()[:8])
    except ValueError:
        return None
