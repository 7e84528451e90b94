"""What triage asks of a provider, and that every way through it has its reasons."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from switchboard.frontdoor.core.triage import LANES, Findings, Needs, triage
from switchboard.rulebook.listings import codes
from switchboard.rulebook.words import say

TODAY = date(2026, 11, 21)
REASONS = [
    "mood", "worry", "trauma", "stress", "alcohol_drugs", "eating", "ocd", "focus", "sleep", "grief",
    "relationship", "perinatal", "child", "medicine", "needs", "self_harm", "other",
]  # fmt: skip
SCREENS = [
    "phq-2", "phq-9", "phq-9m", "gad-2", "gad-7", "epds", "asq",
    "audit-c", "drug-1", "pc-ptsd-5", "psc-17", "ahc-hrsn",
]  # fmt: skip
FINDINGS = st.builds(
    Findings,
    age=st.integers(4, 100),
    risk=st.sampled_from(["none", "unknown", "positive", "imminent"]),
    scores=st.fixed_dictionaries(
        {},
        optional={
            "phq-9": st.integers(0, 27),
            "phq-9m": st.integers(0, 27),
            "gad-7": st.integers(0, 21),
            "audit-c": st.integers(0, 12),
            "epds": st.integers(0, 30),
        },
    ),
    positives=st.frozensets(st.sampled_from(SCREENS)),
    left_open=st.frozensets(st.sampled_from(SCREENS)),
    dangers=st.frozensets(
        st.sampled_from(["overdose", "withdrawal", "others", "unsafe", "harm", "self_harm"])
    ),
    intake=st.fixed_dictionaries(
        {},
        optional={
            "reasons": st.lists(st.sampled_from(REASONS), unique=True),
            "unusual": st.lists(st.sampled_from(["voices", "no_sleep", "not_eating", "none"]), unique=True),
            "history": st.lists(st.sampled_from(["discharge", "hospital", "none"]), unique=True),
            "function": st.sampled_from(["0", "1", "2", "3"]),
            "wants": st.sampled_from(["talk", "medicine", "both", "light", "unsure"]),
        },
    ),
)


@given(FINDINGS)
def test_whatever_was_said_there_is_a_lane_with_reasons_in_both_languages(found: Findings):
    """Nobody falls through: a lane, an acuity, needs that the code lists know, and words for each reason."""
    decision = triage(found, TODAY)
    triaged = decision.outcome
    assert triaged.lane in LANES
    assert 1 <= triaged.acuity <= 5
    assert set(triaged.needs.conditions + triaged.needs.helpful) <= set(codes("conditions"))
    assert triaged.needs.level_of_care in codes("levels_of_care")
    assert all(say(reason, language) for reason in decision.because for language in ("en", "es"))
    assert Needs.from_json(triaged.needs.as_json()) == triaged.needs


@given(FINDINGS)
def test_danger_is_never_milder_than_urgent(found: Findings):
    """Any positive or unreadable risk answer: urgent or graver; right now: crisis."""
    triaged = triage(found, TODAY).outcome
    if found.risk != "none":
        assert triaged.acuity <= 2
    if found.risk == "imminent":
        assert (triaged.acuity, triaged.lane) == (1, "crisis_now")


def test_danger_asks_for_the_soonest_clinician_not_for_a_specialty():
    """Gates on a specialty would make the most urgent wait longest."""
    found = Findings(age=30, risk="positive", scores={"phq-9": 15}, intake={"reasons": ["mood"]})
    needs = triage(found, TODAY).outcome.needs
    assert not needs.every
    assert "depression" in needs.conditions


def test_a_prescriber_is_a_must_and_what_is_treated_beside_helps():
    """Medication gates; the rest ranks."""
    found = Findings(age=30, scores={"phq-9": 21}, intake={"reasons": ["mood", "sleep"]})
    needs = triage(found, TODAY).outcome.needs
    assert needs.conditions == ("medication",)
    assert needs.every
    assert set(needs.helpful) == {"depression", "sleep"}
