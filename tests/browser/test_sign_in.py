"""Signing in for real, through the pages people see: a virtual phone's passkey, an authenticator app.

Chromium's virtual authenticator makes and uses real passkeys, so the scripts of the page, the policy that
lets them run and the server's check are all tried together.
"""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from django.core.cache import cache

from switchboard.platform.accounts import User
from switchboard.platform.mail import kept
from switchboard.platform.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_demo(visit, settings):
    """The ways in are the real ones: the demo's door is shut, the stand-in for mail keeps the codes."""
    settings.DEMO = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.EMAIL_BACKEND = "switchboard.platform.mail.KeptNotSent"
    cache.clear()


@pytest.fixture
def phone(visit):
    """A phone that knows its owner's face, plugged into the browser; answers by itself."""
    devtools = visit.page.context.new_cdp_session(visit.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def verified(known: bool) -> None:
        of = {"authenticatorId": made["authenticatorId"], "isUserVerified": known}
        devtools.send("WebAuthn.setUserVerified", of)

    return verified


def person(role: Role) -> User:
    return User.objects.create_user(email=f"{role}@plan.example.org", name="Kim Reyes", role=role)


def by_code(visit, email: str) -> None:
    """Come in by the code from the mail."""
    page = visit.at("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/code/confirm/")
    found = re.search(r"^([0-9A-Z-]{6,})$", kept()[0].body, re.MULTILINE)
    assert found, "the mail holds a code"
    page.locator("input[name=code]").fill(found.group(1))
    visit.is_fine()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def leave(visit) -> None:
    visit.page.context.clear_cookies()


def add_passkey(visit) -> None:
    page = visit.at("/account/second-step/webauthn/add/")
    visit.is_fine()
    page.locator("input[name=name]").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()


def test_staff_see_nothing_before_a_passkey_and_everything_after_it(visit, phone):
    """The emailed code opens only the page that asks for a second step; then the passkey alone signs in."""
    navigator = person(Role.NAVIGATOR)
    by_code(visit, navigator.email)
    page = visit.at("/desk/")
    assert page.get_by_role("heading", name="How you prove it is you").is_visible()
    visit.is_fine()
    add_passkey(visit)
    page.wait_for_url(re.compile("second-step/(?!webauthn/add)"))
    visit.is_fine()
    leave(visit)
    page = visit.at("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/desk/")
    assert page.get_by_role("heading", name="Work queue").is_visible()
    assert visit.complaints == []


def test_a_passkey_that_does_not_know_its_owner_opens_nothing(visit, phone):
    """A found phone, unlocked by nobody: without face, finger or PIN there is no way in."""
    navigator = person(Role.NAVIGATOR)
    by_code(visit, navigator.email)
    add_passkey(visit)
    visit.page.wait_for_url(re.compile("second-step/(?!webauthn/add)"))
    leave(visit)
    phone(False)
    page = visit.at("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_timeout(1500)
    visit.at("/desk/")
    assert "/account/login" in page.url


def test_a_member_may_use_a_passkey_too(visit, phone):
    member = person(Role.MEMBER)
    by_code(visit, member.email)
    add_passkey(visit)
    visit.page.wait_for_url(re.compile("second-step/(?!webauthn/add)"))
    leave(visit)
    page = visit.at("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_function("() => !location.pathname.startsWith('/account/login')")
    visit.at("/account/second-step/webauthn/")
    assert page.get_by_text("My phone").is_visible()


def test_staff_set_up_an_authenticator_app_and_need_its_code_ever_after(visit):
    navigator = person(Role.NAVIGATOR)
    by_code(visit, navigator.email)
    page = visit.at("/account/second-step/totp/activate/")
    visit.is_fine()
    secret = page.locator("code").inner_text().replace(" ", "")
    page.locator("input[name=code]").fill(shown_by_the_app(secret))
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url(re.compile("second-step/(?!totp/activate)"))
    leave(visit)
    cache.clear()  # the app's code is spent: this stands for the next thirty seconds
    by_code(visit, navigator.email)
    assert "/second-step/authenticate" in page.url
    visit.is_fine()
    visit.at("/desk/")
    assert "/second-step/authenticate" in page.url, "a code by email alone opens no page"
    page.locator("input[name=code]").fill(shown_by_the_app(secret))
    page.get_by_role("button", name="Sign in").first.click()
    page.wait_for_url("**/desk/")
    assert visit.complaints == []


def shown_by_the_app(secret: str) -> str:
    return f"{hotp_value(secret, int(time.time()) // 30):06}"


@pytest.mark.parametrize("path", ["/demo/", "/demo/mailbox"])
def test_the_demos_door_is_fine(look, settings, path):
    """What a stranger sees first, at two widths in both themes."""
    settings.DEMO = True
    page = look.at(path)
    assert page.get_by_text("This is a demo.").is_visible()
    look.is_fine()


@pytest.mark.parametrize("path", ["/account/login/", "/account/activate"])
def test_the_ways_in_are_fine(look, settings, path):
    settings.DEMO = True
    page = look.at(path)
    assert page.get_by_text("This is a demo.").is_visible()
    look.is_fine()
