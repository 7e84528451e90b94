"""Keys of the API: one secret shown once, refused the moment it is revoked, expires or its user leaves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from switchboard.platform.clock import stopped_at
from switchboard.platform.roles import Role
from switchboard.platform.staff import dismiss
from switchboard.platform.tokens import issue, revoke

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.doors")]


def asked(secret, path="/api/try/desk", method="get", **more):
    headers = {"Authorization": f"Bearer {secret}"}
    told = {"content_type": "application/json"} if method == "post" else {}
    return getattr(Client(enforce_csrf_checks=True), method)(
        path, headers=headers, **told, **more
    ).status_code


@pytest.fixture
def key(user):
    navigator = user(Role.NAVIGATOR, synthetic=False)
    made = issue(user_id=navigator.pk, name="The plan's own tool")
    return navigator, made


def test_a_key_acts_as_its_user(key):
    assert asked(key[1].secret) == 200
    assert asked(key[1].secret, method="post") == 200
    assert asked(key[1].secret, "/try/desk") == 302, "a key opens the API, never a page"


def test_the_secret_is_nowhere_in_the_database(key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM platform_apitoken t")
        row = cursor.fetchone()[0]
    assert key[1].secret not in row
    assert key[1].secret.encode().hex() not in row


def test_a_revoked_key_is_refused_at_the_next_request(key):
    assert revoke(prefix=key[1].prefix) == 1
    assert asked(key[1].secret) == 401


def test_the_key_of_a_dismissed_user_is_refused_at_the_next_request(key):
    dismiss(email=key[0].email)
    assert asked(key[1].secret) == 401


def test_a_key_ends_on_its_day(noon, key):
    with stopped_at(key[1].expires_at - timedelta(seconds=1)):
        assert asked(key[1].secret) == 200
    with stopped_at(key[1].expires_at):
        assert asked(key[1].secret) == 401


@pytest.mark.parametrize("wrong", ["", "x", "swb_", "swb_" + "a" * 43, "é" * 20, "a" * 10_000])
def test_a_wrong_key_is_answered_401_even_beside_a_good_session(wrong, user, signed_in):
    browser = signed_in(user(Role.NAVIGATOR))
    answer = browser.get("/api/try/desk", headers={"Authorization": f"Bearer {wrong}"}, HTTP_HOST="localhost")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_passes_its_users_doors_only(user):
    analyst = user(Role.CONTRACT_ANALYST)
    made = issue(user_id=analyst.pk, name="Reports")
    assert asked(made.secret) == 403
