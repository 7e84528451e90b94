"""When the database is gone, people still get a page, and it carries the crisis lines (promise C3)."""

import json

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from switchboard.platform.doors import public

handler500 = "switchboard.platform.lastresort.failed"


@public
def submit(request: HttpRequest) -> HttpResponse:
    """Stands for every page that writes."""
    from django.contrib.sessions.models import Session

    return HttpResponse(str(Session.objects.count()))


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("ZZCANARYSMITH 987-65-4321")


urlpatterns = [path("submit", submit), path("api/submit", submit), path("broken", broken)]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


class TestWithTheDatabaseDown:
    def test_a_page_still_carries_988_911_and_the_plans_line(self, client, stopped_database):
        answer = client.post("/submit")
        page = answer.content.decode()
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        for line in (
            "tel:988",
            "sms:988",
            "988lifeline.org/chat",
            "tel:911",
            "tel:1-800-555-0177",
            "Llame al 988",
        ):
            assert line in page
        assert "<script" not in page
        assert "style" not in page

    def test_the_api_answers_a_problem_with_the_crisis_words(self, client, stopped_database):
        answer = client.post("/api/submit", {}, content_type="application/json")
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert "988" in json.loads(answer.content)["detail"]


class TestWithAFaultOfOurs:
    def test_the_demo_says_that_it_is_one_here_too(self, client, settings):
        """It says so on every page; a real installation never does. Seen to fail without the line."""
        for demo in (True, False):
            settings.DEMO = demo
            assert (b"This is a demo" in client.get("/broken").content) is demo

    def test_the_page_says_nothing_of_the_fault_and_keeps_the_crisis_lines(self, client):
        answer = client.get("/broken")
        assert answer.status_code == 500
        assert b"tel:988" in answer.content
        assert b"ZZCANARY" not in answer.content
        assert b"RuntimeError" not in answer.content

    def test_the_log_names_its_type_and_place_and_never_its_words(self, client, capfd):
        client.get("/broken?name=ZZCANARYSMITH", headers={"X-Request-ID": "abcdef-123456"})
        said = capfd.readouterr().err
        assert "ZZCANARY" not in said
        assert "987-65-4321" not in said
        lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        assert any(
            line.get("error") == "RuntimeError" and "test_lastresort" in line["where"] for line in lines
        )
        assert any(line.get("route") == "broken" and line["status"] == 500 for line in lines)
        assert all(line.get("request_id", "abcdef-123456") == "abcdef-123456" for line in lines)
