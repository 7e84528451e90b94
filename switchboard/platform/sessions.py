"""When a session ends, and whether it is strong enough; the rule ``access/sessions`` holds the times."""

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from switchboard.platform.clock import now, today
from switchboard.platform.roles import STAFF, Role
from switchboard.rulebook.rules import rule

BEGAN, SEEN, DEMO = "began", "seen", "demo"
WRITE_EVERY = timedelta(minutes=1)  # a session row is not written for every click


def begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Start a session's clocks at the sign-in itself: one that nobody used since is idle too."""
    request.session[BEGAN] = request.session[SEEN] = now().timestamp()


def over(session: SessionBase, role: Role, *, attended: bool = True) -> bool:
    """Say whether a session has been idle, or has lasted, too long; else note that it was used.

    ``attended`` is False when a page asked by itself: nobody need be there.
    """
    times = rule("access/sessions").on(today()).data
    who = "staff" if role in STAFF else "member"
    present = now().timestamp()
    began, seen = session.setdefault(BEGAN, present), session.setdefault(SEEN, present)
    if present - seen > times[f"{who}_idle_minutes"] * 60 or present - began > times[f"{who}_hours"] * 3600:
        return True
    if attended and present - seen > WRITE_EVERY.total_seconds():
        session[SEEN] = present
    return False


def strong_enough(request: HttpRequest, user: Any) -> bool:
    """Say whether this session may see pages: staff need a passkey or an authenticator's code in it.

    A demo session of an invented user needs none; it exists only behind the demo's own door.
    """
    if Role(user.role) not in STAFF or _in_demo(request, user):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def _in_demo(request: HttpRequest, user: Any) -> bool:
    return bool(settings.DEMO and request.session.get(DEMO) and user.synthetic)
