"""Who may act for a member, and which records are one person."""

from datetime import UTC, date, datetime

import pytest

from switchboard.members.actions.people import (
    NotTaken,
    decide_duplicate,
    grant_proxy,
    revoke_proxy,
    set_contact_route,
    undo_merge,
)
from switchboard.members.queries import viewer_for
from switchboard.platform.access import AccessDenied, Viewer
from switchboard.platform.audit import relate
from switchboard.platform.clock import stopped_at
from switchboard.platform.roles import Role
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """A navigator, and a parent who signs in."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    navigator = users.create_user("n@example.com", name="Nan", role="navigator")
    parent = users.create_user("p@example.com", name="Pat", role="proxy")
    return Viewer(navigator.pk, "Nan", Role.NAVIGATOR), parent


def member(born: str, number: str = "7", zone: str = "America/Los_Angeles") -> int:
    return ask(
        "INSERT INTO members_member (public_id, member_number, family_name, given_name, preferred_name,"
        " pronouns, birth_date, sex, language, needs_interpreter, time_zone, address_line, city, state, zip5,"
        " county_fips, synthetic, created_at, updated_at) VALUES (gen_random_uuid(), %s, 'Lee', 'Ann', '',"
        " '', %s, 'female', 'en', false, %s, '', '', 'CA', '', '', false, now(), now()) RETURNING id",
        [number, born, zone],
    )[0][0]


@pytest.mark.parametrize(("born", "before", "after"), [("2008-02-29", 1, 0), ("2014-03-01", 4, 1)])
def test_a_parents_grant_narrows_and_ends_on_the_birthday_where_the_child_lives(desk, born, before, after):
    """1 March 2026 begins in Los Angeles at 8:00 UTC: a leap-day child turns eighteen, another twelve."""
    navigator, parent = desk
    child = member(born)
    relate(viewer=navigator, member_id=child, kind="call", reason="call")
    everything = frozenset({"appointments", "assessments", "record", "messages"})
    grant_proxy(
        member_id=child,
        user_id=parent.pk,
        kind="parent",
        may=everything,
        starts_on=date(2015, 1, 1),
        by=navigator,
    )
    for hour, seen in ((7, before), (9, after)):
        with stopped_at(datetime(2026, 3, 1, hour, tzinfo=UTC)):
            assert len(viewer_for(parent).proxied.get(child, ())) == seen


def test_a_revoked_grant_is_gone_and_can_be_given_anew(desk):
    navigator, parent = desk
    child = member("2016-02-29")
    relate(viewer=navigator, member_id=child, kind="call", reason="call")
    asked = {"member_id": child, "user_id": parent.pk, "kind": "parent", "may": frozenset({"appointments"}),
             "starts_on": date(2020, 1, 1), "by": navigator}  # fmt: skip
    first = grant_proxy(**asked)
    with pytest.raises(NotTaken):
        grant_proxy(**asked)
    assert child in viewer_for(parent).proxied
    revoke_proxy(proxy_id=first, by=navigator)
    assert child not in viewer_for(parent).proxied
    assert grant_proxy(**asked) != first


def test_a_merge_moves_nothing_and_comes_apart_again(desk):
    navigator, _ = desk
    left, right = member("1990-05-04", "7"), member("1990-05-04", "8")
    for one in (left, right):
        relate(viewer=navigator, member_id=one, kind="call", reason="call")
    pair = ask(
        "INSERT INTO members_duplicatecandidate (left_id, right_id, likeness, because, found_at, decision)"
        " VALUES (%s, %s, 0.9, '[]', now(), '') RETURNING id",
        [left, right],
    )[0][0]
    decide_duplicate(candidate_id=pair, decision="same", by=navigator)
    merged = "SELECT merged_into_id FROM members_member WHERE id = %s"
    assert ask(merged, [right]) == [(left,)]
    undo_merge(member_id=right, by=navigator)
    assert ask(merged, [right]) == [(None,)]


def test_a_route_that_is_no_address_is_refused_without_echoing_it(desk):
    navigator, _ = desk
    one = member("1990-05-04")
    relate(viewer=navigator, member_id=one, kind="call", reason="call")
    with pytest.raises((NotTaken, AccessDenied)) as refused:
        set_contact_route(member_id=one, kind="phone", value="zzz", by=navigator)
    assert "zzz" not in str(refused.value)
