"""Two of everything that belongs to somebody: one the caller is tied to, one of a stranger."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.test import Client

from switchboard.frontdoor.actions import ask, book
from switchboard.frontdoor.queries import RequestView
from switchboard.interop.models import ImportRun
from switchboard.kernel.reasons import Reason
from switchboard.members.models import ContactRoute, DuplicateCandidate, Member, Proxy
from switchboard.members.queries import viewer_for
from switchboard.outcomes.actions import raise_alarm
from switchboard.outcomes.queries import crisis_worklist
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.audit import relate
from switchboard.platform.clock import now
from switchboard.platform.models import User, WorkItem
from switchboard.platform.roles import Role
from switchboard.platform.tokens import issue
from switchboard.platform.worklist import open_work
from switchboard.scheduling.models import Appointment, Schedule
from tests.portals.desk_world import HOST, Desk

SCOPES = ("appointments", "assessments", "messages", "record", "care")
#: Canaries: what of the stranger must stand in no answer to whom it does not concern.
STRANGER = ("Zzyzwick", "Qorvath", "8605559731", "555-9731", "VV77310031")


@dataclass
class Belongings:
    """What belongs to one member, by the name a route gives it."""

    member: Member
    asked: RequestView
    done: RequestView
    visit: Any
    task: Any
    item: Any
    grant: Proxy
    route: ContactRoute
    helper: User


@dataclass
class Live:
    """The world, and a way to call as each role: the roles' callers are tied to ``mine`` only."""

    desk: Desk = field(default_factory=Desk)
    browsers: dict[Role, Client] = field(default_factory=dict)
    keys: dict[Role, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slots = self.desk.slots(12)
        self.schedule = Schedule.objects.get()
        self.role_id, self.practitioner = self.schedule.role_id, self.schedule.practitioner
        self.organization = self.schedule.role.organization
        self.mine = self._of("Own", 0, family_name="Ownfamily", given_name="Ona", member_number="HL00000001")
        self.theirs = self._of(
            "Stranger", 1, family_name=STRANGER[0], given_name=STRANGER[1], member_number=STRANGER[4],
            birth_date=date(1971, 7, 17), zip5="06010", phone="+18605559731",
        )  # fmt: skip
        self._network()
        for role in Role:
            self._caller(role)

    def _of(self, name: str, place: int, phone: str = "", **more: Any) -> Belongings:
        member = self.desk.member(more.pop("member_number"), **more)
        user = User.objects.create_user(
            f"{name.lower()}@example.org", name=f"{member.given_name} {member.family_name}",
            role=Role.MEMBER.value, synthetic=True,
        )  # fmt: skip
        Member.objects.filter(pk=member.pk).update(user=user)
        route = ContactRoute.objects.get(member=member)
        if phone:
            ContactRoute.objects.filter(pk=route.pk).update(value=phone)
        helper = User.objects.create_user(
            f"helper.of.{name.lower()}@example.org", name="Invented proxy", role=Role.PROXY.value,
            synthetic=True,
        )  # fmt: skip
        grant = Proxy.objects.create(
            member=member, user=helper, kind="helper", may=list(SCOPES), starts_on=date(2020, 1, 1)
        )
        viewer = viewer_for(user)
        done = self.desk.asked_by(viewer)
        book(request_id=done.request_id, slot_id=self.slots[place], modality="video", by=viewer)
        asked = ask(member_id=member.pk, channel="portal", by=viewer)
        before = {t.public_id for t in crisis_worklist()}
        raise_alarm(
            member_id=member.pk, cause="test", level="high", by=SWITCHBOARD,
            because=Reason("risk_heard_on_the_phone"),
        )  # fmt: skip
        [task] = [t for t in crisis_worklist() if t.public_id not in before]
        open_work(
            queue="follow_up", kind="test", subject=f"member:{member.pk}", member_id=member.pk,
            due_at=now() + timedelta(hours=1), once=f"test:{member.pk}",
        )  # fmt: skip
        item = WorkItem.objects.get(subject=f"member:{member.pk}", kind="test")
        visit = Appointment.objects.get(member_id=member.pk)
        return Belongings(member, asked, done, visit, task, item, grant, route, helper)

    def _network(self) -> None:
        self.run = ImportRun.objects.create(kind="practitioners", state="done", started_at=now())
        open_work(
            queue="import-review", kind="taxonomy_unknown", subject=f"import:{self.run.pk}",
            due_at=now() + timedelta(days=1), once=f"import-review:{self.run.pk}:taxonomy_unknown",
        )  # fmt: skip
        self.review = WorkItem.objects.get(queue="import-review")
        self.pair = DuplicateCandidate.objects.create(
            left_id=self.mine.member.pk, right_id=self.theirs.member.pk, likeness=0.9
        )

    def _caller(self, role: Role) -> None:
        user = {Role.MEMBER: User.objects.get(email="own@example.org"),
                Role.PROXY: self.mine.helper}.get(role)  # fmt: skip
        user = user or self.desk.person(role, licence="LCSW 1")
        if role not in (Role.MEMBER, Role.PROXY, Role.SYSTEM, Role.ADMINISTRATOR):
            relate(viewer=viewer_for(user), member_id=self.mine.member.pk, kind="call", reason="on the line")
        self.keys[role] = issue(user_id=user.pk, name=f"live {role.value}").secret
        if role is not Role.SYSTEM:
            browser = Client(raise_request_exception=False)
            assert browser.post("/demo/", {"user": user.email}, **HOST).status_code == 302
            self.browsers[role] = browser

    def call(self, method: str, path: str, body: dict[str, Any], caller: "Role | str | None") -> Any:
        """Call as a role (a page with its session, the API with its key), with a key, or as nobody."""
        browser = Client(raise_request_exception=False)
        more: dict[str, Any] = dict(HOST)
        if path.startswith("/api/"):
            headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
            key = self.keys[caller] if isinstance(caller, Role) else caller
            if key:
                headers["Authorization"] = f"Bearer {key}"
            sending = json.dumps(body).encode() if method == "POST" else b""
            return browser.generic(method, path, sending, "application/json", headers=headers, **more)
        if isinstance(caller, Role):
            browser.cookies = SimpleCookie(self.browsers[caller].cookies.output(header="", sep=";"))
        return browser.post(path, body, **more) if method == "POST" else browser.get(path, **more)

    def strangers_rows(self) -> list[Any]:
        """What is kept about the stranger, to tell whether a refused call left a mark on it."""
        number = self.theirs.member.pk
        with connection.cursor() as cursor:
            found = []
            for table, column in STRANGERS:
                cursor.execute(
                    f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                    f" WHERE {column} = %s",
                    [number],
                )
                found.append((table, cursor.fetchone()[0]))
        return found


STRANGERS = [
    ("members_member", "id"), ("members_contactroute", "member_id"), ("members_proxy", "member_id"),
    ("scheduling_appointment", "member_id"), ("frontdoor_request", "member_id"),
    ("outcomes_crisistask", "member_id"), ("outcomes_assessment", "member_id"),
    ("platform_workitem", "member_id"), ("platform_relationship", "member_id"),
]  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """Let what is inside happen, then take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def text_of(answer: Any) -> str:
    """Give what an answer says, streamed or not."""
    return (answer.getvalue() if answer.streaming else answer.content).decode("utf-8", "replace")
