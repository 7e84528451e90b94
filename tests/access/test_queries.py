"""No page makes more than twelve queries, whoever looks: tried on every route there is.

The routes come from the project itself (as in ``test_routes.py``), so that a new page cannot escape: one
whose parameters nobody has filled in here fails, and so does one that is refused or not found to the browser
that asks. The session's stamp is old each time, so that the write of the new one is counted with the rest.
"""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from switchboard.frontdoor.actions import ask, book, hold_time
from switchboard.interop.models import ImportRun
from switchboard.members.models import DuplicateCandidate, Member, Proxy
from switchboard.members.queries import viewer_for
from switchboard.network.models import Organization, Practitioner, PractitionerRole
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now
from switchboard.platform.models import User, WorkItem
from switchboard.platform.roles import Role
from switchboard.platform.sessions import SEEN
from switchboard.platform.worklist import open_work
from switchboard.scheduling.models import Schedule
from tests.access.test_routes import METHODS, ROWS
from tests.portals.desk_world import HOST, LOW, Desk

MOST = 12
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
#: A library's pages about a second step one has; their paths lead through ``test_signin.py``.
ELSEWHERE = (
    "account/second-step/reauthenticate/",
    "account/second-step/totp/deactivate/",
    "account/second-step/webauthn/keys/",
    "account/second-step/webauthn/reauthenticate/",
)
#: No page: the way on from the last question, which scores, triages and leads to the times.
ACTS = ("desk/member/<uuid:member>/questions",)
PAGES = sorted(
    route
    for route, row in ROWS.items()
    if row and not route.startswith((*(f"{m} " for m in METHODS), *ELSEWHERE, "api/")) and route not in ACTS
)
#: Who asks: of the roles a page serves the first of these.
FIRST = ("member", "navigator", "crisis_clinician", "supervisor", "network_manager", "practitioner")


class Filled:
    """A world in which every page has something to show."""

    def __init__(self) -> None:
        self.desk = desk = Desk()
        slots = desk.slots()
        told = {"name": "Rosa Quintero", "role": Role.MEMBER.value, "synthetic": True}
        self.mother = User.objects.create_user("rosa@example.org", **told)
        own = desk.member(user=self.mother)
        triaged, begun = (self._child(n) for n in range(2))
        self.viewer = viewer_for(self.mother)
        self.triaged = desk.asked(triaged)
        self.begun = ask(member_id=begun.pk, channel="proxy", by=self.viewer)
        way = {"request_id": desk.asked(own).request_id, "modality": "video", "by": self.viewer}
        self.held = hold_time(slot_id=slots[0], **way).outcome.appointment
        self.booked = book(slot_id=slots[1], **way).outcome.appointment
        self.other = desk.member("HL00009999", family_name="Reyes")
        asked = desk.asked(self.other, LOW | {"phq9-9": 1})
        caller = Viewer(User.objects.latest("pk").pk, "A member", Role.MEMBER, member_id=self.other.pk)
        taken = {"request_id": asked.request_id, "slot_id": slots[2], "modality": "video", "by": caller}
        self.theirs = book(**taken).outcome.appointment
        self.third = desk.member("HL00008888", family_name="Doe")
        self.third_request = desk.asked(self.third).request_id
        self._network()

    def _child(self, n: int) -> Member:
        child = self.desk.member(f"HL0000555{n}", given_name="Ben", birth_date=date(2018, 5, 1 + n))
        grant = {"kind": "parent", "may": ["appointments", "assessments"], "starts_on": date(2020, 1, 1)}
        Proxy.objects.create(member=child, user=self.mother, **grant)
        return child

    def _network(self) -> None:
        run = ImportRun.objects.create(kind="members", source="Payer", name="m.csv", mode="all", state="done")
        self.run, soon = run.pk, now() + timedelta(days=5)
        sides = {"left": self.other, "right": self.third, "likeness": 0.91, "because": []}
        self.pair = DuplicateCandidate.objects.create(**sides).pk
        for queue, subject in (
            ("import-review", f"import:{run.pk}"),
            ("duplicates", f"duplicate:{self.pair}"),
        ):
            open_work(queue=queue, kind="code_unknown", subject=subject, due_at=soon, once=queue)

    def fill(self, route: str) -> str:
        """Give the address of a route, with something there for whoever asks."""
        care = self.triaged if route.endswith(("matches", "result", "hold")) else self.begun
        visit = self.held if route.endswith(("confirm", "let-go")) else self.booked
        person = self.third if "/times" in route or "/question" in route else self.other
        known = {
            "key": visit.public_id if route.startswith("appointments/") else care.public_id,
            "step": "reasons",
            "member": person.public_id,
            "appointment": self.theirs.public_id,
            "number": self.third_request,
            "task": WorkItem.objects.get(queue="import-review").public_id
            if route.startswith("network/")
            else CrisisTask.objects.get().public_id,
            "name": "desk",
            "run": self.run,
            "pair": self.pair,
            "organization": Organization.objects.latest("pk").pk,
            "practitioner": Practitioner.objects.latest("pk").pk,
            "role": PractitionerRole.objects.latest("pk").pk,
            "schedule": Schedule.objects.latest("pk").pk,
        }
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(known[found.group(1)]), route)

    def browser(self, route: str) -> Client:
        """Give the browser of whom a page serves, with the record opened that it is about."""
        row = ROWS[route]
        if not {"anybody", "everyone", "member"}.isdisjoint(row):
            return self._enter(self.mother.email)
        role = Role(next((r for r in FIRST if r in row), row[0]))
        browser = self._enter(self.desk.person(role, "LICSW 1").email)
        if "<uuid:member>" in route:
            about = re.search(UUID, self.fill(route)).group()
            browser.post(reverse("desk_why", args=[about]), {"reason": "call"}, **HOST)
        if "<uuid:task>" in route and route.startswith("desk/"):
            browser.post(reverse("desk_crisis_take", args=[CrisisTask.objects.get().public_id]), **HOST)
        if "<int:pair>" in route:
            browser.post(reverse("network_compare", args=[self.pair]), **HOST)
        return browser

    def _enter(self, email: str) -> Client:
        browser = Client()
        assert browser.post("/demo/", {"user": email}, **HOST).status_code == 302
        return browser


def last_seen_a_while_ago(browser: Client) -> None:
    """Make the stamp of the session old enough to be written again."""
    session = browser.session
    session[SEEN] = (now() - timedelta(minutes=2)).timestamp()
    session.save()


def queries(browser: Client, address: str) -> list[str]:
    """Give what a page asks of the database, once caches are warm; it must be there for this browser."""
    for _ in range(2):
        last_seen_a_while_ago(browser)
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(address, **HOST)
            if answer.streaming:
                list(answer)
    if answer.status_code not in (200, 204, 302, 405):
        raise LookupError(f"{answer.status_code}")
    return [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(FRAME)]


@pytest.fixture
def filled(db, monkeypatch):
    """The world; as in a serving process a thread of its own brings the news, so that no page asks."""
    from switchboard.matching.queries import _snapshot

    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        made = Filled()
        _snapshot.ready()
        monkeypatch.setattr(_snapshot, "following", True)
        yield made


def test_no_route_makes_more_than_twelve_queries(filled):
    many, gone, written = {}, {}, 0
    for route in PAGES:
        try:
            asked = queries(filled.browser(route), filled.fill(route))
        except LookupError as wrong:
            gone[route] = str(wrong)
        else:
            written += any(sql.startswith("UPDATE") and "session" in sql for sql in asked)
            many |= {route: asked} if len(asked) > MOST else {}
    assert gone == {}, "fill in what these pages are about (Filled.fill)"
    assert {route: len(asked) for route, asked in many.items()} == {}
    assert written > len(PAGES) / 2, "the stamp of the session was to be written"
