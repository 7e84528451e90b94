"""Sessions end: when idle, after a day, and at once when the account ends. Staff need a second step."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from switchboard.platform.clock import stopped_at
from switchboard.platform.roles import Role
from switchboard.platform.staff import dismiss

PAGE = "/account/second-step/"  # a page every signed-in role may see
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.doors")]


@pytest.mark.parametrize(("role", "minutes"), [(Role.NAVIGATOR, 15), (Role.MEMBER, 30)])
def test_an_idle_session_ends_and_a_used_one_does_not(role, minutes, noon, user, signed_in):
    browser, used = signed_in(user(role)), signed_in(user(role))
    for one in (browser, used):
        assert one.get(PAGE, HTTP_HOST="localhost").status_code == 200
    with stopped_at(noon + timedelta(minutes=minutes - 1)):
        assert used.get(PAGE, HTTP_HOST="localhost").status_code == 200
    with stopped_at(noon + timedelta(minutes=minutes + 1)):
        assert used.get(PAGE, HTTP_HOST="localhost").status_code == 200
        ended = browser.get(PAGE, HTTP_HOST="localhost")
        assert ended.status_code == 302
        assert ended.headers["Location"].startswith("/account/login/code/?next=")
        assert "_auth_user_id" not in browser.session


def test_a_session_that_nobody_used_since_the_sign_in_is_idle_too(noon, user, signed_in):
    browser = signed_in(user(Role.NAVIGATOR))
    with stopped_at(noon + timedelta(minutes=16)):
        assert browser.get(PAGE, HTTP_HOST="localhost").status_code == 302


def test_a_dismissed_user_is_out_at_the_next_click(user, signed_in):
    """Promise A6 allows 60 seconds; the account is read at every request, so it takes none."""
    navigator = user(Role.NAVIGATOR)
    browser = signed_in(navigator)
    assert browser.get(PAGE, HTTP_HOST="localhost").status_code == 200
    dismiss(email=navigator.email)
    assert browser.get(PAGE, HTTP_HOST="localhost").status_code == 302


@pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.ADMINISTRATOR, Role.CRISIS_CLINICIAN])
def test_staff_see_no_page_before_their_second_step(role, user, plain_pages):
    """Signed in, but only with the emailed code: every page leads to setting up a passkey or an app."""
    browser = Client()
    browser.force_login(user(role, synthetic=False))
    for page in plain_pages:
        answer = browser.get(page)
        assert (answer.status_code, answer.headers["Location"]) == (302, PAGE), page
    assert browser.get(PAGE).status_code == 200


def test_a_members_code_is_enough(user, plain_pages):
    browser = Client()
    browser.force_login(user(Role.MEMBER, synthetic=False))
    assert [browser.get(page).status_code for page in plain_pages] == [200] * len(plain_pages)


def test_the_demo_waives_the_second_step_for_invented_people_only(user, signed_in, plain_pages):
    invented = user(Role.NAVIGATOR)
    browser = signed_in(invented)
    assert browser.get(plain_pages[0], HTTP_HOST="localhost").status_code == 200
    type(invented).objects.filter(pk=invented.pk).update(synthetic=False)
    assert browser.get(plain_pages[0], HTTP_HOST="localhost").status_code == 302


@override_settings(DEMO=False)
def test_a_demo_session_is_worth_nothing_once_the_demo_is_off(user, plain_pages):
    browser = Client()
    browser.force_login(user(Role.NAVIGATOR))
    session = browser.session
    session["demo"] = True
    session.save()
    assert browser.get(plain_pages[0]).status_code == 302
