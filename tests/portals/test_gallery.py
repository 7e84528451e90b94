"""The gallery shows every component, in the demo and nowhere else."""

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

from switchboard.portals.gallery.samples import FRAMES, SPECIMENS
from switchboard.portals.templatetags.design import register

PIECES = Path(__file__).parents[2] / "switchboard/portals/templates/gallery"


@pytest.fixture
def browser():
    """A browser with no session, in the demo: the gallery needs no database."""
    with override_settings(DEMO=True, PLAN_CRISIS_LINE="1-800-555-0144"):
        yield Client()


def test_the_gallery_is_closed_outside_the_demo():
    assert Client().get("/gallery/").status_code == 404
    assert Client().get("/gallery/desk").status_code == 404


def test_the_gallery_opens_in_the_demo(browser):
    page = browser.get("/gallery/")
    assert page.status_code == 200
    for specimen in SPECIMENS:
        assert f'id="of-{specimen}"' in page.text


@pytest.mark.parametrize("name", FRAMES)
def test_every_sample_page_opens(browser, name):
    assert browser.get(f"/gallery/{name}").status_code == 200


def test_an_unknown_sample_page_is_not_found(browser):
    assert browser.get("/gallery/nothing").status_code == 404


@pytest.mark.parametrize("tag", sorted(register.tags))
def test_every_component_stands_in_the_gallery(tag):
    shown = "".join(f.read_text() for f in PIECES.glob("*.html") if f.stem in SPECIMENS)
    assert re.search(r"{%\s*" + tag + r"\b", shown), f"Add a specimen of '{tag}' to templates/gallery/."
