"""The design system keeps its promises: contrast, nothing inline or from elsewhere, one crisis color."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from switchboard.portals.clocks import face, span

PORTALS = Path(__file__).parents[2] / "switchboard/portals"
CSS = PORTALS / "static/css"
TOKENS = (CSS / "tokens.css").read_text()
TEMPLATES = sorted((PORTALS.parent).rglob("templates/**/*.html"))
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)

TEXT = [  # (ink, ground) pairs that carry text: at least 4.5 to 1
    *[(ink, ground) for ink in ("ink", "ink-soft", "accent-text") for ground in ("paper", "surface", "sunk")],
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
    ("crisis-ink", "crisis"),
    ("crisis-ink", "crisis-hover"),
    *[("ink", f"{tone}-soft") for tone in ("accent", "crisis", "error", "warn", "good", "info")],
    *[(f"{tone}-text", f"{tone}-soft") for tone in ("accent", "crisis", "error", "warn", "good", "info")],
    *[
        (f"{tone}-text", ground)
        for tone in ("error", "warn", "good")
        for ground in ("paper", "surface", "sunk")
    ],
    ("paper", "ink"),
]
MARKS = [  # what must be seen but is not text: at least 3 to 1
    *[
        (mark, ground)
        for mark in ("line-strong", "focus", "accent", "crisis")
        for ground in ("paper", "surface")
    ],
    *[(f"series-{n}", "surface") for n in (1, 2, 3)],
    ("warn-mark", "surface"),
    ("accent", "line"),
]


def block(start: str) -> dict[str, str]:
    """The colors of the block that begins with this selector."""
    body = TOKENS.split(start, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


LIGHT = block('[data-theme="light"] {')
DARK = block('\n[data-theme="dark"] {')


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_meets_aa(theme, ink, ground):
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_edges_and_marks_can_be_seen(theme, mark, ground):
    assert contrast(theme[mark], theme[ground]) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_shade_of_a_map_is_darker_or_lighter_than_the_last(theme):
    ramp = [luminance(theme[f"ramp-{n}"]) for n in range(1, 6)]
    assert ramp in (sorted(ramp), sorted(ramp, reverse=True))


def test_the_two_dark_blocks_say_the_same():
    """The system's wish and the reader's own choice give one dark theme."""
    assert block(':root:not([data-theme="light"]) {') == DARK
    assert DARK.keys() == LIGHT.keys()


def test_the_crisis_color_is_used_for_crisis_only():
    for sheet in CSS.glob("*.css"):
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet.read_text()):
            if "var(--crisis" in body:
                assert "crisis" in selector, f"{sheet.name}: {selector.strip()} borrows the crisis color."


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_holds_inline_style_or_script(path):
    """The content security policy would block them, and the page would break without a word."""
    text = path.read_text()
    assert not re.search(r"<style\b|\sstyle\s*=|\son\w+\s*=\s*[\"']|javascript:|hx-on|hx-vals='js", text)
    run = [tag for tag in re.findall(r"<script\b[^>]*>", text) if 'type="application/json"' not in tag]
    assert all("src=" in tag for tag in run)  # a block of JSON is data: browsers do not run it


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_template_loads_from_elsewhere(path):
    """A link out is fine; loading from another origin is not."""
    assert not re.search(r"(?:src|srcset|hx-\w+)\s*=\s*[\"'](?:https?:)?//", path.read_text())
    assert not re.search(r"<link\b[^>]*href\s*=\s*[\"'](?:https?:)?//", path.read_text())


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda p: p.name)
def test_no_sheet_fetches_anything(sheet):
    assert not re.search(r"url\(|@import|@font-face", sheet.read_text())


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda p: p.name)
def test_every_variable_is_a_token(sheet):
    for name in re.findall(r"var\(--([\w-]+)", sheet.read_text()):
        assert f"--{name}:" in TOKENS, f"{sheet.name} uses --{name}, which tokens.css does not define."


def test_nothing_blinks():
    for sheet in CSS.glob("*.css"):
        assert not re.search(r"@keyframes|animation:(?! none)", sheet.read_text())


@override_settings(DEMO=True)
def test_every_page_carries_the_strict_policy():
    policy = Client().get("/gallery/question")["Content-Security-Policy"]
    given = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert given == {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


@override_settings(DEMO=True, PLAN_CRISIS_LINE="1-800-555-0144")
@pytest.mark.parametrize("name", ["question", "matches", "crisis"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_member_page_carries_crisis_help(name, language):
    page = Client(headers={"accept-language": language}).get(f"/gallery/{name}").text
    for address in ("tel:988", "sms:988", "https://988lifeline.org/chat/", "tel:18005550144"):
        assert f'href="{address}' in page
    assert f'<html lang="{language}"' in page


@override_settings(DEMO=True, PLAN_CRISIS_LINE="")
def test_without_a_plan_line_988_still_stands():
    page = Client().get("/gallery/question").text
    assert 'href="tel:988"' in page
    assert "tel:1" not in page


@override_settings(DEMO=True)
def test_the_chosen_theme_is_drawn_by_the_server():
    client = Client()
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in client.get("/gallery/desk").text
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in client.get("/gallery/desk").text


@pytest.mark.parametrize(
    ("hours", "tone", "words"),
    [
        (0, "calm", "4 h 00 min left"),
        (2.95, "calm", "1 h 03 min left"),
        (3, "soon", "1 h 00 min left"),
        (4, "soon", "0 min left"),
        (4.5, "late", "30 min late"),
    ],
)
def test_a_clock_warns_before_it_runs_out(hours, tone, words):
    shown = face(NOON, NOON + timedelta(hours=4), NOON + timedelta(hours=hours))
    assert (shown.tone, shown.words) == (tone, words)


def test_a_clock_stopped_in_time_stays_met():
    shown = face(NOON, NOON + timedelta(hours=4), NOON + timedelta(days=9), met=NOON + timedelta(hours=1))
    assert (shown.tone, shown.words, shown.width) == ("met", "Met with 3 h 00 min to spare", "25.0")


def test_a_clock_stopped_too_late_stays_late():
    shown = face(NOON, NOON + timedelta(hours=4), NOON + timedelta(days=9), met=NOON + timedelta(hours=5))
    assert (shown.tone, shown.words) == ("late", "1 h 00 min late")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=1, minutes=5), "1 h 05 min"),
        (timedelta(days=1, hours=2), "1 day 2 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=9, hours=5), "9 days"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(time, said):
    assert span(time) == said
