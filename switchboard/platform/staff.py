"""Who works here: enrolling staff, and letting them go. Access ends with the call that ends it."""

import re
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from switchboard.platform.clock import now
from switchboard.platform.models import User
from switchboard.platform.roles import STAFF, Role
from switchboard.platform.tokens import forget

log = structlog.get_logger("switchboard.staff")

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


class StaffError(ValueError):
    """The change asked for cannot be made; the message says why and what can be done."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user as lists show them."""

    email: str
    name: str
    role: str
    active: bool
    synthetic: bool


@transaction.atomic
def enrol(*, email: str, name: str, role: str, licence: str = "") -> Colleague:
    """Record a staff user, who signs in with a code by email, then adds a passkey. Raises StaffError."""
    if not _ADDRESS.fullmatch(email):
        raise StaffError("That is no email address: it needs a name, an @ and a domain.")
    if role not in {known.value for known in STAFF}:
        raise StaffError(f"{role!r} is no staff role. Choose one of: {', '.join(sorted(STAFF))}.")
    if Role(role) is Role.CRISIS_CLINICIAN and not licence:
        raise StaffError("A crisis clinician needs a licence: only a licensed user may close a crisis task.")
    if User.objects.filter(email=email.lower()).exists():
        raise StaffError("That email address has a user already; `switchboard user list` shows the role.")
    user = User.objects.create_user(email, name=name, role=role, licence=licence)
    log.info("user enrolled", role=role)
    return _colleague(user)


@transaction.atomic
def dismiss(*, email: str) -> Colleague:
    """End a user's access now, in every session and token. Raises StaffError when there is no such user."""
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        raise StaffError("No user has that email address; `switchboard user list` shows them all.")
    if user.is_active:
        user.is_active = False
        user.deactivated_at = now()
        user.save(update_fields=["is_active", "deactivated_at"])
        forget()
        log.info("user dismissed", role=user.role)
    return _colleague(user)


@transaction.atomic
def away(*, email: str, until: datetime | None) -> Colleague:
    """Note that a user is on leave until an instant, or (None) is back: alarms go on to the next person.

    A crisis call that they hold counts as nobody's meanwhile. Raises StaffError when there is no such user.
    """
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        raise StaffError("No user has that email address; `switchboard user list` shows them all.")
    user.away_until = until
    user.save(update_fields=["away_until"])
    log.info("user on leave" if until else "user back", role=user.role)
    return _colleague(user)


def colleagues() -> list[Colleague]:
    """Give every user who is not a member, by role."""
    staff = User.objects.filter(role__in=[role.value for role in STAFF]).order_by("role", "email")
    return [_colleague(user) for user in staff]


def one_per_role() -> list[Colleague]:
    """Give the first synthetic user of each role, whom the demo offers to sign in as."""
    made = User.objects.filter(synthetic=True, is_active=True).order_by("role", "id").distinct("role")
    return [_colleague(user) for user in made]


def _colleague(user: User) -> Colleague:
    return Colleague(user.email, user.name, user.role, user.is_active, user.synthetic)
