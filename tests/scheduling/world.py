"""A small world for booking: one practitioner or several, members, slots drawn by the hour."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from switchboard.members.models import Member
from switchboard.network.models import Practitioner, PractitionerRole, Source
from switchboard.scheduling.models import Schedule, Slot

MONDAY = datetime(2030, 3, 4, tzinfo=UTC)


@dataclass
class World:
    """Makes rows; every name is a counter."""

    made: int = 0

    def number(self) -> int:
        self.made += 1
        return self.made

    def member(self) -> int:
        number = self.number()
        return Member.objects.create(
            member_number=f"M{number}", family_name="Example", birth_date=date(1990, 1, 1)
        ).pk

    def schedule(self, practitioner: Practitioner | None = None, zone: str = "UTC", **more: Any) -> Schedule:
        source, _ = Source.objects.get_or_create(name=f"Source {self.number()}", kind="independent")
        role = practitioner and PractitionerRole.objects.create(practitioner=practitioner, source=source)
        return Schedule.objects.create(
            source=source, role=role, practitioner=practitioner, time_zone=zone, **more
        )

    def practitioner(self) -> Practitioner:
        return Practitioner.objects.create(family_name=f"Practitioner {self.number()}")

    def slot(
        self, schedule: Schedule | None = None, at: float = 9, hours: float = 1, seats: int = 1, **more: Any
    ) -> int:
        """Open a slot ``at`` that hour of Monday 2030-03-04 UTC."""
        schedule = schedule or self.schedule(self.practitioner())
        starts = MONDAY + timedelta(hours=at)
        return Slot.objects.create(
            schedule=schedule,
            role_id=schedule.role_id,
            practitioner_id=schedule.practitioner_id,
            starts_at=starts,
            ends_at=starts + timedelta(hours=hours),
            seats=seats,
            **more,
        ).pk
