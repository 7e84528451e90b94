"""Callers of the API with keys of their own, and something to call about."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from switchboard.platform.roles import Role
from tests.access.conftest import demo, member, noon, signed_in, user  # noqa: F401 - fixtures


class Caller:
    """A program with a key. Every POST brings a new Idempotency-Key unless it names one."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str):
        sent = {"Authorization": f"Bearer {self.secret}"}
        if method == "POST":
            sent["Idempotency-Key"] = uuid4().hex
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = sent.pop("Content-Type", "application/json")
        return self.client.generic(method, f"/api{path}", data, kind, headers=sent, HTTP_HOST="localhost")

    def get(self, path: str, **headers: str):
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any):
        return self.send("POST", path, body, **more)


@pytest.fixture
def caller(user) -> Callable[..., Caller]:  # noqa: F811
    """Make a caller of a role."""
    from switchboard.platform.tokens import issue

    def make(role: Role = Role.SYSTEM, scopes: tuple[str, ...] = (), **more: Any) -> Caller:
        own = user(role, **more)
        made = Caller(issue(user_id=own.pk, name="test", scopes=scopes).secret)
        made.user = own
        return made

    return make


@pytest.fixture
def system(caller) -> Caller:
    """A system that may read and write what a scheduling partner needs."""
    return caller(scopes=("read:D2", "write:D2", "read:D3", "read:D4", "write:assessments"))


@pytest.fixture
def desk(caller) -> Caller:
    """A navigator with a key."""
    return caller(Role.NAVIGATOR)


def know(caller: Caller, one: Any) -> None:
    """Open a member's record to a caller, as for a call."""
    from switchboard.members.queries import viewer_for
    from switchboard.platform.audit import relate

    relate(viewer=viewer_for(caller.user), member_id=one.pk, kind="call", reason="asked for care")


@pytest.fixture
def role_with_slots(db):
    """A therapist with five open hours; give the slots, soonest first."""
    from switchboard.matching.queries import forget
    from switchboard.network.models import Licence, Location, Practitioner, PractitionerRole, Source
    from switchboard.scheduling.models import Schedule, Slot

    source = Source.objects.create(name="Elm Street", kind="small_group")
    place = Location.objects.create(
        name="Elm Street", state="CT", zip5="06106", latitude=41.75, longitude=-72.69
    )
    person = Practitioner.objects.create(
        family_name="Rivera", given_name="Luz", languages=["en", "es"], gender="female", behavioral=True
    )
    Licence.objects.create(practitioner=person, state="CT", number="1")
    role = PractitionerRole.objects.create(
        practitioner=person, location=place, source=source, treats=["depression", "anxiety"],
        levels_of_care=["outpatient"], modalities=["in_person", "video"], lines_of_business=["COM"],
    )  # fmt: skip
    schedule = Schedule.objects.create(
        source=source, role=role, practitioner=person, time_zone="America/New_York"
    )
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    forget()
    return [
        Slot.objects.create(
            schedule=schedule, role=role, practitioner=person, starts_at=begin + timedelta(hours=n),
            ends_at=begin + timedelta(hours=n, minutes=50),
        )
        for n in range(5)
    ]  # fmt: skip


@pytest.fixture
def taking(member, role_with_slots, desk) -> dict[str, Any]:  # noqa: F811
    """A body that books the first slot for a covered member, who is on the line with the desk."""
    from datetime import date

    from switchboard.members.models import Coverage

    one = member(state="CT", sex="female", latitude=41.77, longitude=-72.7)
    Coverage.objects.create(member=one, line_of_business="COM", period=(date(2020, 1, 1), date(2040, 1, 1)))
    know(desk, one)
    return {"member": str(one.public_id), "slot_id": role_with_slots[0].pk, "modality": "video"}
