"""Invented people of every role, and browsers they have signed in with."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client, override_settings

from switchboard.platform.clock import stopped_at
from switchboard.platform.roles import Role

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def noon():
    with stopped_at(NOON):
        yield NOON


@pytest.fixture
def user(db):
    """Make a user of a role; the same role twice gives two users."""
    from switchboard.platform.models import User

    def make(role: Role, synthetic: bool = True, **more) -> User:
        number = User.objects.count() + 1
        return User.objects.create_user(
            f"{role.value}{number}@example.org",
            name=f"Invented {role.value} {number}",
            role=role.value,
            synthetic=synthetic,
            **more,
        )

    return make


@pytest.fixture
def member(db):
    """Make a member, with a user of their own when one is given."""
    from switchboard.members.models import Member

    def make(of=None, **more) -> Member:
        number = Member.objects.count() + 1
        told = {
            "member_number": f"M{number:06}",
            "family_name": f"Family{number}",
            "given_name": "Given",
            "birth_date": date(1990, 1, 2),
            "zip5": "06101",
        }
        return Member.objects.create(user=of, **(told | more))

    return make


@pytest.fixture
def demo():
    """The demo is on, and cookies may travel over plain HTTP."""
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield


@pytest.fixture
def signed_in(demo):
    """Sign a user in through the demo's door; give the browser."""

    def enter(user) -> Client:
        browser = Client()
        answer = browser.post("/demo/", {"user": user.email}, HTTP_HOST="localhost")
        assert answer.status_code == 302, answer.content
        return browser

    return enter


@pytest.fixture
def viewer(db):
    """Give a user as a viewer."""
    from switchboard.members.queries import viewer_for

    return viewer_for


@pytest.fixture
def plain_pages():
    """Addresses that every signed-in role may see."""
    return ["/try/plain"]
