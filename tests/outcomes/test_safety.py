"""The crisis rule (promises C1, C5, C6): every edge that must still escalate, and nothing ever withdrawn."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.kernel.reasons import RuleRef
from switchboard.outcomes.core.answers import Answer, Person
from switchboard.outcomes.core.instrument import catalogue, instrument
from switchboard.outcomes.core.safety import (
    Risk,
    RiskRule,
    names,
    response_to,
    risk_item,
    risk_of,
    risk_rule,
    squeezed,
)
from switchboard.outcomes.core.scoring import score
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import say

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def fresh() -> RiskRule:
    """The rule, built anew: what reads the rule file is under test too (and under mutation)."""
    return risk_rule(rule("safety/risk_items").on(TODAY))


RULE = fresh()
ITEM9_EN = "Thoughts that you would be better off dead, or of hurting yourself in some way"
ITEM9_ES = "Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera"


def judged(*answers: Answer) -> tuple[str, str | None]:
    risk = risk_of(answers, fresh(), NOW).outcome
    return risk.verdict, risk.level


def nine(value: object, **more: object) -> Answer:
    return Answer("phq9-9", value, **more)


# One row for every edge of the C5 table that the rule itself decides; the rest (crashes, queues, merges,
# people on leave) are rows of test_escalation.py and of the room that stores answers.
EDGES = {
    "abandoned half-way: only item 9 answered": ([nine(1)], "positive", "standard"),
    "edited 2 to 0: the first answer stands": ([nine(2), nine(0)], "positive", "high"),
    "edited 0 to 3": ([nine(0), nine(3)], "positive", "high"),
    "entered by a navigator": ([nine(1, by="navigator")], "positive", "standard"),
    "late sync, three days old": ([nine(1, at=NOW - timedelta(days=3))], "positive", "standard"),
    "FHIR item by LOINC link": ([Answer("/44260-8", "LA6569-3")], "positive", "standard"),
    "FHIR Observation by LOINC": ([Answer("obs-1", 2, loinc="44260-8")], "positive", "high"),
    "older version: q9 of a PHQ-9": (
        [Answer("q9", 1, instrument="Questionnaire/phq-9|1.0")],
        "positive",
        "standard",
    ),
    "newer version: item9 of a PHQ9": ([Answer("item9", 3, instrument="PHQ9 v2")], "positive", "high"),
    "renamed link id, known by its words": ([Answer("mood.k", 1, text=ITEM9_EN)], "positive", "standard"),
    "translated form, known by its words": (
        [Answer("animo.k", "Varios días", text=ITEM9_ES)],
        "positive",
        "standard",
    ),
    "answer as integer": ([nine(1)], "positive", "standard"),
    "answer as decimal that is whole": ([nine(1.0)], "positive", "standard"),
    "answer as coding": ([nine("LA6569-3")], "positive", "standard"),
    "answer as text": ([nine("Several days")], "positive", "standard"),
    "answer as text, any case": ([nine("SEVERAL DAYS")], "positive", "standard"),
    "answer as Spanish text": ([nine("Varios días")], "positive", "standard"),
    "answer as Spanish text, no accent": ([nine("varios dias")], "positive", "standard"),
    "answer as number and text": ([nine("1 - Several days")], "positive", "standard"),
    "answer as text of a number": ([nine("3")], "positive", "high"),
    "PHQ-9M item 9": ([Answer("phq9m-9", 2)], "positive", "high"),
    "PHQ-9M thoughts in the last month": ([Answer("phq9m-12", True)], "positive", "high"),
    "PHQ-9M attempt ever": ([Answer("phq9m-13", "Sí")], "positive", "high"),
    "EPDS item 10, hardly ever": ([Answer("epds-10", "Hardly ever")], "positive", "standard"),
    "EPDS item 10, quite often, Spanish": ([Answer("epds-10", "Sí, bastante a menudo")], "positive", "high"),
    "ASQ 1": ([Answer("asq-1", "yes")], "positive", "high"),
    "ASQ 2": ([Answer("asq-2", "LA33-6")], "positive", "high"),
    "ASQ 3": ([Answer("asq-3", 1)], "positive", "high"),
    "ASQ 4": ([Answer("asq-4", "373066001")], "positive", "high"),
    "ASQ 5 is imminent": ([Answer("asq-5", True), Answer("asq-1", True)], "positive", "imminent"),
    "C-SSRS 1": ([Answer("/93246-7", "LA33-6")], "positive", "standard"),
    "C-SSRS 2": ([Answer("/93247-5", "LA33-6")], "positive", "standard"),
    "C-SSRS 3": ([Answer("/93248-3", "LA33-6")], "positive", "high"),
    "C-SSRS 4": ([Answer("cssrs-4", "Yes")], "positive", "imminent"),
    "C-SSRS 5": ([Answer("/93250-9", "LA33-6")], "positive", "imminent"),
    "C-SSRS 6, ever": ([Answer("/93267-3", "LA33-6")], "positive", "high"),
    "C-SSRS 6, three months": (
        [Answer("6-recent", "Yes", instrument="C-SSRS screener")],
        "positive",
        "imminent",
    ),
    "unknown instrument, words about suicide": (
        [Answer("x1", "yes", text="Do you think of killing yourself?")],
        "positive",
        "high",
    ),
    "unknown instrument in Spanish": (
        [Answer("x1", 2, text="¿Ha pensado en quitarse la vida?")],
        "positive",
        "high",
    ),
    "form refused for item 4 = 7": ([Answer("phq9-4", 7), nine(1)], "positive", "standard"),
    "positive beside unreadable": ([Answer("asq-3", "hm"), nine(1)], "positive", "standard"),
}


@pytest.mark.parametrize(("answers", "verdict", "level"), EDGES.values(), ids=EDGES.keys())
def test_an_edge_still_escalates(answers, verdict, level):
    """Promise C5: one row each."""
    assert judged(*answers) == (verdict, level)
    assert risk_of(answers, RULE, NOW).outcome.needs_call


@pytest.mark.parametrize(
    "value",
    [
        *(7, -1, 4, 0.5, 1.5, None, True, False, float("nan"), float("inf"), 10**30),
        *("", " ", "maybe", "0 but yesterday yes", "1 2", "5 - Several days", "0 - Several days"),
        *("???", "no se", "asked-declined", "0.0.1"),
    ],
)
def test_an_answer_nobody_can_read_means_call(value):
    """Promise C6: unreadable is unknown, never none."""
    risk = risk_of([nine(value)], RULE, NOW)
    assert risk.outcome == Risk("unknown", "standard", ("phq9-9",), stale=False)
    assert risk.outcome.needs_call
    assert [r.code for r in risk.because] == ["risk_unknown"]


@pytest.mark.parametrize(
    "value", [0, 0.0, "0", "Not at all", "not at all.", "LA6568-5", "Ningún día", "NUNCA", "0 - Not at all"]
)
def test_a_clear_no_is_none(value):
    """What means nought is none, and says that the question was asked."""
    decision = risk_of([nine(value)], RULE, NOW)
    assert decision.outcome == Risk("none", None, (), stale=False)
    assert not decision.outcome.needs_call
    assert [(r.code, r.rule) for r in decision.because] == [("risk_none", RULE.ref)]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0, "unknown"),
        (1, "positive"),
        (10, "positive"),
        (11, "unknown"),
        ("no", "none"),
        (False, "none"),
        (True, "positive"),
    ],
)
def test_an_unknown_instrument_s_zero_is_not_trusted(value, verdict):
    """Nobody knows what nought means on a scale we do not know; a plain no is a no."""
    assert judged(Answer("x", value, text="Thoughts of suicide"))[0] == verdict


def test_no_safety_question_is_said_so():
    """None without a question asked is not the same as none after one."""
    decision = risk_of([Answer("phq9-1", 3), Answer("gad7-1", 3)], RULE, NOW)
    assert decision.outcome == Risk("none", None, (), stale=False)
    assert [(r.code, r.rule) for r in decision.because] == [("risk_not_asked", RULE.ref)]
    assert risk_of([], RULE, NOW).because[0].code == "risk_not_asked"


def test_the_level_is_the_highest_and_each_item_is_named_once():
    """The worklist is ordered by the gravest answer; the reasons name items and carry no answers."""
    decision = risk_of([nine(1), nine(1), Answer("asq-5", "yes"), Answer("asq-1", "?")], RULE, NOW)
    assert decision.outcome.level == "imminent"
    assert decision.outcome.items == ("phq9-9", "asq-5", "asq-1")
    assert [(r.code, dict(r.params)) for r in decision.because] == [
        ("risk_positive", {"item": "phq9-9"}),
        ("risk_positive", {"item": "asq-5"}),
        ("risk_unknown", {"item": "asq-1"}),
    ]
    assert {r.rule for r in decision.because} == {RULE.ref}


@pytest.mark.parametrize(
    ("ages", "stale"),
    [
        ([25], True),
        ([24], False),
        ([23], False),
        ([25, 1], False),
        ([25, 48], True),
        ([None], False),
        ([25, None], False),
    ],
)
def test_late_answers_are_marked_stale_and_still_count(ages, stale):
    """Stale only when everything that speaks is older than the rule's day; positive all the same."""
    answers = [nine(1, at=None if h is None else NOW - timedelta(hours=h)) for h in ages]
    decision = risk_of(answers, RULE, NOW)
    assert decision.outcome.stale is stale
    assert decision.outcome.verdict == "positive"
    assert [r.code for r in decision.because][1:] == (["risk_stale"] if stale else [])
    if stale:
        assert say(decision.because[-1]).startswith("The answer is more than 24 hours old")
        assert decision.because[-1].rule == RULE.ref


def test_an_old_no_does_not_hide_that_the_yes_is_old():
    """Only answers that speak decide about staleness."""
    fresh_no = nine(0, at=NOW)
    assert risk_of([nine(1, at=NOW - timedelta(days=3)), fresh_no], RULE, NOW).outcome.stale


VALUES = st.one_of(
    st.integers(-5, 12),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=20),
    st.sampled_from(["yes", "no", "Several days", "Not at all", "LA6569-3", "Sí", "nunca"]),
)
LINKS = st.sampled_from(["phq9-9", "phq9m-12", "asq-1", "asq-5", "epds-10", "cssrs-3", "phq9-1", "x"])
ANSWERS = st.lists(st.builds(Answer, LINKS, VALUES), max_size=8)
WEIGHT = {"none": 0, "unknown": 1, "positive": 2}


@given(ANSWERS, ANSWERS)
def test_nothing_answered_later_withdraws_a_risk(before, later):
    """More answers never lower the verdict nor the level, whatever they are."""
    first, both = risk_of(before, RULE, NOW).outcome, risk_of(before + later, RULE, NOW).outcome
    assert WEIGHT[both.verdict] >= WEIGHT[first.verdict]
    if first.level:
        assert RULE.levels.index(both.level) >= RULE.levels.index(first.level)


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.none())
def test_only_a_listed_no_is_none(value):
    """Whatever arrives on item 9, it is none only when it is one of the listed ways to say so."""
    verdict = risk_of([nine(value)], RULE, NOW).outcome.verdict
    if verdict == "none":
        noughts = {"0", "not at all", "ningun dia", "para nada", "nunca", "la6568 5"}
        said = "0" if value == 0 else " ".join(squeezed(w) for w in str(value).replace("-", " ").split())
        assert said.strip() in noughts or said.removeprefix("0 ").strip() in noughts


SHIPPED = [(one, item) for one in catalogue(TODAY) for item in one.items]


@pytest.mark.parametrize(("one", "item"), SHIPPED, ids=lambda x: getattr(x, "link_id", ""))
def test_an_instrument_s_risk_items_are_the_rule_s(one, item):
    """An item marked as risk is recognised by link id, by LOINC and by either wording; no other item is."""
    known = [Answer(item.link_id, 1), Answer("x", 1, loinc=item.loinc)]
    known += [Answer("x", 1, text=words) for words in item.text.values()]
    found = [risk_item(a, RULE) for a in known if a.link_id != "x" or a.loinc or a.text]
    if not item.risk:
        assert found == [None] * len(found)
        return
    assert found[0].code == item.risk
    # PHQ-9 and PHQ-9M share the words of item 9; either name opens the same task.
    assert {f.code.replace("phq9m-9", "phq9-9") for f in found} == {item.risk.replace("phq9m-9", "phq9-9")}
    for option in item.options:
        assert judged(Answer(item.link_id, option.value))[0] == ("positive" if option.value else "none")
        for words in option.text.values():
            assert judged(Answer(item.link_id, words)) == judged(Answer(item.link_id, option.value))


def test_the_rule_is_what_its_file_says():
    """The parts a misread file would lose: names, levels, order, the hours, and the version that speaks."""
    held = fresh()
    assert held == RULE
    assert held.ref == RuleRef("safety/risk_items", "2020-01-01")
    assert held.levels == ("standard", "high", "imminent")
    assert (held.unknown_level, held.stale_after) == ("standard", timedelta(hours=24))
    item = next(i for i in held.items if i.code == "phq9-9")
    assert {"phq99", "phq9q9", "phq9item9"} <= item.links
    assert {"9", "q9", "pregunta9"} <= item.positions
    assert item.loinc == {"442608"}
    assert item.scale.words["varios dias"] == 1
    assert item.scale.true_or_false is False
    assert item.levels == {1: "standard", 2: "high", 3: "high"}
    anything = held.items[-1]
    assert (anything.links, anything.positions, anything.aliases, anything.loinc) == (frozenset(),) * 4
    assert anything.scale.true_or_false is True


def test_every_item_of_the_rule_has_a_level_for_every_number_above_nought():
    """A number a scale can give, and no level for it, would be silence."""
    for item in RULE.items:
        given_numbers = {*item.scale.numbers, *item.scale.words.values()}
        assert {n for n in given_numbers if n > 0} <= set(item.levels)
        assert set(item.levels.values()) <= set(RULE.levels)
    assert RULE.unknown_level in RULE.levels


@pytest.mark.parametrize(
    "answer",
    [
        Answer("q9", 1),
        Answer("9", 1, instrument="gad-7"),
        Answer("/44250-9", 3, instrument="phq-9"),
        Answer("q9", 1, instrument="phq-8"),
        Answer("section-9-intro", 1, instrument="phq-9"),
    ],
)
def test_a_place_alone_is_not_enough(answer):
    """A ninth question is only item 9 inside a PHQ-9, and a LOINC code that ends in nine is not a place."""
    assert risk_item(answer, RULE) is None


@pytest.mark.parametrize(
    "link", ["phq9-9", "PHQ9_Q9", "phq9.9", "/phq-9/9", "phq9 item 9", "phqa-9", "44260-8"]
)
def test_a_link_id_is_read_without_its_punctuation(link):
    """Senders punctuate as they like."""
    assert risk_item(Answer(link, 1), RULE).code in {"phq9-9", "phq9m-9"}


def test_the_names_inside_a_questionnaire_s_name():
    """Words next to each other, up to three joined."""
    assert {"phq9", "cssrs"} <= names("Forms/PHQ-9") | names("C-SSRS_recent")
    assert "abcd" not in names("a b c d")
    assert "abc" in names("a b c d")
    assert names("") == frozenset()


def test_a_salvaged_item_9_escalates_while_the_score_is_refused():
    """Promise C5: item 4 = 7 takes the score away, not the risk."""
    answers = [Answer(f"phq9-{n}", 7 if n == 4 else 1) for n in range(1, 10)]
    assert score(instrument("phq-9", TODAY), answers, Person()).outcome.total is None
    assert judged(*answers) == ("positive", "standard")


@pytest.mark.parametrize(
    ("risk", "open_task", "does", "because"),
    [
        (Risk("positive", "high", ("phq9-9",), False), False, "open", "risk_opens_task"),
        (Risk("unknown", "standard", ("phq9-9",), False), False, "open", "risk_opens_task"),
        (Risk("positive", "high", ("phq9-9",), False), True, "add", "risk_task_already_open"),
        (Risk("none", None, (), False), False, "nothing", "risk_no_task"),
        (Risk("none", None, (), False), True, "nothing", "risk_no_task"),
    ],
)
def test_duplicate_submits_are_one_task_and_two_events(risk, open_task, does, because):
    """The first opens, the second is added; a none never touches an open task."""
    decision = response_to(risk, has_open_task=open_task)
    assert decision.outcome == does
    assert [r.code for r in decision.because] == [because]


def test_the_reasons_never_carry_the_answer():
    """Reasons are stored and shown; an answer in them would be health data in a log."""
    decision = risk_of([nine("I wrote my own words here")], RULE, NOW)
    assert "words" not in str([r.as_json() for r in decision.because])
