"""The conversation as a member meets it: help at once, nothing lost, few queries, plain words."""

import re
from datetime import date
from pathlib import Path

import pytest
import textstat
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

import switchboard
from switchboard.frontdoor.actions import ask
from switchboard.members.models import Proxy
from switchboard.members.queries import viewer_for
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.models import AuditEvent

ROOT = Path(switchboard.__file__).parent / "portals/templates"
MOST = 12


def queries(browser, page: str) -> int:
    """Count what a page asks of the database; savepoints are the test's own transactions."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert browser.get(page).status_code == 200, page
    return sum("SAVEPOINT" not in q["sql"] for q in seen.captured_queries)


@pytest.fixture
def followed(monkeypatch):
    """As in a serving process: a thread of its own brings the news, so that no page asks for it."""
    from switchboard.matching.queries import _snapshot

    def begin() -> None:
        _snapshot.ready()
        monkeypatch.setattr(_snapshot, "following", True)

    return begin


@pytest.mark.django_db
def test_no_page_makes_more_than_twelve_queries(ana, person, phone, therapist, answered, followed):
    """Every page of a member who is a parent of two; what a page touches is written down at once."""
    from switchboard.frontdoor.actions import book, hold_time

    slots = therapist()
    for name in ("Ben", "Cleo"):
        child = person(name, born=date(2018, 5, 1), signs_in=False).member
        grant = {"kind": "parent", "may": ["appointments", "assessments"], "starts_on": date(2020, 1, 1)}
        Proxy.objects.create(member=child, user=ana.user, **grant)
        ask(member_id=child.pk, channel="proxy", by=viewer_for(ana.user), language="en")
    begun = answered(ana.viewer, before="phq-2:phq2-1")
    care = [f"ask/{step}" for step in ("place", "meet", "phq-2:phq2-1", "reasons")] + ["with-you/reasons"]
    counts = {page: queries(phone, f"/care/{begun.public_id}/{page}") for page in care}
    done = answered(ana.viewer)
    followed()
    for page in ("result", "matches", "matches?loosen=video"):
        counts[page] = queries(phone, f"/care/{done.public_id}/{page}")
    way = {"request_id": done.request_id, "modality": "video", "by": ana.viewer}
    kept = hold_time(slot_id=slots[0], **way).outcome.appointment
    counts["confirm"] = queries(phone, f"/appointments/{kept.public_id}/confirm")
    counts["matches with a time kept"] = queries(phone, f"/care/{done.public_id}/matches")
    made = book(slot_id=slots[1], **way).outcome.appointment
    for page in ("", "?move", "cancel"):
        counts[f"appointment {page}"] = queries(phone, f"/appointments/{made.public_id}/{page}")
    own = "contact", "wishes", "language", "people", "what-is-kept"
    for page in ("/home/", "/appointments/", "/account/who-looked", "/me/", *(f"/me/{name}" for name in own)):
        counts[page] = queries(phone, page)
    assert {page: n for page, n in counts.items() if n > MOST} == {}


@pytest.mark.django_db
def test_a_page_is_written_down_before_it_is_shown(ana, phone, monkeypatch):
    """Each touch has its row; and when the rows cannot be written nobody sees the page."""
    before = AuditEvent.objects.count()
    queries(phone, "/home/")
    seen = AuditEvent.objects.filter(member_id=ana.member.pk).order_by("id")[before:]
    assert sorted(row.what for row in seen) == ["appointments", "name", "requests"]

    def broken(*_args, **_more):
        raise DatabaseError

    monkeypatch.setattr(AuditEvent, "save", broken)
    monkeypatch.setattr(QuerySet, "bulk_create", broken)
    page = phone.get("/home/")
    assert page.status_code == 503
    assert "How can we help?" not in page.content.decode()


@pytest.mark.django_db
class TestTheConversation:
    def test_it_goes_on_where_it_was_left(self, ana, phone, answered):
        begun = answered(ana.viewer, before="phq-2:phq2-1")
        assert phone.get(f"/care/{begun.public_id}/").url.endswith("/ask/phq-2:phq2-1")
        before = phone.get(f"/care/{begun.public_id}/ask/reasons").content.decode()
        assert re.search(r'value="mood" checked', before)

    def test_no_answer_is_said_in_words_and_nothing_is_lost(self, ana, phone, answered):
        begun = answered(ana.viewer, before="phq-2:phq2-1")
        page = phone.post(f"/care/{begun.public_id}/ask/reasons", {"answer": ["mood", "bogus"]})
        assert page.status_code == 422
        assert "Please choose an answer to go on." in page.content.decode()
        assert re.search(r'value="mood" checked', page.content.decode())

    def test_an_error_is_in_the_readers_language(self, ana, phone, answered):
        begun = answered(ana.viewer, before="phq-2:phq2-1")
        phone.cookies["django_language"] = "es"
        page = phone.post(f"/care/{begun.public_id}/ask/phq-2:phq2-1", {}).content.decode()
        assert "Elija una respuesta para seguir." in page
        assert 'lang="es"' in page
        assert "Pregunta 3 de" in page

    def test_a_positive_answer_brings_help_with_the_next_page(self, ana, phone, answered):
        """Also from htmx, where the answer to a tap leads to the page of help."""
        begun = answered(ana.viewer, before="phq-9:phq9-9")
        at = f"/care/{begun.public_id}/ask/phq-9:phq9-9"
        page = phone.post(at, {"answer": "1"}, follow=True).content.decode()
        assert CrisisTask.objects.count() == 1
        assert "tel:988" in page
        assert "911" in page
        answer = phone.post(at, {"answer": "1"}, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"].startswith(f"/care/{begun.public_id}/with-you/")

    def test_help_comes_though_the_page_afterwards_fails(self, ana, phone, answered, monkeypatch):
        """The answer is kept, its task is open, and what the member sees carries 988."""
        from switchboard.portals.member import care

        begun = answered(ana.viewer, before="phq-9:phq9-9")

        def broken(*_args, **_more):
            raise RuntimeError("this page is broken")

        monkeypatch.setattr(care, "render", broken)
        phone.raise_request_exception = False
        page = phone.post(f"/care/{begun.public_id}/ask/phq-9:phq9-9", {"answer": "1"}, follow=True)
        assert page.status_code == 500
        assert "tel:988" in page.content.decode()
        assert CrisisTask.objects.count() == 1


def test_help_opens_without_a_database():
    """No mark for the database here: a query would fail the test. Both languages are on it."""
    with override_settings(DEMO=True):
        browser = Client(HTTP_HOST="localhost")
        browser.cookies["sessionid"] = "a-session-that-is-kept-in-the-database"
        page = browser.get("/help-now")
        worker = browser.get("/help-worker.js")
    said = page.content.decode()
    assert page.status_code == 200
    assert said.count("tel:988") == 2
    assert said.count("tel:911") == 2
    assert "AYUDA" in said
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert '"/help-now"' in worker.content.decode()


def sentences() -> list[str]:
    """Give the English that the members' templates say."""
    found = []
    for page in [*sorted((ROOT / "member").glob("*.html")), ROOT / "help_now.html"]:
        text = page.read_text("utf-8")
        found += re.findall(r'{% translate "([^"]+)"', text)
        found += re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", text)
    plain = (re.sub(r"{{[^}]*}}", "one", one) for one in found)
    return [one if one[-1] in ".?!:" else f"{one}." for one in dict.fromkeys(plain)]


def test_what_members_read_is_at_sixth_grade():
    """All together; and no sentence of more than twenty words."""
    said = sentences()
    assert textstat.automated_readability_index(" ".join(said)) <= 6.0
    long = [s for one in said for s in re.split(r"(?<=[.?!]) ", one) if len(s.split()) > 20]
    assert long == []
