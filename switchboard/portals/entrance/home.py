"""The first address: it leads each role to its own first page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from switchboard.platform.doors import public
from switchboard.platform.roles import Role

#: The route of each role's first page. A role without one stays on the plain first page.
FIRST_PAGE = {
    Role.MEMBER: "member_home",
    Role.PROXY: "member_home",
    Role.NAVIGATOR: "desk_home",
    Role.CARE_MANAGER: "desk_home",
    Role.SUPERVISOR: "desk_home",
    Role.CRISIS_CLINICIAN: "desk_crisis",
    Role.NETWORK_MANAGER: "network_home",
    Role.ADMINISTRATOR: "network_home",
    Role.PRACTITIONER: "network_own_hours",
    Role.PRACTICE_MANAGER: "network_own_hours",
    Role.CONTRACT_ANALYST: "insights_home",
}


@public
def home(request: HttpRequest) -> HttpResponse:
    """Lead the signed-in to their page; tell everybody else how to get in."""
    user: Any = request.user
    if user.is_authenticated:
        try:
            return HttpResponseRedirect(reverse(FIRST_PAGE[Role(user.role)]))
        except (KeyError, NoReverseMatch):
            return render(request, "entrance/nothing_yet.html")
    return redirect("account_request_login_code")
