"""A member on a phone: Ana, forty, in Hartford, with a therapist near her who has open times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client, override_settings

from switchboard.platform.roles import Role

ANSWERS = {
    "reasons": ["mood"],
    "place": "CT",
    "perinatal": "no",
    "unusual": ["none"],
    "history": ["none"],
    "function": "1",
    "wants": "talk",
    "meet": ["in_person", "video"],
    "times": [],
    "gender": "any",
    "language": "en",
    "background": [],
    "contact": "message",
}
LOW = {"phq2-1": 2, "phq2-2": 2, **{f"phq9-{n}": 1 for n in range(3, 9)}}


@pytest.fixture
def demo():
    """The demo is on, and cookies may travel over plain HTTP."""
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield


@pytest.fixture
def person(db) -> Callable[..., SimpleNamespace]:
    """Make a covered member of Hartford who signs in: ``user``, ``member``, ``viewer``."""
    from switchboard.members.models import Coverage, Member
    from switchboard.members.queries import viewer_for
    from switchboard.platform.models import User

    def make(name: str, born: date = date(1986, 5, 1), signs_in: bool = True, **more) -> SimpleNamespace:
        user = None
        if signs_in:
            told = {"name": f"{name} Example", "role": Role.MEMBER.value, "synthetic": True}
            user = User.objects.create_user(f"{name.lower()}@example.org", **told)
        place = {"state": "CT", "zip5": "06105", "latitude": 41.77, "longitude": -72.70}
        member = Member.objects.create(
            member_number=f"M-{name}", family_name="Example", given_name=name, birth_date=born,
            sex="female", user=user, **(place | more),
        )  # fmt: skip
        period = (date(2020, 1, 1), date(2040, 1, 1))
        Coverage.objects.create(member=member, line_of_business="COM", period=period)
        return SimpleNamespace(user=user, member=member, viewer=viewer_for(user) if user else None)

    return make


@pytest.fixture
def ana(person) -> SimpleNamespace:
    return person("Ana")


@pytest.fixture
def signed_in(demo) -> Callable[..., Client]:
    """Sign a user in through the demo's door; give the browser."""

    def enter(user, **more) -> Client:
        browser = Client(HTTP_HOST="localhost", **more)
        answer = browser.post("/demo/", {"user": user.email})
        assert answer.status_code == 302, answer.content
        return browser

    return enter


@pytest.fixture
def phone(ana, signed_in) -> Client:
    """Ana's browser."""
    return signed_in(ana.user)


@pytest.fixture
def therapist(db) -> Callable[..., list[int]]:
    """Make a therapist in Hartford with ``times`` open hours, the first in ``days``; give the slots."""
    from switchboard.matching.queries import forget
    from switchboard.network.models import Licence, Location, Practitioner, PractitionerRole, Source
    from switchboard.scheduling.models import Schedule, Slot

    def make(name: str = "Luz Rivera", days: int = 3, times: int = 5, **more) -> list[int]:
        given, family = name.split()
        source = Source.objects.create(name=f"{family} Counseling", kind="small_group")
        place = Location.objects.create(
            name="Elm Street", state="CT", zip5="06106", latitude=41.75, longitude=-72.69
        )
        who = Practitioner.objects.create(
            family_name=family, given_name=given, languages=["en", "es"], gender="female", behavioral=True
        )
        Licence.objects.create(practitioner=who, state="CT", number=f"L-{family}")
        offered = {"treats": ["depression", "anxiety"], "levels_of_care": ["outpatient"],
                   "modalities": ["in_person", "video"], "lines_of_business": ["COM"]}  # fmt: skip
        role = PractitionerRole.objects.create(
            practitioner=who, location=place, source=source, **(offered | more)
        )
        zone = "America/New_York"
        schedule = Schedule.objects.create(source=source, role=role, practitioner=who, time_zone=zone)
        first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
        starts = [first + timedelta(hours=2 * n) for n in range(times)]
        made = [
            Slot.objects.create(
                schedule=schedule, role=role, practitioner=who, starts_at=at,
                ends_at=at + timedelta(minutes=50),
            ).pk
            for at in starts
        ]  # fmt: skip
        forget()
        return made

    return make


@pytest.fixture
def answered() -> Callable[..., object]:
    """Answer every question for a viewer's own record (or another's) up to ``before``; give the request."""
    from switchboard.frontdoor.actions import answer_item, ask, finish, say
    from switchboard.frontdoor.core.conversation import next_step
    from switchboard.frontdoor.queries import request_of, said_for

    def go(viewer, member_id: int | None = None, before: str = "", items=LOW, **own):
        whose = member_id or viewer.member_id
        channel = "portal" if whose == viewer.member_id else "proxy"
        view = ask(member_id=whose, channel=channel, by=viewer)
        while True:
            said, _ = said_for(viewer=viewer, request=view, language="en")
            step = next_step(said)
            if step is None or step.key == before:
                break
            if step.instrument:
                answer_item(
                    request_id=view.request_id, instrument=step.instrument, link_id=step.code,
                    value=items.get(step.code, 0), by=viewer, language="en",
                )  # fmt: skip
            else:
                value = (ANSWERS | own)[step.code]
                say(request_id=view.request_id, question=step.code, value=value, by=viewer)
        if not before:
            finish(request=view, by=viewer, language="en")
        return request_of(viewer=viewer, public_id=view.public_id)

    return go
