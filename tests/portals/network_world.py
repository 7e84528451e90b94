"""A small network: a therapist two sources name, her group, her hours; and browsers for each role."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.test import Client

from switchboard.network.models import (
    FieldEvidence,
    Licence,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
    Source,
)
from switchboard.platform.clock import now
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Schedule

HOST = {"HTTP_HOST": "localhost"}


@dataclass
class World:
    """People by role with their browsers, and what the tests look at."""

    people: dict[Role, User] = field(default_factory=dict)

    def person(self, role: Role) -> User:
        if role not in self.people:
            self.people[role] = User.objects.create_user(
                f"{role.value}@example.org",
                name=f"Invented {role.value}",
                role=role.value,
                synthetic=True,
                licence="DEMO-1",
            )
        return self.people[role]

    def browser(self, role: Role) -> Client:
        browser = Client()
        answer = browser.post("/demo/", {"user": self.person(role).email}, **HOST)
        assert answer.status_code == 302
        return browser

    def source(self, name: str = "Elm Street", kind: str = "small_group", rank: int = 50) -> Source:
        return Source.objects.get_or_create(name=name, defaults={"kind": kind, "rank": rank})[0]

    def therapist(self, name: str = "Luz Rivera", npi: str = "1234567893", **more: Any) -> PractitionerRole:
        """A social worker in Hartford whom Elm Street offers; ``more`` changes her role."""
        given, family = name.split()
        group, _ = Organization.objects.get_or_create(name="Elm Street Counseling")
        place, _ = Location.objects.get_or_create(
            name="Elm Street", address_line="12 Elm Street", city="Hartford", state="CT", zip5="06106",
            latitude=41.75, longitude=-72.69, organization=group,
        )  # fmt: skip
        person = Practitioner.objects.create(
            family_name=family, given_name=given, languages=["en", "es"], gender="female", behavioral=True,
            credential="LCSW", profession="social_worker", npi=npi or None,
        )  # fmt: skip
        day = date(2020, 1, 1)
        Licence.objects.create(practitioner=person, state="CT", number="L1", period=(day, date(2090, 1, 1)))
        told: dict[str, Any] = {
            "treats": ["depression", "anxiety"], "levels_of_care": ["outpatient"],
            "modalities": ["in_person", "video"], "lines_of_business": ["COM"],
        }  # fmt: skip
        return PractitionerRole.objects.create(
            practitioner=person, location=place, source=self.source(), organization=group, **(told | more)
        )

    def word(self, about: str, subject: int, of: str, value: Any, days_ago: int, **by: Any) -> None:
        """A source's word on a field, given so many days ago."""
        at = now() - timedelta(days=days_ago)
        FieldEvidence.objects.create(
            kind=about, subject_id=subject, field=of, value=value, method="import",
            source=self.source(**by), verified_at=at, due_at=at + timedelta(days=90),
        )  # fmt: skip

    def schedule(self, role: PractitionerRole, **more: Any) -> Schedule:
        told: dict[str, Any] = {"time_zone": "America/New_York", "source": role.source}
        return Schedule.objects.create(role=role, practitioner=role.practitioner, **(told | more))
