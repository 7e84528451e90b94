"""What every page of the desk has around it: who is signed in, what is waiting, where one may go."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats

from switchboard.members.queries import viewer_of
from switchboard.outcomes.queries import crisis_count
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles, unattended
from switchboard.platform.roles import Role

CALLS = (Role.NAVIGATOR, Role.SUPERVISOR, Role.CARE_MANAGER)  # who talks with members and sees the queue
BOOKS = (Role.NAVIGATOR, Role.SUPERVISOR)  # who changes their appointments
CRISIS = (Role.CRISIS_CLINICIAN, Role.SUPERVISOR, Role.CARE_MANAGER)  # who may know why somebody is called
EVERYBODY = tuple(dict.fromkeys((*CALLS, *CRISIS)))
ROLE_WORDS = {
    Role.NAVIGATOR: "Navigator",
    Role.SUPERVISOR: "Supervisor",
    Role.CARE_MANAGER: "Care manager",
    Role.CRISIS_CLINICIAN: "Crisis clinician",
}


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    here: str = "",
    counted: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page of the desk.

    ``counted`` puts the counts of the navigation in at once; otherwise the page asks for them itself.
    """
    viewer = viewer_of(request)
    frame: dict[str, Any] = {
        "here": here,
        "me": viewer,
        "my_role": ROLE_WORDS.get(viewer.role, viewer.role.value),
        "may_call": viewer.role in CALLS,
        "may_book": viewer.role in BOOKS,
        "may_crisis": viewer.role in CRISIS,
        "now": now(),
    }
    if counted:
        frame |= _counts()
    return render(request, template, frame | context, status=status)


def _counts() -> dict[str, int]:
    crises, untaken = crisis_count()
    return {"crises": crises, "untaken": untaken}


@for_roles(*EVERYBODY)
@unattended
def counts(request: HttpRequest) -> HttpResponse:
    """Give the count of crisis calls anew, every few seconds."""
    return page(request, "desk/count.html", {}, counted=True)


def clock_words(at: datetime, zone: str = "America/New_York") -> str:
    """Say an instant in a place's time: ``Tue, Dec 1, 9:30 AM``."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), "D, M j, g:i A")
