"""Deny by default: a door that does not say whom it serves serves nobody; refusals are answered and kept."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test import Client

from switchboard.platform.audit import relate
from switchboard.platform.clock import stopped_at
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.doors")]
HERE = {"HTTP_HOST": "localhost"}


def rows(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def denials():
    return rows("SELECT role, data_class, member_id, what FROM platform_auditevent WHERE NOT allowed")


def test_a_door_that_says_nothing_is_shut_to_everybody(user, signed_in):
    for browser in (Client(), *(signed_in(user(role)) for role in (Role.MEMBER, Role.ADMINISTRATOR))):
        assert browser.get("/try/unsaid", **HERE).status_code == 404
        assert browser.get("/api/try/unsaid", **HERE).status_code == 404


def test_a_door_for_a_role_opens_to_that_role_only(user, signed_in):
    for role in set(Role) - {Role.SYSTEM}:
        browser = signed_in(user(role))
        expected = 200 if role is Role.NAVIGATOR else 403
        assert browser.get("/try/desk", **HERE).status_code == expected, role
        assert browser.get("/api/try/desk", **HERE).status_code == expected, role


def test_who_has_not_signed_in_is_led_to_the_way_in():
    page = Client().get("/try/plain?a=1", **HERE)
    assert page.headers["Location"] == "/account/login/code/?next=%2Ftry%2Fplain%3Fa%3D1"
    assert Client().post("/try/plain", **HERE).headers["Location"] == "/account/login/code/"
    assert Client().get("/api/try/desk", **HERE).status_code == 401
    assert Client().get("/try/open", **HERE).status_code == 200


def test_a_public_page_asks_nothing_of_the_database(django_assert_num_queries, user, signed_in):
    """Crisis help opens when the database is down."""
    browser = signed_in(user(Role.MEMBER))
    with django_assert_num_queries(0):
        assert browser.get("/try/open", **HERE).status_code == 200


def test_pages_for_somebody_stay_in_no_cache(user, signed_in):
    """The back button of a shared computer shows nothing after signing out."""
    browser = signed_in(user(Role.MEMBER))
    assert browser.get("/try/plain", **HERE).headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in browser.get("/try/open", **HERE).headers


def test_a_door_for_nobody_is_not_built():
    with pytest.raises(ValueError, match="needs a role"):
        for_roles()


def test_a_cookie_does_not_write_through_the_api_without_the_forms_token(user, signed_in):
    browser = signed_in(user(Role.NAVIGATOR))
    assert browser.post("/api/try/desk", content_type="application/json", **HERE).status_code == 200
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/api/try/desk", content_type="application/json", **HERE).status_code == 403
    token = browser.cookies["csrftoken"].value
    told = HERE | {"content_type": "application/json", "HTTP_X_CSRFTOKEN": token}
    assert browser.post("/api/try/desk", **told).status_code == 200


@pytest.mark.parametrize("path", ["/try/record/{}", "/api/try/record/{}"])
def test_another_persons_record_is_not_found_and_the_try_is_kept(path, user, member, signed_in):
    """The same answer for a stranger and for nobody: it does not tell whether there is such a person."""
    me = user(Role.MEMBER)
    mine, theirs = member(of=me), member()
    browser = signed_in(me)
    assert browser.get(path.format(mine.pk), **HERE).status_code == 200
    assert denials() == []
    refused = browser.get(path.format(theirs.pk), **HERE)
    nobody = browser.get(path.format(999_999), **HERE)
    assert (refused.status_code, nobody.status_code) == (404, 404)
    assert _without_token(refused) == _without_token(nobody)
    assert denials() == [("member", "D2", theirs.pk, "try"), ("member", "D2", 999_999, "try")]


def _without_token(answer):
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+|value="/try[^"]+', "", answer.text)


def test_a_call_opens_a_record_for_an_hour_and_says_why(noon, user, member, signed_in, viewer):
    navigator, someone = user(Role.NAVIGATOR), member()
    browser = signed_in(navigator)
    page = f"/try/record/{someone.pk}"
    assert browser.get(page, **HERE).status_code == 404
    relate(viewer=viewer(navigator), member_id=someone.pk, kind="call", reason="Asked for an appointment")
    assert browser.get(page, **HERE).text == "masked"
    with stopped_at(noon + timedelta(minutes=59)):
        # the session is kept warm, so that it is the tie and not the session that ends
        session = browser.session
        session["seen"] = (noon + timedelta(minutes=59)).timestamp()
        session.save()
        assert browser.get(page, **HERE).status_code == 200
    with stopped_at(noon + timedelta(minutes=61)):
        assert browser.get(page, **HERE).status_code == 404


@pytest.fixture
def audit_shut(server):
    """Take the application's right to write audit rows away, and give it back."""

    def told(statement):
        with psycopg.connect(
            server.url("postgres", connection.settings_dict["NAME"]), autocommit=True
        ) as owner:
            owner.execute(statement)

    told("REVOKE INSERT ON platform_auditevent FROM switchboard_app")
    yield
    told("GRANT INSERT ON platform_auditevent TO switchboard_app")


@pytest.mark.parametrize("path", ["/try/record/{}", "/api/try/record/{}"])
def test_no_audit_no_reading(path, user, member, signed_in, audit_shut):
    """The row cannot be written, so nothing is read: neither the record nor the refusal gets through."""
    me = user(Role.MEMBER)
    mine, theirs = member(of=me), member()
    browser = signed_in(me)
    assert browser.get(path.format(mine.pk), **HERE).status_code == 503
    assert browser.get(path.format(theirs.pk), **HERE).status_code == 503
