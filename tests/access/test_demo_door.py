"""The demo's one-click door: this machine only, invented people only, and only when the demo is on."""

import pytest
from django.test import Client, override_settings

from switchboard.platform.roles import Role

pytestmark = pytest.mark.django_db


def test_one_click_signs_in(signed_in, user):
    navigator = user(Role.NAVIGATOR)
    page = signed_in(navigator).get("/", HTTP_HOST="localhost")
    assert page.status_code in (200, 302)
    assert "account" not in page.headers.get("Location", "")


def test_it_offers_one_person_of_each_role(demo, user):
    people = [user(role) for role in Role if role is not Role.SYSTEM]
    user(Role.MEMBER)
    page = Client().get("/demo/", HTTP_HOST="127.0.0.1:8000").text
    assert page.count('name="user"') == len(people)
    assert "This is a demo." in page


@override_settings(DEMO=False)
def test_without_the_demo_there_is_no_door(user):
    someone = user(Role.MEMBER)
    for path in ("/demo/", "/demo/mailbox"):
        assert Client().get(path, HTTP_HOST="localhost").status_code == 404
    assert Client().post("/demo/", {"user": someone.email}, HTTP_HOST="localhost").status_code == 404


@pytest.mark.parametrize(
    "away",
    [
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "localhost"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "plan.example.org"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "", "HTTP_HOST": "localhost"},
        {"REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "127.0.0.1"},
    ],
)
@override_settings(ALLOWED_HOSTS=["*"])
def test_from_another_machine_there_is_no_door(demo, user, away):
    someone = user(Role.MEMBER)
    assert Client().get("/demo/", **away).status_code == 404
    answer = Client()
    assert answer.post("/demo/", {"user": someone.email}, **away).status_code == 404
    assert "_auth_user_id" not in answer.session


@pytest.mark.parametrize("here", ["localhost:8000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8000"])
def test_this_machine_has_several_names(demo, here):
    assert Client().get("/demo/", HTTP_HOST=here).status_code == 200


def test_a_real_person_is_never_signed_in_by_a_click(demo, user):
    real = user(Role.MEMBER, synthetic=False)
    browser = Client()
    page = browser.post("/demo/", {"user": real.email}, HTTP_HOST="localhost")
    assert page.status_code == 200
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("address", ["", "x", "nobody@example.org", "'; --"])
def test_an_unknown_address_signs_nobody_in(demo, address):
    assert Client().post("/demo/", {"user": address}, HTTP_HOST="localhost").status_code == 200


def test_what_the_database_cannot_hold_is_a_bad_request(demo):
    assert Client().post("/demo/", {"user": "\x00"}, HTTP_HOST="localhost").status_code == 400


def test_a_click_needs_the_forms_token(demo, user):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/demo/", {"user": user(Role.MEMBER).email}, HTTP_HOST="localhost").status_code == 403
