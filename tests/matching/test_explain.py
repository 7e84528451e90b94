"""Why this one, in plain words that give nothing away; and why nobody, with what would help."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.matching.core.explain import explain_empty, fitting
from switchboard.matching.core.gates import consented, unnamed
from switchboard.matching.core.match import match, next_times
from switchboard.matching.core.world import World
from switchboard.rulebook.listings import codes
from switchboard.rulebook.words import LANGUAGES, catalogue, say

from . import reference
from .worlds import DRAWN, NOW, WEIGHTS, WORDS, minute, need, needs, role, slot, worlds


def world(people=None, times=None) -> World:
    return World.from_facts(WORDS, people or [role()], times or [slot()])


def said(pair, language="en"):
    return [say(reason, language) for reason in pair.because]


def test_reasons_in_plain_words():
    """Time, distance, language and what is treated are said, in both languages."""
    (pair,) = match(world(), need(language="es"), WEIGHTS).outcome
    assert said(pair) == [
        "Can see you tomorrow at 10:00 AM",
        "1.5 miles from you",
        "Speaks Spanish",
        "Helps with depression",
    ]
    assert said(pair, "es")[0] == "Puede atenderle mañana, 10:00 AM"


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2026-10-28T21:30", "Can see you today at 5:30 PM"),
        ("2026-10-29T14:00", "Can see you tomorrow at 10:00 AM"),
        ("2026-10-31T14:00", "Can see you Saturday at 10:00 AM"),
        ("2026-11-02T14:00", "Can see you Monday at 9:00 AM"),  # the clocks went back on November 1
        ("2026-11-05T04:30", "Can see you on 11/4 at 11:30 PM"),
    ],
)
def test_the_hour_is_that_of_the_wall_clock(start, words):
    """Days and hours are those of the place, across the change of the clocks."""
    (pair,) = match(world(times=[slot(start=minute(start))]), need(), WEIGHTS).outcome
    assert words in said(pair)


def test_a_liked_hour_stays_the_same_hour_when_the_clocks_change():
    """Monday at nine is liked before and after November 1, though UTC moved by an hour."""
    before, after = slot(start=minute("2026-11-02T14:00")), slot(start=minute("2026-11-02T13:00"))
    liked = need(week_hours=frozenset({9}))
    assert "At a time of the week you like" in said(match(world(times=[before]), liked, WEIGHTS).outcome[0])
    assert "At a time of the week you like" not in said(
        match(world(times=[after]), liked, WEIGHTS).outcome[0]
    )


def test_sensitive_wishes_are_used_with_consent_and_never_named():
    """What was used and may not be named is said only as preferences used."""
    person = role(treats=frozenset({"hiv", "gender_identity"}), cultures=frozenset({"lgbtq"}))
    asked = need(
        conditions=frozenset({"hiv"}),
        likes_gender="female",
        likes_cultures=frozenset({"lgbtq"}),
        consent=True,
    )
    (pair,) = match(world([person]), asked, WEIGHTS).outcome
    codes_given = {reason.code for reason in pair.because}
    assert "preferences_used" in codes_given
    assert not any(code.startswith("treats") for code in codes_given)
    text = " ".join(said(pair) + [str(reason.as_json()) for reason in pair.because]).lower()
    assert not any(word in text for word in ("hiv", "gender", "female", "woman", "lgbtq"))


def test_without_consent_sensitive_wishes_change_nothing():
    """The answer is the same, to the point, as if the wish had not been given."""
    asked = need(helpful=frozenset({"hiv"}), likes_gender="female", likes_cultures=frozenset({"lgbtq"}))
    people = [role(), role(practitioner=2, role=2, gender="male", treats=frozenset({"depression", "hiv"}))]
    here = world(people, [slot(), slot(slot=2, role=2)])
    assert match(here, asked, WEIGHTS) == match(here, need(), WEIGHTS)


@settings(max_examples=DRAWN)
@given(worlds(), needs())
def test_no_reason_ever_names_a_sensitive_code(drawn, asked):
    """Whatever the world and the need, no code or parameter holds a sensitive word; all have words."""
    decision = match(World.from_facts(WORDS, *drawn), asked, WEIGHTS)
    reasons = [*decision.because, *(reason for pair in decision.outcome for reason in pair.because)]
    for reason in reasons:
        assert not any(code in str(reason.as_json()) for code in unnamed())
        assert all(say(reason, language) for language in LANGUAGES)


def test_every_language_and_condition_of_the_lists_has_its_words():
    """A code added to the lists without words here is found."""
    assert not {f"speaks_{code}" for code in codes("languages")} - set(catalogue())
    assert not {f"treats_{code}" for code in set(codes("conditions")) - unnamed()} - set(catalogue())


@pytest.mark.parametrize(
    ("changed", "gate"),
    [
        ({"state": "NJ"}, "licensed"),
        ({"line": "medicaid"}, "network"),
        ({"level": "iop"}, "level"),
        ({"age": 17}, "age"),
        ({"conditions": frozenset({"trauma"})}, "treats"),
        ({"language": "xx"}, "language"),
        ({"excluded": frozenset({1})}, "excluded"),
        ({"modalities": ("in_person",), "max_miles": 1.0}, "reach"),
        ({"visit_type": "group"}, "open_time"),
        ({"modalities": ("phone",)}, "open_time"),
    ],
)
def test_the_gate_that_emptied_the_list_is_named(changed, gate):
    """The first gate after which nobody is left is the one that is told."""
    decision = match(world(), need(**changed), WEIGHTS)
    assert decision.outcome == ()
    assert decision.because[0].code == f"emptied_by_{gate}"
    assert explain_empty(world(), need(**changed), WEIGHTS).gate == gate


def test_a_full_panel_empties_the_list():
    """Closed panels count for new members."""
    assert explain_empty(world([role(accepting=False)]), need(), WEIGHTS).gate == "accepting"


def test_what_would_help_is_said():
    """Video visits would bring one practitioner, first tomorrow."""
    asked = need(modalities=("in_person",), max_miles=1.0)
    reasons = match(world(), asked, WEIGHTS).because
    assert "With video visits: 1 to choose from, first time 10/29" in [say(reason) for reason in reasons]


@settings(max_examples=DRAWN)
@given(worlds(), needs())
def test_counts_of_who_fits_are_true(drawn, asked):
    """The count and first time behind every loosening are those of the slow reference."""
    people, times = drawn
    model = reference.Model({r.role: r for r in people}, {s.slot: s for s in times})
    asked = consented(asked)
    assert fitting(World.from_facts(WORDS, *drawn), asked, WEIGHTS) == reference.fitting(
        model, asked, WEIGHTS
    )


@settings(max_examples=DRAWN)
@given(worlds(), needs(), st.integers(1, 6))
def test_next_times_are_the_soonest_that_fit(drawn, asked, practitioner):
    """Further times of one practitioner are all that fit, soonest first."""
    people, times = drawn
    model = reference.Model({r.role: r for r in people}, {s.slot: s for s in times})
    pairs = reference.candidates(model, consented(asked), WEIGHTS)
    own = {(p.start, p.role, p.slot) for p in pairs if p.practitioner == practitioner and p.start > NOW + 60}
    if practitioner not in asked.excluded:
        found = next_times(World.from_facts(WORDS, *drawn), asked, practitioner, NOW + 60)
        allowed = {p.practitioner for p in pairs}
        assert [(t.start, t.role, t.slot) for t in found] == (
            sorted(own)[:3] if practitioner in allowed else []
        )
