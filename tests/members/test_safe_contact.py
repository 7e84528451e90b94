"""Reaching a member safely (P8): one function chooses the route; nothing says what it is about."""

from hypothesis import given
from hypothesis import strategies as st

from switchboard.members.core.safe_contact import KINDS, RouteFacts, message_for, reach
from switchboard.rulebook.words import say

ROUTES = st.lists(
    st.builds(
        RouteFacts,
        kind=st.sampled_from(["phone", "email", "mail"]),
        value=st.text("abc123", min_size=1, max_size=6),
        rank=st.integers(1, 5),
        may_text=st.booleans(),
        may_leave_message=st.booleans(),
        discreet=st.booleans(),
        confidential=st.booleans(),
    ),
    max_size=6,
)
TELLING = (
    "mental",
    "behavioral",
    "therap",
    "psych",
    "health",
    "crisis",
    "substance",
    "appointment",
    "clinic",
)


@given(ROUTES, st.sampled_from(sorted(KINDS)))
def test_a_confidential_route_on_file_is_the_only_one_used(routes, channel):
    chosen = reach(routes, channel).outcome
    confidential = {r.value for r in routes if r.confidential}
    assert chosen is None or not confidential or chosen.to in confidential


@given(ROUTES)
def test_nothing_is_left_or_texted_where_it_was_not_allowed(routes):
    for channel, allowed in (("voicemail", "may_leave_message"), ("text", "may_text")):
        chosen = reach(routes, channel).outcome
        assert chosen is None or any(getattr(r, allowed) and r.value == chosen.to for r in routes)


@given(ROUTES, st.sampled_from(sorted(KINDS)), st.sampled_from(["en", "es"]))
def test_a_message_never_says_what_it_is_about_and_a_discreet_route_not_who_calls(routes, channel, language):
    chosen = reach(routes, channel).outcome
    if chosen is None:
        return
    said = say(message_for(chosen, callback="800-555-0100", plan="Acme"), language).lower()
    assert not any(word in said for word in TELLING)
    discreet = all(r.discreet for r in routes if r.value == chosen.to)
    assert not (discreet and "acme" in said)


def test_without_a_safe_route_nobody_is_reached():
    assert reach([RouteFacts("phone", "+16175550123")], "voicemail").outcome is None
    assert reach([], "call").outcome is None
