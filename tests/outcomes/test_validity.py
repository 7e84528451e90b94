"""What becomes of a filled-in form (bad input, questionnaires): accepted, flagged or refused, with paths."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.outcomes.core.answers import Answer, Person, Response
from switchboard.outcomes.core.instrument import instrument
from switchboard.outcomes.core.safety import risk_of, risk_rule
from switchboard.outcomes.core.validity import Problem, validity_of, validity_rule
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import catalogue

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULE = validity_rule(rule("assessment/validity").on(NOW.date()))
RISK = risk_rule(rule("safety/risk_items").on(NOW.date()))
ADULT = Person(born=date(1990, 1, 1))
PHQ9 = instrument("phq-9", NOW.date())


def full(**values: object) -> tuple[Answer, ...]:
    return tuple(Answer(f"phq9-{n}", values.get(f"q{n}", 1)) for n in range(1, 10))


def response(*more: Answer, **changes: object) -> Response:
    held = Response("phq-9", PHQ9.ref.version, "en", (*full(), *more), NOW)
    return replace(held, **changes)


def judged(
    sent: Response, person: Person = ADULT, earlier=(), form=PHQ9
) -> tuple[str, list[tuple[str, str]]]:
    verdict = validity_of(sent, form, person, earlier, RULE, NOW).outcome
    return verdict.action, [(p.path, p.code) for p in verdict.problems]


def test_a_plain_form_is_accepted():
    """Nothing wrong: one reason, no problems."""
    decision = validity_of(response(), PHQ9, ADULT, (), RULE, NOW)
    assert decision.outcome.action == "accept"
    assert [r.code for r in decision.because] == ["response_accepted"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (4, "out_of_range"),
        (-1, "out_of_range"),
        (7.0, "out_of_range"),
        (1.5, "not_whole"),
        (float("nan"), "not_whole"),
        ("often", "not_an_option"),
        ("<script>", "not_an_option"),
        (True, "wrong_type"),
        (None, "empty"),
        ("", "empty"),
    ],
)
def test_an_answer_off_the_scale_is_refused_with_its_path(value, code):
    """The path says which, the code says what; the value is never repeated."""
    sent = response(answers=full(q4=value))
    assert judged(sent) == ("refuse", [("answers[3]", code)])
    because = validity_of(sent, PHQ9, ADULT, (), RULE, NOW).because
    assert [dict(r.params) for r in because] == [{"path": "answers[3]"}]


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (response(Answer("phq9-2", 1)), ("answers[9]", "answered_twice")),
        (response(Answer("phq9-77", 1)), ("answers[9]", "unknown_item")),
        (response(instrument="phq-8"), ("instrument", "other_instrument")),
        (response(version="1999-01-01"), ("version", "wrong_version")),
        (response(language="fr"), ("language", "wrong_language")),
        (response(answers=full()[:8]), ("instrument", "looks_like_other")),
        (response(authored=NOW + timedelta(minutes=6)), ("authored", "authored_in_future")),
        (response(authored=datetime(1980, 1, 1, tzinfo=UTC)), ("authored", "authored_before_birth")),
    ],
)
def test_what_cannot_be_this_form_is_refused(sent, problem):
    """Wrong form, version, language, item, or an impossible date."""
    action, problems = judged(sent)
    assert action == "refuse"
    assert problem in problems


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (response(authored=None), ("authored", "authored_unknown")),
        (response(authored=NOW - timedelta(days=366)), ("authored", "authored_long_ago")),
        (response(given_by="staff"), ("given_by", "given_by_staff")),
        (response(given_by="proxy"), ("given_by", "given_by_proxy")),
        (response(claimed_total=8), ("claimed_total", "total_differs")),
    ],
)
def test_what_is_odd_is_kept_with_a_flag(sent, problem):
    """Kept, and visible; whether it counts for a measure is the measure's own rule."""
    assert judged(sent) == ("flag", [problem])


@pytest.mark.parametrize("minutes", [0, 5, -60 * 24 * 365])
def test_dates_within_reason_pass(minutes):
    """A clock five minutes ahead, and a form exactly a year old."""
    assert judged(response(authored=NOW + timedelta(minutes=minutes)))[0] == "accept"


def test_a_form_left_half_way_is_not_taken_for_a_phq8():
    """Autosave after eight answers is not a form that never asked the ninth."""
    assert judged(response(answers=full()[:8], completed=False))[0] == "accept"
    assert judged(response(answers=full()[:7]))[0] == "accept"


def test_the_right_claimed_total_is_fine():
    """The server's sum and the client's agree."""
    assert judged(response(claimed_total=9))[0] == "accept"


def test_the_same_day_and_a_burst_are_flagged():
    """Twice a day is odd; three times in two minutes odder."""
    day = [NOW - timedelta(hours=3)]
    assert judged(response(), earlier=day) == ("flag", [("authored", "same_day")])
    burst = [NOW - timedelta(minutes=2), NOW - timedelta(minutes=1)]
    assert judged(response(), earlier=burst)[1] == [("authored", "same_day"), ("authored", "burst")]
    assert judged(response(), earlier=[NOW - timedelta(days=1)])[0] == "accept"
    assert judged(response(authored=None), earlier=burst)[1] == [("authored", "authored_unknown")]


def test_a_form_for_another_age_is_flagged_not_lost():
    """A child with the adult form: kept, flagged; an unknown age is not held against it."""
    child = Person(born=date(2012, 1, 1))
    assert judged(response(), child) == ("flag", [("instrument", "outside_ages")])
    assert judged(response(), Person())[0] == "accept"


def test_the_birth_form_for_somebody_else_is_flagged():
    """EPDS outside pregnancy and the year after; its words come from the licensee."""
    epds = replace(instrument("epds", NOW.date()), languages=("en",))
    answers = tuple(Answer(f"epds-{n}", 0) for n in range(1, 11))
    sent = Response("epds", epds.ref.version, "en", answers, NOW)
    outside = replace(ADULT, perinatal=False)
    assert judged(sent, outside, form=epds) == ("flag", [("instrument", "not_perinatal")])
    assert judged(sent, replace(ADULT, perinatal=True), form=epds)[0] == "accept"


def test_an_answer_to_a_hidden_item_is_refused():
    """How many drinks, from somebody who never drinks: the two answers cannot both be meant."""
    audit = instrument("audit-c", NOW.date())
    answers = (Answer("auditc-1", 0), Answer("auditc-2", 1))
    sent = Response("audit-c", audit.ref.version, "en", answers, NOW)
    assert judged(sent, form=audit) == ("refuse", [("answers[1]", "hidden_item")])


def test_true_and_false_answer_a_yes_or_no_question():
    """FHIR's valueBoolean is a fair answer to a yes/no item, and to nothing else."""
    asq = instrument("asq", NOW.date())
    answers = tuple(Answer(f"asq-{n}", False) for n in range(1, 5))
    assert judged(Response("asq", asq.ref.version, "es", answers, NOW), form=asq)[0] == "accept"


def test_several_answers_to_a_repeating_item_are_fine():
    """A list of problems with the place one lives."""
    hrsn = replace(instrument("ahc-hrsn", NOW.date()), languages=("en",))
    answers = (Answer("hrsn-2", 1), Answer("hrsn-2", 2))
    assert judged(Response("ahc-hrsn", hrsn.ref.version, "en", answers, NOW), form=hrsn)[0] == "accept"


def test_a_refused_form_still_has_its_risk_judged():
    """Salvage: the form goes to quarantine, item 9 goes to a person."""
    sent = response(answers=full(q4=7, q9="Several days"), instrument="phq-8")
    assert judged(sent)[0] == "refuse"
    assert risk_of(sent.answers, RISK, NOW).outcome.verdict == "positive"


def test_every_problem_is_listed_once_in_the_rule_and_in_words():
    """A code is either refused or flagged, and has its sentence."""
    held = rule("assessment/validity").on(NOW.date())
    refused, flagged = set(held["refuse"]), set(held["flag"])
    assert not refused & flagged
    spoken = {c.removeprefix("response_") for c in catalogue() if c.startswith("response_")} - {"accepted"}
    assert refused | flagged == spoken


VALUES = st.one_of(st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=9))
LINKS = st.sampled_from([*(f"phq9-{n}" for n in range(1, 11)), "x", ""])


@given(st.lists(st.builds(Answer, LINKS, VALUES), max_size=12), st.datetimes(timezones=st.just(UTC)))
def test_no_input_breaks_it_and_every_problem_is_a_known_one(answers, authored):
    """Whatever is sent: a verdict, with problems whose codes the rule lists."""
    sent = response(answers=tuple(answers), authored=authored)
    verdict = validity_of(sent, PHQ9, ADULT, (), RULE, NOW).outcome
    held = rule("assessment/validity").on(NOW.date())
    assert {p.code for p in verdict.problems} <= {*held["refuse"], *held["flag"]}
    assert all(isinstance(p, Problem) for p in verdict.problems)
