"""Pages nobody meant to see still look like ours: crisis help, the demo's banner, no inline styles."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def is_ours(page: str) -> None:
    assert 'href="tel:988"' in page
    assert "This is a demo." in page
    assert "<style" not in page
    assert ' style="' not in page


def test_a_wrong_address(settings):
    settings.DEMO = True
    answer = Client().get("/nothing-of-this-name")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    is_ours(answer.text)


def test_a_form_whose_token_is_gone(settings):
    """Django's own page has styles in it, which the policy refuses, and talks of referer headers."""
    settings.DEMO = True
    answer = Client(enforce_csrf_checks=True).post("/account/login/code/", {"email": "x@example.org"})
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text
    is_ours(answer.text)
