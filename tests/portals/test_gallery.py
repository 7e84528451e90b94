"""The gallery shows every component, in the demo and nowhere else."""

import inspect
import re
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.test.signals import template_rendered
from django.utils.text import smart_split

from switchboard.portals.gallery.samples import FRAMES, SPECIMENS
from switchboard.portals.templatetags import design
from switchboard.portals.templatetags.design import register

PIECES = Path(__file__).parents[2] / "switchboard/portals/templates/gallery"
KEYWORD = re.compile(r"([a-z_]+)=")


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


def given(tag: str) -> set[str]:
    """Name the arguments that some specimen gives to a component."""
    names = list(inspect.signature(inspect.unwrap(getattr(design, tag))).parameters)
    names = [name for name in names if name not in ("context", "content")]
    shown = "".join(f.read_text() for f in PIECES.glob("*.html") if f.stem in SPECIMENS)
    found: set[str] = set()
    for call in re.findall(r"{%\s*" + tag + r"\s(.*?)%}", shown):
        words = [word for word in smart_split(call.strip()) if word != "as"]
        in_place = [word for word in words if not KEYWORD.match(word)]
        found |= set(names[: len(in_place)])
        found |= {KEYWORD.match(word).group(1) for word in words if KEYWORD.match(word)}
    return found


@pytest.mark.parametrize("tag", sorted(register.tags))
def test_every_state_of_a_component_stands_in_the_gallery(tag):
    """Each thing a component may be told is shown told, but for what is only sent."""
    may = inspect.signature(inspect.unwrap(getattr(design, tag))).parameters.values()
    states = {p.name for p in may if p.default is not p.empty} - {"id", "type", "action", "name"}
    states -= {"value"} if tag == "checkbox" else set()
    assert states - given(tag) == set(), f"Show '{tag}' with these in templates/gallery/."


def test_every_template_of_a_component_is_drawn(browser):
    """None of them is a leftover, and none is seen on other pages only."""
    drawn: set[str] = set()

    def note(template, **_more) -> None:
        drawn.add(template.name)

    template_rendered.connect(note)
    try:
        browser.get("/gallery/")
    finally:
        template_rendered.disconnect(note)
    all_of_them = {f"design/{f.name}" for f in (PIECES.parent / "design").glob("*.html")}
    assert all_of_them - drawn == set()


@pytest.mark.parametrize("tag", ["button", "choice_question", "text_field", "select_field", "checkbox"])
def test_what_is_switched_off_stands_in_the_gallery(tag):
    assert "disabled" in given(tag)


@pytest.mark.parametrize(
    ("tag", "states"),
    [
        ("button", ["secondary", "quiet", "crisis"]),
        ("card", ["quiet", "accent"]),
        ("notice", list(design.TONES)),
        ("pill", ["good", "info", "warning", "error", "crisis"]),
        ("stat", ["good", "warning", "error"]),
    ],
)
def test_every_tone_of_a_component_stands_in_the_gallery(tag, states):
    page = "".join(f.read_text() for f in PIECES.glob("*.html") if f.stem in SPECIMENS)
    calls = " ".join(re.findall(r"{%\s*" + tag + r"\s(.*?)%}", page))
    assert [state for state in states if f'"{state}"' not in calls] == []
