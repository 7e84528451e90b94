"""Users and work in bulk, for the demo and for moves from another system."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from switchboard.platform.copying import copy_rows
from switchboard.platform.models import User

Progress = Callable[[int], object]


class UserRow(NamedTuple):
    """One user. ``password``: ``!`` and anything is one nobody can sign in with (code or passkey only)."""

    id: int
    email: str
    name: str
    role: str
    created_at: datetime
    password: str
    language: str = "en"
    licence: str = ""
    synthetic: bool = False
    is_active: bool = True
    last_login: datetime | None = None
    deactivated_at: datetime | None = None


class WorkRow(NamedTuple):
    """One thing to do, open or closed; closed means when and how (``outcome``)."""

    id: int
    public_id: UUID | str
    queue: str
    kind: str
    member_id: int | None
    subject: str
    note: str
    urgency: int
    opened_at: datetime
    due_at: datetime
    once: str
    not_before: datetime | None = None
    assigned_to_id: int | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None
    outcome: str = ""


def load_users(rows: Iterable[UserRow], *, progress: Progress | None = None) -> int:
    """Write users as they are."""
    return copy_rows("platform_user", UserRow, rows, progress=progress)


def load_work(rows: Iterable[WorkRow], *, progress: Progress | None = None) -> int:
    """Write things to do as they are."""
    return copy_rows("platform_workitem", WorkRow, rows, progress=progress)


def synthetic_user(email: str) -> bool:
    """Tell whether this user exists and was made up."""
    return User.objects.filter(email=email, synthetic=True).exists()
