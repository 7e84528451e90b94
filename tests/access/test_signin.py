"""Signing in by emailed code: it tells nobody who is with the plan, and leads nowhere else."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from switchboard.platform.mail import kept
from switchboard.platform.roles import Role
from switchboard.platform.staff import dismiss

pytestmark = pytest.mark.django_db
ASK, CONFIRM = "/account/login/code/", "/account/login/code/confirm/"


@pytest.fixture(autouse=True)
def the_stand_in_for_mail(settings):
    """Django's test runner puts its own mailbox in place; we try the one that an installation starts with."""
    settings.EMAIL_BACKEND = "switchboard.platform.mail.KeptNotSent"
    cache.clear()  # no limit is used up by the test before


def ask(email, browser=None, **more):
    browser = browser or Client()
    return browser, browser.post(ASK, {"email": email} | more)


def code():
    return re.search(r"^([0-9A-Z-]{6,})$", kept()[0].body, re.MULTILINE).group(1)


def wordless(answer):
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+|[\w.]+@example\.org', "", answer.text)


def test_a_member_signs_in_with_the_code_from_the_mail(user):
    me = user(Role.MEMBER, synthetic=False)
    browser, asked = ask(me.email)
    assert asked.headers["Location"] == CONFIRM
    assert not kept()[0].sent, "the stand-in keeps mail and says that it sent nothing"
    assert browser.post(CONFIRM, {"code": code()}).headers["Location"] == "/"
    assert browser.session["_auth_user_id"] == str(me.pk)


def test_a_stranger_gets_the_same_pages_and_no_mail(user):
    """Whether somebody is with the plan is itself protected: address known or not, the answers are equal."""
    me = user(Role.MEMBER, synthetic=False)
    pages = []
    for address in (me.email, "stranger@example.org"):
        browser, asked = ask(address)
        wrong = browser.post(CONFIRM, {"code": "WRONG1"})
        pages.append(
            (asked.status_code, asked.headers["Location"], wordless(browser.get(CONFIRM)), wordless(wrong))
        )
    assert pages[0] == pages[1]
    assert [message.to for message in kept()] == [me.email]


def test_a_dismissed_user_gets_no_code(user):
    gone = user(Role.NAVIGATOR, synthetic=False)
    dismiss(email=gone.email)
    ask(gone.email)
    assert kept() == []


def test_three_wrong_codes_end_the_try_and_lock_nobody_out(user):
    """A guesser gets three tries a code; the owner simply asks for another from their own browser."""
    me = user(Role.MEMBER, synthetic=False)
    guesser, _asked = ask(me.email)
    for _try in range(3):
        guesser.post(CONFIRM, {"code": "WRONG1"})
    guesser.post(CONFIRM, {"code": code()})
    assert "_auth_user_id" not in guesser.session
    owner, _asked = ask(me.email)
    owner.post(CONFIRM, {"code": code()})
    assert owner.session["_auth_user_id"] == str(me.pk)


def test_asking_for_codes_without_end_is_stopped_for_that_address(user):
    me, other = user(Role.MEMBER, synthetic=False), user(Role.MEMBER, synthetic=False)
    for _time in range(6):
        ask(me.email)
    assert len(kept()) == 3
    ask(other.email)
    assert kept()[0].to == other.email


@pytest.mark.parametrize(
    "away", ["https://evil.example", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_next_leads_nowhere_else(user, away):
    me = user(Role.MEMBER, synthetic=False)
    browser, _asked = ask(me.email, next=away)
    landed = browser.post(CONFIRM, {"code": code(), "next": away}).headers["Location"]
    assert landed == "/"


def test_next_leads_back_to_the_page_asked_for(user):
    me = user(Role.MEMBER, synthetic=False)
    browser, _asked = ask(me.email, next="/account/who-looked")
    answer = browser.post(CONFIRM, {"code": code(), "next": "/account/who-looked"})
    assert answer.headers["Location"] == "/account/who-looked"


def test_nobody_is_signed_in_from_another_site(user):
    """Login CSRF: the form's token is asked for before there is a session."""
    answer = Client(enforce_csrf_checks=True).post(ASK, {"email": user(Role.MEMBER).email})
    assert answer.status_code == 403
    assert kept() == []


def test_the_session_gets_a_new_key_at_sign_in(user):
    """A session fixed beforehand by somebody else is worth nothing afterwards."""
    browser, _asked = ask(user(Role.MEMBER, synthetic=False).email)
    before = browser.session.session_key
    browser.post(CONFIRM, {"code": code()})
    assert browser.session.session_key != before


def test_staff_with_an_app_need_its_code_too(user):
    navigator = user(Role.NAVIGATOR, synthetic=False)
    secret = generate_totp_secret()
    TOTP.activate(navigator, secret)
    browser, _asked = ask(navigator.email)
    second = browser.post(CONFIRM, {"code": code()})
    assert second.headers["Location"].startswith("/account/second-step/authenticate/")
    assert "_auth_user_id" not in browser.session
    assert browser.post("/account/second-step/authenticate/", {"code": "000000"}).status_code == 200
    now = f"{hotp_value(secret, int(time.time()) // 30):06}"
    assert browser.post("/account/second-step/authenticate/", {"code": now}).headers["Location"] == "/"
    assert browser.session["_auth_user_id"] == str(navigator.pk)


@pytest.mark.parametrize("name", ["signup", "password/reset", "password/change", "email", "password/set"])
def test_sign_up_and_passwords_do_not_exist(name):
    assert Client().get(f"/account/{name}/").status_code == 404


def test_headers_and_cookies_are_strict(user):
    browser, _asked = ask(user(Role.MEMBER, synthetic=False).email)
    answer = browser.get(CONFIRM)
    browser.post(CONFIRM, {"code": code()})
    cookie = browser.cookies["sessionid"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
