"""A member's first visit: all four things must match, and whether they did is said by mail only."""

from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client

from switchboard.members.core.activation import Claim, Held, may_activate
from switchboard.members.models import ContactRoute
from switchboard.platform.mail import kept
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.rulebook.rules import rule

RULE = rule("access/activation")
TYPED = {
    "member_number": "M000001",
    "birth_date": "1990-01-02",
    "zip5": "06101",
    "email": "ana@example.org",
}


@pytest.fixture
def ana(member, settings):
    settings.EMAIL_BACKEND = "switchboard.platform.mail.KeptNotSent"
    cache.clear()
    made = member(member_number="M000001", given_name="Ana")
    ContactRoute.objects.create(member=made, kind="email", value="ana@example.org")
    return made


def typed(**more):
    browser = Client()
    return browser, browser.post("/account/activate", TYPED | more)


def test_all_four_right_sends_a_code_to_the_address_on_file(ana):
    _browser, answer = typed()
    assert answer.headers["Location"] == "/account/login/code/confirm/"
    ana.refresh_from_db()
    assert (User.objects.get().role, ana.user_id) == (Role.MEMBER.value, User.objects.get().pk)
    assert [message.to for message in kept()] == ["ana@example.org"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"member_number": "M000002"},
        {"birth_date": "1990-01-03"},
        {"zip5": "06102"},
        {"email": "partner@example.org"},
    ],
)
def test_one_thing_wrong_looks_the_same_and_opens_nothing(ana, wrong):
    """Who knows the card and the birthday, a former partner say, gets no code: the mailbox is not theirs."""
    _browser, answer = typed(**wrong)
    assert answer.headers["Location"] == "/account/login/code/confirm/"
    assert not User.objects.exists()
    assert kept() == []


def test_a_parents_address_does_not_open_a_teenagers_account(ana, user):
    User.objects.create_user("ana@example.org", name="Parent", role=Role.PROXY.value)
    typed()
    ana.refresh_from_db()
    assert ana.user_id is None


def test_a_second_activation_changes_nothing(ana):
    typed()
    typed()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "bad", [{"birth_date": "yesterday"}, {"zip5": "0610"}, {"email": "x"}, {"member_number": "\x00"}]
)
@pytest.mark.django_db
def test_bad_input_is_said_beside_its_field(bad):
    _browser, answer = typed(**bad)
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_the_age_of_today_counts_in_leap_years():
    """Born on 29 February: twelve on 1 March of a year that has none."""
    held = Held(date(2012, 2, 29), "06101", frozenset({"a@b.org"}), has_account=False, deceased=False)
    claim = Claim(date(2012, 2, 29), "06101", "a@b.org")
    rules = RULE.on(date(2026, 1, 1))
    assert not may_activate(claim, held, rules, date(2024, 2, 28)).outcome
    assert may_activate(claim, held, rules, date(2024, 2, 29)).outcome
