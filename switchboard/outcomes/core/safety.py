"""The crisis rule: does any answer say that somebody may hurt themselves?

Deterministic, versioned, and apart from scoring: a form refused for another reason is still read here.
Every answer ever given counts, so an edit never withdraws. An answer to a risk item that cannot be read
is never "none": it is "unknown", and somebody calls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from switchboard.kernel.reasons import Decision, Reason, RuleRef
from switchboard.outcomes.core.answers import Answer, Value, plain
from switchboard.rulebook.rules import Value as RuleValue

Verdict = Literal["positive", "unknown", "none"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How answers read as numbers: the numbers allowed, the words and codes, and whether a bool is one."""

    numbers: tuple[int, ...]
    words: Mapping[str, int]
    true_or_false: bool

    def number(self, given: Value) -> int | None:
        """Give the number an answer means; None when it cannot be read."""
        if isinstance(given, bool):
            return int(given) if self.true_or_false else None
        if isinstance(given, str):
            return self._said(plain(given))
        return next((n for n in self.numbers if n == given), None)

    def _said(self, said: str) -> int | None:
        if said in self.words:
            return self.words[said]
        first, _, rest = said.partition(" ")
        number = next((n for n in self.numbers if str(n) == first), None)
        return number if not rest or self.words.get(rest) == number else None


@dataclass(frozen=True, slots=True)
class RiskItem:
    """One question whose answer can open a crisis task, and every name it may arrive under."""

    code: str
    links: frozenset[str]
    positions: frozenset[str]
    aliases: frozenset[str]
    loinc: frozenset[str]
    phrases: tuple[str, ...]
    scale: Scale
    levels: Mapping[int, str]

    def is_asked_by(self, answer: Answer) -> bool:
        """Tell whether an answer is to this question: by link id, by LOINC, by its words, or by its place."""
        link = squeezed(answer.link_id)
        asked = plain(answer.text)
        return (
            link in self.links
            or not self.loinc.isdisjoint((squeezed(answer.loinc), link))
            or any(phrase in asked for phrase in self.phrases)
            or (link in self.positions and not self.aliases.isdisjoint(names(answer.instrument)))
        )


@dataclass(frozen=True, slots=True)
class RiskRule:
    """The rule in one version: its items in the order they are tried, and its levels, rising."""

    ref: RuleRef
    items: tuple[RiskItem, ...]
    levels: tuple[str, ...]
    unknown_level: str
    stale_after: timedelta


@dataclass(frozen=True, slots=True)
class Risk:
    """What the answers say. ``level`` orders the worklist; ``items`` are codes, never answers.

    ``stale``: every answer that speaks is older than the rule's hours (a late sync), and still counts.
    """

    verdict: Verdict
    level: str | None
    items: tuple[str, ...]
    stale: bool

    @property
    def needs_call(self) -> bool:
        """Tell whether a person has to call."""
        return self.verdict != "none"


def risk_of(answers: Iterable[Answer], rule: RiskRule, now: datetime) -> Decision[Risk]:
    """Judge every answer ever given. Reasons name each item that speaks; none carries an answer."""
    found = [(a, item) for a in answers if (item := risk_item(a, rule)) is not None]
    speaking = [(a, item, level) for a, item in found if (level := _level(a, item, rule)) is not None]
    if not speaking:
        code = "risk_none" if found else "risk_not_asked"
        return Decision(Risk("none", None, (), stale=False), (Reason(code, {}, rule.ref),))
    sure = any(_reads(a, item) for a, item, _ in speaking)
    risk = Risk(
        verdict="positive" if sure else "unknown",
        level=max((level for _, _, level in speaking), key=rule.levels.index),
        items=tuple(dict.fromkeys(item.code for _, item, _ in speaking)),
        stale=all(_old(a, rule, now) for a, _, _ in speaking),
    )
    return Decision(risk, tuple(_because(risk, speaking, rule)))


def response_to(risk: Risk, *, has_open_task: bool) -> Decision[Literal["open", "add", "nothing"]]:
    """Say what a risk does: open a task, add an event to the open one (never a second task), or nothing."""
    if not risk.needs_call:
        return Decision("nothing", (Reason("risk_no_task"),))
    if has_open_task:
        return Decision("add", (Reason("risk_task_already_open"),))
    return Decision("open", (Reason("risk_opens_task"),))


def risk_item(answer: Answer, rule: RiskRule) -> RiskItem | None:
    """Give the risk item an answer is to; None when it is to none of them."""
    return next((item for item in rule.items if item.is_asked_by(answer)), None)


def risk_rule(value: RuleValue) -> RiskRule:
    """Build the rule from the rulebook's ``safety/risk_items``."""
    scales = {
        name: Scale(
            numbers=tuple(entry["numbers"]),
            words={plain(said): number for said, number in entry["words"].items()},
            true_or_false=entry.get("true_or_false", False),
        )
        for name, entry in value["scales"].items()
    }
    items = tuple(_item(entry, scales, value["prefixes"]) for entry in value["items"])
    hours = timedelta(hours=value["stale_after_hours"])
    return RiskRule(value.ref, items, tuple(value["levels"]), value["unknown_level"], hours)


def squeezed(text: str) -> str:
    """Give text as one plain word, so that ``/44260-8``, ``PHQ9_Q9`` and ``phq9.q9`` compare."""
    return plain(text).replace(" ", "")


def names(instrument: str) -> frozenset[str]:
    """Give every name of up to three words inside what a sender calls its questionnaire."""
    words = plain(instrument).split()
    return frozenset("".join(words[at : at + size]) for at in range(len(words)) for size in (1, 2, 3))


def _item(entry: Mapping, scales: Mapping[str, Scale], prefixes: Iterable[str]) -> RiskItem:
    aliases = frozenset(entry.get("aliases", ()))
    positions = frozenset(f"{p}{entry['position']}" for p in prefixes) if aliases else frozenset()
    return RiskItem(
        code=entry["code"],
        links=frozenset(alias + place for alias in aliases for place in positions),
        positions=positions,
        aliases=aliases,
        loinc=frozenset(squeezed(code) for code in entry.get("loinc", ())),
        phrases=tuple(plain(said) for said in entry.get("says", ())),
        scale=scales[entry["scale"]],
        levels={int(value): level for value, level in entry["levels"].items()},
    )


def _reads(answer: Answer, item: RiskItem) -> bool:
    return item.scale.number(answer.value) is not None


def _level(answer: Answer, item: RiskItem, rule: RiskRule) -> str | None:
    number = item.scale.number(answer.value)
    return rule.unknown_level if number is None else item.levels.get(number)


def _old(answer: Answer, rule: RiskRule, now: datetime) -> bool:
    return answer.at is not None and now - answer.at > rule.stale_after


def _because(
    risk: Risk, speaking: Iterable[tuple[Answer, RiskItem, str]], rule: RiskRule
) -> Iterable[Reason]:
    said = {
        Reason("risk_positive" if _reads(a, item) else "risk_unknown", {"item": item.code}, rule.ref): None
        for a, item, _ in speaking
    }
    yield from said
    if risk.stale:
        yield Reason("risk_stale", {"hours": rule.stale_after // timedelta(hours=1)}, rule.ref)
