"""An instrument as the rulebook describes it: items, options, bands, cut-offs, and who it is for.

The wording of some instruments belongs to somebody else. Their file holds everything but the words;
the licensee supplies those as TOML text through :func:`with_wording`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from switchboard.kernel.reasons import RuleRef
from switchboard.outcomes.core.answers import Value, plain
from switchboard.rulebook.rules import Rule, RuleError, chapter_rules, rule
from switchboard.rulebook.rules import Value as RuleValue

Words = Mapping[str, str]
LANGUAGES = ("en", "es")
YES, NO = "LA33-6", "LA32-8"  # LOINC's answers: the only options a true or false can mean


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer: the number stored, what it adds to a score, its LOINC code and its words.

    ``or_more``: any whole number from ``value`` on means this option too (how many times: once or more).
    """

    value: int
    score: int
    loinc: str
    text: Words
    or_more: bool = False

    def is_said_by(self, given: Value) -> bool:
        """Tell whether an answer as it came (number, code or words) means this option."""
        if isinstance(given, str):
            if given == self.loinc:
                return bool(given)
            said = plain(given)
            return said == str(self.value) or said in {plain(words) for words in self.text.values()}
        if isinstance(given, bool):
            return self.loinc == (YES if given else NO)
        if given is None:
            return False
        return given == self.value or (self.or_more and given > self.value and given % 1 == 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """An item is shown only when one of these items was answered with one of these values.

    ``or_declined``: also when the person would rather not answer one of them.
    """

    items: tuple[str, ...]
    values: tuple[int, ...]
    or_declined: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``counts``: in the total; ``required``: needed for a score; ``risk``: its safety code."""

    link_id: str
    loinc: str
    text: Words
    options: tuple[Option, ...]
    counts: bool = True
    required: bool = True
    repeats: bool = False
    risk: str = ""
    shown_when: Condition | None = None

    def option(self, given: Value) -> Option | None:
        """Give the option an answer means; None when it means none of them."""
        return next((o for o in self.options if o.is_said_by(given)), None)


@dataclass(frozen=True, slots=True)
class Band:
    """A range of the total with a name; it ends where the next one starts."""

    code: str
    at_least: int
    text: Words


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The score from which a screen is positive, and for whom (None: for everybody)."""

    at_least: int
    sex: str | None = None

    def applies(self, sex: str | None) -> bool:
        """Tell whether this cut-off is meant for a person of this sex."""
        return self.sex is None or self.sex == sex


@dataclass(frozen=True, slots=True)
class Subscale:
    """A sum over some of the items, with its own cut-off (None: reported, never positive)."""

    code: str
    items: tuple[str, ...]
    at_least: int | None
    text: Words


@dataclass(frozen=True, slots=True)
class LongForm:
    """The longer instrument a positive short one opens, for these ages."""

    code: str
    min_age: int
    max_age: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of one questionnaire. ``ref`` names the rule and version that said so.

    ``translations`` says for each language but English whether its wording is ``official`` or ``adapted``
    (ours, not validated). ``totalled`` is False where only the subscales have a meaning. ``lacks`` maps a
    look-alike (PHQ-8) to the items it leaves out.
    """

    code: str
    ref: RuleRef
    name: Words
    stem: Words
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    cutoffs: tuple[Cutoff, ...]
    subscales: tuple[Subscale, ...]
    long_forms: tuple[LongForm, ...]
    languages: tuple[str, ...]
    translations: Words
    respondents: tuple[str, ...]
    recall_days: int | None
    min_age: int
    max_age: int
    perinatal_only: bool
    loinc_panel: str
    loinc_total: str
    totalled: bool
    items_from_licensee: bool
    lacks: Mapping[str, tuple[str, ...]]

    def item(self, link_id: str) -> Item | None:
        """Give the item with this link id; None when there is none."""
        return next((i for i in self.items if i.link_id == link_id), None)

    def ready(self, language: str) -> bool:
        """Tell whether every item and option has words in this language, so that it can be asked."""
        return all(i.text.get(language) and all(o.text.get(language) for o in i.options) for i in self.items)

    def long_form(self, age: int | None) -> str | None:
        """Give the code of the long form for somebody of this age; None when there is none."""
        fits = (f.code for f in self.long_forms if age is not None and f.min_age <= age <= f.max_age)
        return next(fits, None)

    def suits(self, age: int | None) -> bool:
        """Tell whether this instrument is meant for somebody of this age (an unknown age: no)."""
        return age is not None and self.min_age <= age <= self.max_age


def instrument(code: str, day: date) -> Instrument:
    """Give the version of an instrument in force on ``day``; raise ``RuleError`` when there is none."""
    return read(rule(f"instruments/{code}").on(day))


def versions(code: str) -> tuple[str, ...]:
    """Give every version of an instrument, oldest first; empty for an instrument we do not know."""
    if f"instruments/{code}" not in chapter_rules("instruments"):
        return ()
    held: Rule = rule(f"instruments/{code}")
    return tuple(since.isoformat() for since, _ in held.values)


def catalogue(day: date) -> tuple[Instrument, ...]:
    """Give every instrument in force on ``day``, by code."""
    held = (rule(name) for name in chapter_rules("instruments"))
    return tuple(read(r.on(day)) for r in held if r.values[0][0] <= day)


def read(value: RuleValue) -> Instrument:
    """Build the instrument one rule value describes; raise ``RuleError`` naming what is missing."""
    sets = {name: _options(listed) for name, listed in value["options"].items()}
    items = tuple(_item(entry, sets, value.ref) for entry in value["items"])
    return Instrument(
        code=value["code"],
        ref=value.ref,
        name=value["name"],
        stem=value.get("stem", {}),
        items=items,
        bands=tuple(Band(b["code"], b["at_least"], _words(b)) for b in value.get("bands", [])),
        cutoffs=tuple(Cutoff(c["at_least"], c.get("sex")) for c in value.get("cutoffs", [])),
        subscales=tuple(_subscale(s) for s in value.get("subscales", [])),
        long_forms=tuple(
            LongForm(f["code"], f["min_age"], f.get("max_age", 150)) for f in value.get("long_forms", [])
        ),
        languages=tuple(value["languages"]),
        translations=value.get("translations", {}),
        respondents=tuple(value["respondents"]),
        recall_days=value.get("recall_days"),
        min_age=value["min_age"],
        max_age=value.get("max_age", 150),
        perinatal_only=value.get("perinatal_only", False),
        loinc_panel=value.get("loinc_panel", ""),
        loinc_total=value.get("loinc_total", ""),
        totalled=value.get("totalled", True),
        items_from_licensee=value.get("items_from_licensee", False),
        lacks={entry["code"]: tuple(entry["items"]) for entry in value.get("lacks", [])},
    )


def with_wording(one: Instrument, text: str) -> Instrument:
    """Fill an instrument's words from the licensee's TOML; raise ``RuleError`` when it does not fit.

    The text names the instrument and the permission it is used under, then each item by link id::

        instrument = "epds"
        permission = "who allowed it, when, reference"
        [items.epds-1]
        en = "..."
        [items.epds-1.options]
        0 = { en = "..." }
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise RuleError(f"The wording of '{one.code}' is not TOML: {wrong}") from wrong
    if raw.get("instrument") != one.code:
        raise RuleError(
            f"The wording names '{raw.get('instrument')}', not '{one.code}': name the instrument."
        )
    if not raw.get("permission"):
        raise RuleError(f"The wording of '{one.code}' names no permission: say who allowed it, and when.")
    given = raw.get("items", {})
    unknown = set(given) - {i.link_id for i in one.items}
    if unknown:
        raise RuleError(f"The wording of '{one.code}' has unknown items {sorted(unknown)}.")
    items = tuple(_worded(i, given.get(i.link_id, {})) for i in one.items)
    spoken = tuple(lang for lang in LANGUAGES if replace(one, items=items).ready(lang))
    return replace(one, items=items, stem={**one.stem, **raw.get("stem", {})}, languages=spoken)


def _worded(item: Item, given: Mapping[str, Any]) -> Item:
    words = given.get("options", {})
    options = tuple(replace(o, text={**o.text, **words.get(str(o.value), {})}) for o in item.options)
    return replace(item, text={**item.text, **_words(given)}, options=options)


def _words(entry: Mapping[str, Any]) -> Words:
    return {lang: entry[lang] for lang in LANGUAGES if entry.get(lang)}


def _options(listed: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(
        Option(o["value"], o.get("score", o["value"]), o.get("loinc", ""), _words(o), o.get("or_more", False))
        for o in listed
    )


def _item(entry: Mapping[str, Any], sets: Mapping[str, tuple[Option, ...]], ref: RuleRef) -> Item:
    chosen = entry.get("options") or next(iter(sets))
    if chosen not in sets:
        raise RuleError(
            f"{ref}: item '{entry['link_id']}' uses the options '{chosen}', which are not listed."
        )
    counts = entry.get("counts", True)
    when = entry.get("shown_when")
    return Item(
        link_id=entry["link_id"],
        loinc=entry.get("loinc", ""),
        text=_words(entry),
        options=sets[chosen],
        counts=counts,
        required=entry.get("required", counts),
        repeats=entry.get("repeats", False),
        risk=entry.get("risk", ""),
        shown_when=_condition(when) if when else None,
    )


def _condition(when: Mapping[str, Any]) -> Condition:
    return Condition(tuple(when["items"]), tuple(when["values"]), when.get("or_declined", False))


def _subscale(entry: Mapping[str, Any]) -> Subscale:
    return Subscale(entry["code"], tuple(entry["items"]), entry.get("at_least"), _words(entry))
