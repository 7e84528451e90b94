"""People who sign in: who holds a role, who they are."""

from dataclasses import dataclass

from switchboard.platform.clock import now
from switchboard.platform.models import User
from switchboard.platform.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A user as others need them."""

    user_id: int
    email: str
    name: str


def people_with_role(role: Role) -> list[Person]:
    """Give the users of a role who are at work (active, not on leave), in a steady order."""
    rows = User.objects.filter(role=role.value, is_active=True).exclude(away_until__gt=now()).order_by("id")
    return [Person(u.pk, u.email, u.name) for u in rows]


def drill_user() -> int:
    """Give the id of the user that closes alarm drills; nobody can sign in as it."""
    row, _ = User.objects.get_or_create(
        email="alarm-drill@switchboard.invalid",
        defaults={
            "name": "Alarm drill",
            "role": Role.SYSTEM.value,
            "synthetic": True,
            "is_active": False,
            "deactivated_at": now(),
        },
    )
    return row.pk
