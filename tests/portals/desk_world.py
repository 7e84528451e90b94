"""A small world for the desk: one of each of its people, a member, a therapist with open hours."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client

from switchboard.frontdoor.actions import answer_item, ask, finish, say
from switchboard.frontdoor.core.conversation import next_step
from switchboard.frontdoor.queries import RequestView, said_for
from switchboard.matching.queries import forget
from switchboard.members.models import ContactRoute, Coverage, Member
from switchboard.network.models import (
    Licence,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Source,
)
from switchboard.platform.access import Viewer
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Schedule, Slot

HOST = {"HTTP_HOST": "localhost"}
OWN: dict[str, Any] = {
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


@dataclass
class Desk:
    """People by role, and browsers they have signed in with."""

    people: dict[Role, User] = field(default_factory=dict)

    def person(self, role: Role, licence: str = "") -> User:
        if role not in self.people:
            self.people[role] = User.objects.create_user(
                f"{role.value}@example.org", name=f"Invented {role.value}", role=role.value,
                synthetic=True, licence=licence,
            )  # fmt: skip
        return self.people[role]

    def browser(self, role: Role, licence: str = "") -> Client:
        browser = Client()
        answer = browser.post("/demo/", {"user": self.person(role, licence).email}, **HOST)
        assert answer.status_code == 302
        return browser

    def member(self, number: str = "HL00004242", **more: Any) -> Member:
        told: dict[str, Any] = {
            "member_number": number, "family_name": "Quintero", "given_name": "Rosa",
            "birth_date": date(1986, 5, 1), "sex": "female", "city": "Hartford", "state": "CT",
            "zip5": "06105", "latitude": 41.77, "longitude": -72.70,
        }  # fmt: skip
        member = Member.objects.create(**(told | more))
        ContactRoute.objects.create(
            member=member, kind="phone", value=f"+1860555{member.pk % 10000:04d}", may_leave_message=False
        )
        Coverage.objects.create(
            member=member, line_of_business="COM", plan_name="Harbor Light Choice",
            period=(date(2020, 1, 1), date(2040, 1, 1)),
        )  # fmt: skip
        return member

    def speaker(self, member: Member) -> Viewer:
        """The member themselves."""
        user = User.objects.create_user(f"m{member.pk}@example.org", name="A member", role="member")
        return Viewer(user.pk, user.name, Role.MEMBER, member_id=member.pk)

    def asked(self, member: Member, items: dict[str, int] | None = None) -> RequestView:
        """The member answers everything; the request is triaged."""
        return self.asked_by(self.speaker(member), LOW if items is None else items)

    def asked_by(self, viewer: Viewer, given: dict[str, int] = LOW) -> RequestView:
        """A member who is signed in answers everything."""
        assert viewer.member_id is not None
        view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
        for _ in range(60):
            said, _begun = said_for(viewer=viewer, request=view, language="en")
            step = next_step(said)
            if step is None:
                finish(request=view, by=viewer, language="en")
                return view
            if step.instrument:
                answer_item(
                    request_id=view.request_id, instrument=step.instrument, link_id=step.code,
                    value=given.get(step.code, 0), by=viewer, language="en",
                )  # fmt: skip
            else:
                say(request_id=view.request_id, question=step.code, value=OWN[step.code], by=viewer)
        raise AssertionError("The conversation does not end.")

    def slots(self, count: int = 6, name: str = "Luz Rivera") -> list[int]:
        """A therapist two miles away with so many open hours from the day after tomorrow."""
        given, family = name.split()
        source, _ = Source.objects.get_or_create(name="Elm Street", kind="small_group")
        group, _ = Organization.objects.get_or_create(name="Elm Street Counseling")
        place = Location.objects.create(
            name="Elm Street", address_line="12 Elm Street", city="Hartford", state="CT", zip5="06106",
            latitude=41.75, longitude=-72.69, organization=group,
        )  # fmt: skip
        person = Practitioner.objects.create(
            family_name=family, given_name=given, languages=["en", "es"], gender="female", behavioral=True,
            credential="LCSW", profession="social_worker",
        )  # fmt: skip
        Licence.objects.create(practitioner=person, state="CT", number=str(person.pk))
        role = PractitionerRole.objects.create(
            practitioner=person, location=place, source=source, organization=group,
            treats=["depression", "anxiety", "self_harm"], levels_of_care=["outpatient"],
            modalities=["in_person", "video"], lines_of_business=["COM"],
        )  # fmt: skip
        schedule = Schedule.objects.create(
            source=source, role=role, practitioner=person, time_zone="America/New_York"
        )
        first = datetime.now(UTC).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=2)
        made = [
            Slot.objects.create(
                schedule=schedule, role=role, practitioner=person, starts_at=first + timedelta(days=n),
                ends_at=first + timedelta(days=n, minutes=50),
            ).pk
            for n in range(count)
        ]  # fmt: skip
        forget()
        return made
