"""A strange name and number in every field of every form of every page; then looked for where nobody may be.

Each page of each role is opened, every form on it is filled twice (the canary everywhere; the canary where
one may type and a real choice where one may choose) and sent. Looked through: our logs as they leave the
process, the console, PostgreSQL's log, metrics, every address and header of an answer, refusals, what jobs
and the outbox carry, mail, and who-looked rows but for the reason, which is there to be read.
"""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings

from switchboard.platform.roles import Role
from tests.access.live_places import PARAM, address
from tests.access.live_world import Live
from tests.access.test_routes import METHODS, ROWS
from tests.api.test_canary import BOTH, NAME, lines, met, postgres_log  # noqa: F401 - a fixture
from tests.portals.desk_world import HOST

pytestmark = pytest.mark.django_db
LEFT_OUT = ("account/", "demo/", "gallery/", "api/", "i18n/", "healthz", "readyz", "metrics", "help-worker")
PAGES = [r for r in ROWS if not r.startswith((*METHODS, *LEFT_OUT)) and ROWS[r] and "(?P" not in r]
TYPED = {"text", "search", "email", "tel", "url", "date", "number", "password", "textarea"}
#: Forms that ask by address: what is sought there is in a directory that everybody may read.
ASKED_BY_ADDRESS = {"network/", "network/organizations/", "network/places/", "insights/"}


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.choosing = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = {k: v or "" for k, v in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", ""), told.get("method", "get").lower()))
        elif tag in ("input", "textarea", "button", "select") and self.found and told.get("name"):
            kind = told.get("type", "text") if tag == "input" else tag
            self.choosing = told["name"] if tag == "select" else ""
            self.found[-1].fields.append((told["name"], kind, told.get("value", "")))
        elif tag == "option" and self.choosing and told.get("value"):
            self.found[-1].fields.append((self.choosing, "option", told["value"]))


def filled(form: Form, *, choose: bool) -> dict[str, Any]:
    """Fill a form: the canary everywhere, or only where one types."""
    sent: dict[str, Any] = {}
    for name, kind, value in form.fields:
        if name == "csrfmiddlewaretoken":
            continue
        if kind == "file":
            rows = (
                f"member_number,family_name,given_name,birth_date,npi\n{BOTH},{NAME},{NAME},{BOTH},{BOTH}\n"
            )
            sent[name] = SimpleUploadedFile(f"{NAME}.csv", rows.encode(), "text/csv")
        elif kind in TYPED or (not choose and kind != "select"):
            sent[name] = "1986-05-01" if choose and kind == "date" else BOTH
        elif kind != "select":
            sent.setdefault(name, value)
    return sent


@pytest.fixture
def live(db):
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield Live()


def opened(live: Live, role: Role) -> Client:
    browser = Client(raise_request_exception=False, **HOST)
    browser.cookies = SimpleCookie(live.browsers[role].cookies.output(header="", sep=";"))
    return browser


def everything_sent(live: Live) -> tuple[list, set[str]]:
    """Send every form of every page; give the answers with where they came from, and who asks by address."""
    answers, by_address, seen = [], set(), set()
    for route in PAGES:
        for role in [r for r in live.browsers if {"anybody", "everyone", r.value} & {*ROWS[route]}][:2]:
            path = address(route, live, live.mine) if PARAM.search(route) else f"/{route}"
            page = opened(live, role).get(path)
            if page.status_code != 200 or page.streaming:
                continue
            reader = Forms()
            reader.feed(page.content.decode())
            for form in reader.found:
                where = form.action or path
                shape = (where, role, tuple(sorted({n for n, _, _ in form.fields})))
                if shape in seen or "logout" in where or "setlang" in where:
                    continue
                seen.add(shape)
                if form.method == "get":
                    if any(kind in TYPED for _, kind, _ in form.fields):
                        by_address.add(route)
                    continue
                for choose in (False, True):
                    with transaction.atomic():
                        answer = opened(live, role).post(where, filled(form, choose=choose))
                    answers.append((route, role, where, answer))
    return answers, by_address


def kept() -> dict[str, str]:
    """What jobs, the outbox, mail and who-looked rows carry."""
    rejects = 'SELECT line, "column", code, hint FROM interop_importreject'
    questions = {
        "jobs": "SELECT string_agg(concat(args, lock, queueing_lock), ' ') FROM procrastinate_jobs",
        "outbox": "SELECT string_agg(t::text, ' ') FROM platform_outboxevent t",
        "mail": "SELECT string_agg(concat(subject, ' ', body, ' ', once), ' ') FROM platform_outgoingmessage",
        "looks": "SELECT string_agg(concat(what, purpose, action), ' ') FROM platform_auditevent",
        "work": "SELECT string_agg(concat(queue, kind, subject, once), ' ') FROM platform_workitem",
        "rejects": f"SELECT string_agg(t::text, ' ') FROM ({rejects}) t",
    }
    found = {}
    with connection.cursor() as cursor:
        for name, question in questions.items():
            cursor.execute(question)
            found[name] = cursor.fetchone()[0] or ""
    return found


def test_no_form_of_any_page_lets_a_name_out_by_a_side_door(live, lines, capfd):  # noqa: F811
    answers, by_address = everything_sent(live)
    sent_from = {route for route, *_ in answers}
    assert len(answers) > 70
    assert {"desk/find", "me/contact", "care/<uuid:key>/ask/<str:step>", "network/imports/new"} <= sent_from
    assert not [(route, role.value, where) for route, role, where, a in answers if a.status_code >= 500]
    assert by_address <= ASKED_BY_ADDRESS, (
        "what somebody types would stand in an address, in logs and histories"
    )
    for route, role, where, answer in answers:
        told = (route, role.value, where, answer.status_code)
        assert not met(str(answer.headers)), told
        assert answer.headers.get("Referrer-Policy") in ("no-referrer", "same-origin"), told
        if answer.status_code in (400, 403, 404, 405, 413):
            assert not met(answer.content.decode()), told
    logged = lines.getvalue()
    assert '"event": "request"' in logged
    assert all(json.loads(line) for line in logged.splitlines())
    printed = capfd.readouterr()
    places = kept() | {"log": logged, "console": printed.out + printed.err, "postgres": postgres_log()}
    places["metrics"] = Client().get("/metrics", **HOST).content.decode()
    for name, text in places.items():
        assert not met(text), (name, text[max(0, text.find(NAME) - 200) :][:400])
