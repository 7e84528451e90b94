"""A real browser against the real application, at two widths and in both themes.

    def test_a_page(look):
        look.at("/start")
        look.is_fine()

``look`` comes four times: wide and phone, light and dark. ``look.page`` is Playwright's page.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
# What WCAG 1.4.12 lets a reader ask of every page; it stands for wider fonts than this machine has. Set from
# the console, where the strict policy does not forbid it.
WIDER = """() => {
  const wider = new CSSStyleSheet();
  const all = "letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important";
  wider.replaceSync(`* { ${all} }`);
  document.adoptedStyleSheets = [wider];
  const much = document.documentElement.scrollWidth - innerWidth;
  document.adoptedStyleSheets = [];
  return much;
}"""
VIEWS = [(size, theme) for size in SIZES for theme in ("light", "dark")]


@dataclass
class Look:
    """A page under watch: what the console said, and where requests went."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def at(self, path: str) -> Page:
        """Open a path of the application."""
        self.page.goto(self.origin + path)
        return self.page

    def speak(self, language: str) -> None:
        """Choose a language, as the switch on every page does."""
        cookie = {"name": "django_language", "value": language, "url": self.origin}
        self.page.context.add_cookies([cookie])

    def is_fine(self) -> None:
        """Axe finds nothing, the console is silent, no request leaves, no letter overflows, wide ones too."""
        found = Axe().run(self.page).response["violations"]
        assert [f"{v['id']}: {n['html']}" for v in found for n in v["nodes"]] == []
        assert self.complaints == []
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert self.page.evaluate(WIDER) <= 0, "with the letters WCAG 1.4.12 lets a reader widen"

    def watch(self) -> None:
        """Note what the console says, and every request that leaves the origin."""
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", lambda request: self._asked(request.url))

    def _heard(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "about:")):
            self.complaints.append(f"left for {urlsplit(url).netloc}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, or Playwright's own; Django is told that its event loop is harmless."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    known = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=known, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(params=VIEWS, ids=["-".join(v) for v in VIEWS])
def look(request, chromium, live_server, settings) -> Iterator[Look]:
    """A fresh visitor of the demo, with a size and a theme."""
    settings.DEMO = True
    size, theme = request.param
    context = chromium.new_context(viewport=SIZES[size], color_scheme=theme, locale="en-US")
    looking = Look(context.new_page(), live_server.url)
    looking.watch()
    yield looking
    context.close()


@pytest.fixture
def visit(chromium, live_server, settings) -> Iterator[Look]:
    """One visitor on a phone in light: for tests of behavior rather than looks."""
    settings.DEMO = True
    context = chromium.new_context(viewport=SIZES["phone"], locale="en-US")
    looking = Look(context.new_page(), live_server.url)
    looking.watch()
    yield looking
    context.close()
