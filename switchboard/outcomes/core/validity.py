"""May a filled-in questionnaire be stored as it is? Accept, flag, or refuse into quarantine.

Problems carry a path (``answers[3]``) and a code, never a value. A refusal concerns the score only: the
caller keeps every answer and judges the risk items with :mod:`switchboard.outcomes.core.safety` first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from switchboard.kernel.reasons import Decision, Reason, RuleRef
from switchboard.outcomes.core.answers import Answer, Person, Response
from switchboard.outcomes.core.instrument import Instrument, Item
from switchboard.outcomes.core.scoring import choices, score, shown
from switchboard.rulebook.rules import Value as RuleValue

Action = Literal["accept", "flag", "refuse"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (a path into the response) and what (a code)."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the response, and every problem found, not only the first."""

    action: Action
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """The rule in one version: how far off a date may be, and what each problem leads to."""

    ref: RuleRef
    future: timedelta
    old: timedelta
    burst_count: int
    burst_within: timedelta
    refuse: frozenset[str]


def validity_of(
    response: Response,
    instrument: Instrument,
    person: Person,
    earlier: Iterable[datetime],
    rule: ValidityRule,
    now: datetime,
) -> Decision[Verdict]:
    """Check a response against its instrument, its person, and ``earlier`` (when they filled it in before).

    ``instrument`` is the version the response names, worded by the licensee where the words are theirs.
    """
    problems = (
        *_form_problems(response, instrument),
        *_answer_problems(response.answers, instrument),
        *_date_problems(response, person, rule, now),
        *_repeat_problems(response, tuple(earlier), rule),
        *_person_problems(response, instrument, person, now),
    )
    action: Action = "accept"
    if problems:
        action = "refuse" if any(p.code in rule.refuse for p in problems) else "flag"
    because = tuple(Reason(f"response_{p.code}", {"path": p.path}, rule.ref) for p in problems)
    return Decision(Verdict(action, problems), because or (Reason("response_accepted", {}, rule.ref),))


def validity_rule(value: RuleValue) -> ValidityRule:
    """Build the rule from the rulebook's ``assessment/validity``."""
    return ValidityRule(
        ref=value.ref,
        future=timedelta(minutes=value["future_minutes"]),
        old=timedelta(days=value["old_days"]),
        burst_count=value["burst_count"],
        burst_within=timedelta(minutes=value["burst_minutes"]),
        refuse=frozenset(value["refuse"]),
    )


def _form_problems(response: Response, instrument: Instrument) -> Iterator[Problem]:
    if response.instrument != instrument.code:
        yield Problem("instrument", "other_instrument")
    if response.version != instrument.ref.version:
        yield Problem("version", "wrong_version")
    if response.language not in instrument.languages:
        yield Problem("language", "wrong_language")
    chosen = choices(instrument, response.answers)
    open_items = {i.link_id for i in instrument.items if i.required and i.link_id not in chosen}
    if response.completed and any(open_items == set(items) for items in instrument.lacks.values()):
        yield Problem("instrument", "looks_like_other")
    total = score(instrument, response.answers, Person()).outcome.total
    if response.claimed_total is not None and response.claimed_total != total:
        yield Problem("claimed_total", "total_differs")


def _answer_problems(answers: Iterable[Answer], instrument: Instrument) -> Iterator[Problem]:
    answers = tuple(answers)
    chosen = choices(instrument, answers)
    seen: set[str] = set()
    for place, given in enumerate(answers):
        path = f"answers[{place}]"
        item = instrument.item(given.link_id)
        if item is None:
            yield Problem(path, "unknown_item")
            continue
        if given.link_id in seen and not item.repeats:
            yield Problem(path, "answered_twice")
        seen.add(given.link_id)
        if not shown(item, chosen):
            yield Problem(path, "hidden_item")
        if (wrong := _misfit(item, given)) is not None:
            yield Problem(path, wrong)


def _misfit(item: Item, given: Answer) -> str | None:
    value = given.value
    if item.option(value) is not None:
        return None
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "wrong_type"
    if isinstance(value, str):
        return "not_an_option"
    return "out_of_range" if isinstance(value, int) or value.is_integer() else "not_whole"


def _date_problems(
    response: Response, person: Person, rule: ValidityRule, now: datetime
) -> Iterator[Problem]:
    authored = response.authored
    if authored is None:
        yield Problem("authored", "authored_unknown")
        return
    if authored > now + rule.future:
        yield Problem("authored", "authored_in_future")
    if person.born is not None and authored.date() < person.born:
        yield Problem("authored", "authored_before_birth")
    if now - authored > rule.old:
        yield Problem("authored", "authored_long_ago")


def _repeat_problems(
    response: Response, earlier: tuple[datetime, ...], rule: ValidityRule
) -> Iterator[Problem]:
    authored = response.authored
    if authored is None:
        return
    if any(at.date() == authored.date() for at in earlier):
        yield Problem("authored", "same_day")
    near = [at for at in earlier if abs(authored - at) <= rule.burst_within]
    if len(near) + 1 >= rule.burst_count:
        yield Problem("authored", "burst")


def _person_problems(
    response: Response, instrument: Instrument, person: Person, now: datetime
) -> Iterator[Problem]:
    if response.given_by in {"staff", "proxy"}:
        yield Problem("given_by", f"given_by_{response.given_by}")
    age = person.age((response.authored or now).date())
    if age is not None and not instrument.suits(age):
        yield Problem("instrument", "outside_ages")
    if instrument.perinatal_only and person.perinatal is False:
        yield Problem("instrument", "not_perinatal")
