"""What to ask next: a short, branching conversation, one question a screen.

Everything asked and answered so far goes in, the whole path as it stands comes out; a change of one answer
may open or close later steps. Steps are either the front door's own questions (``frontdoor/questions``) or
items of an instrument. Two-item screens open their long form; answers to items that the long form shares (the
same LOINC code) are carried over. Safety is always asked once. A form for the person themselves is never put
to somebody who answers for them: they get the forms made for parents, and a question of ours about safety.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from switchboard.outcomes.core.answers import Answer, Person
from switchboard.outcomes.core.instrument import Instrument, Item
from switchboard.outcomes.core.scoring import Score, score
from switchboard.rulebook.rules import Value, rule

# Asked of everybody, last: first what triage needs, then what the match would like to know.
CLOSING = (
    "unusual",
    "history",
    "function",
    "wants",
    "meet",
    "times",
    "gender",
    "language",
    "background",
    "contact",
)
# What somebody is asked who answers for another, or for a child too young for the safety screen.
THEIR_SAFETY = "their_safety"
Wording = Callable[[str], Instrument]


@dataclass(frozen=True, slots=True)
class Question:
    """One of the front door's own questions. ``kind``: one, many, state, language or background."""

    code: str
    kind: str
    text: Mapping[str, str]
    hint: Mapping[str, str]
    options: tuple[Mapping[str, Any], ...]
    optional: bool
    none: str


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: a question of ours (``instrument`` empty) or an item of an instrument."""

    instrument: str
    code: str
    answered: bool

    @property
    def key(self) -> str:
        """Name the step in addresses and forms."""
        return f"{self.instrument}:{self.code}" if self.instrument else self.code


@dataclass(frozen=True, slots=True)
class Said:
    """What is known and said so far. ``respondent``: self, proxy or staff (for an adult on the phone).

    ``intake`` holds the latest answer of each own question; ``items`` the latest value of each item, by
    instrument (None: asked, and they would rather not say); ``instruments`` gives an instrument in force,
    with its wording, by code.
    """

    today: date
    person: Person
    respondent: str
    language: str
    intake: Mapping[str, Any]
    items: Mapping[str, Mapping[str, int | None]]
    instruments: Wording = field(compare=False)

    @property
    def age(self) -> int | None:
        """Give the age in whole years."""
        return self.person.age(self.today)

    @property
    def answered_by(self) -> str:
        """Say who gives the answers: ``self`` (also through staff, or on a parent's phone) or ``parent``."""
        return "parent" if self.respondent == "proxy" and self.intake.get("answering") != "they" else "self"

    def reasons(self) -> frozenset[str]:
        """Give what the member said brings them here."""
        return frozenset(self.intake.get("reasons") or ())


@cache
def questions(day: date) -> Mapping[str, Question]:
    """Give the front door's own questions in force on a day, by code."""
    return {q["code"]: _question(q) for q in rule("frontdoor/questions").on(day)["questions"]}


def path(said: Said) -> tuple[Step, ...]:
    """Give every step as the answers so far would have it, in order, answered or not."""
    return tuple(_walk(said, rule("frontdoor/conversation").on(said.today)))


def next_step(said: Said) -> Step | None:
    """Give the first step not yet answered; None when the conversation is complete."""
    return next((step for step in path(said) if not step.answered), None)


def complete(said: Said) -> bool:
    """Tell whether everything that must be asked has been answered."""
    return next_step(said) is None


def values_of(said: Said, instrument: Instrument) -> dict[str, int | None]:
    """Give the values of an instrument's items, with those carried over from items of the same LOINC code."""
    own = dict(said.items.get(instrument.code, {}))
    shared = {
        item.loinc: value
        for code, values in said.items.items()
        for item in said.instruments(code).items
        if item.loinc and (value := values.get(item.link_id)) is not None
    }
    for item in instrument.items:
        if item.link_id not in own and item.loinc in shared:
            own[item.link_id] = shared[item.loinc]
    return own


def positive(said: Said, code: str) -> bool:
    """Tell whether a screen is positive by the answers so far."""
    return bool(scored(said, code).positive)


def scored(said: Said, code: str) -> Score:
    """Score an instrument by the answers so far, with those carried over."""
    instrument = said.instruments(code)
    values = values_of(said, instrument)
    answers = tuple(Answer(link, value) for link, value in values.items() if value is not None)
    return score(instrument, answers, said.person).outcome


def _walk(said: Said, order: Value) -> Iterator[Step]:
    reasons, safety = said.reasons(), order["safety_screen"]
    asked: set[str] = set()
    if said.respondent == "proxy" and (said.age or 0) >= order["own_answers_from"]:
        yield _own(said, "answering")
    yield _own(said, "reasons")
    if "self_harm" in reasons:
        yield from _safety(said, safety, asked)
    yield _own(said, "place")
    yield from _with_long_form(said, order["mood_screen"], asked)
    # Also of a child too young for the mood screen, and after an answer that speaks of danger: is it now?
    if asked.isdisjoint(order["forms_that_ask_safety"]) or _danger_heard(said, asked):
        yield from _safety(said, safety, asked)
    for code in _further_screens(said, order, reasons):
        yield from _with_long_form(said, code, asked)
    if _may_be_perinatal(said, order, reasons):
        yield _own(said, "perinatal")
        if said.intake.get("perinatal") in ("pregnant", "postpartum"):
            yield from _ask(said, order["perinatal_screen"], asked)
            if _danger_heard(said, asked):
                yield from _ask(said, safety, asked)
    for code in CLOSING:
        yield _own(said, code)


def _further_screens(said: Said, order: Value, reasons: frozenset[str]) -> Iterator[str]:
    wanted = [(order["worry_screen"], True)]
    wanted.append((order["trauma_screen"], "trauma" in reasons))
    wanted.append((order["alcohol_screen"], True))
    wanted.append((order["drug_screen"], True))
    wanted.append((order["child_screen"], said.answered_by == "parent"))
    wanted.append((order["social_screen"], "needs" in reasons))
    yield from (code for code, want in wanted if want)


def _safety(said: Said, code: str, asked: set[str]) -> Iterator[Step]:
    """Ask about safety once: the person by the screen, or else whoever answers for them, in our words."""
    if _ready(said, code):
        yield from _ask(said, code, asked)
    elif THEIR_SAFETY not in asked:
        asked.add(THEIR_SAFETY)
        yield _own(said, THEIR_SAFETY)


def _ask(said: Said, code: str, asked: set[str]) -> Iterator[Step]:
    """Give the steps of a screen that can be asked of this person and was not yet."""
    if code not in asked and _ready(said, code):
        asked.add(code)
        yield from _items(said, code)


def _with_long_form(said: Said, code: str, asked: set[str]) -> Iterator[Step]:
    if not _ready(said, code):
        return
    yield from _ask(said, code, asked)
    longer = _long_form(said, code)
    if longer:
        yield from _ask(said, longer, asked)


def _danger_heard(said: Said, asked: set[str]) -> bool:
    """Tell whether a risk item was answered with more than nought, or declined."""
    return any(
        item.risk and item.link_id in values and values[item.link_id] != 0
        for code, values in said.items.items()
        if code in asked
        for item in said.instruments(code).items
    )


def _ready(said: Said, code: str) -> bool:
    instrument = said.instruments(code)
    fits = instrument.suits(said.age) and said.answered_by in instrument.respondents
    return fits and instrument.ready(said.language)


def _long_form(said: Said, code: str) -> str | None:
    longer = said.instruments(code).long_form(said.age)
    return longer if longer and positive(said, code) and _ready(said, longer) else None


def _may_be_perinatal(said: Said, order: Value, reasons: frozenset[str]) -> bool:
    youngest, oldest = order["perinatal_ages"]
    fits = said.person.sex in ("female", "unknown", None) and youngest <= (said.age or 0) <= oldest
    return said.answered_by == "self" and (fits or "perinatal" in reasons)


def _own(said: Said, code: str) -> Step:
    return Step("", code, code in said.intake)


def _items(said: Said, code: str) -> Iterator[Step]:
    instrument = said.instruments(code)
    values = values_of(said, instrument)
    for item in instrument.items:
        if _shown(item, values):
            yield Step(code, item.link_id, item.link_id in values)


def _shown(item: Item, values: Mapping[str, int | None]) -> bool:
    when = item.shown_when
    return when is None or any(
        values[link] in when.values or (when.or_declined and values[link] is None)
        for link in when.items
        if link in values
    )


def _question(entry: Mapping[str, Any]) -> Question:
    return Question(
        entry["code"],
        entry["kind"],
        {"en": entry["en"], "es": entry["es"]},
        {"en": entry.get("hint_en", ""), "es": entry.get("hint_es", "")},
        tuple(entry.get("options", ())),
        entry.get("optional", False),
        entry.get("none", ""),
    )
