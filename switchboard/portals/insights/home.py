"""Insights, the first page: who asks, how long it takes, and where there is time to give."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from switchboard.insights.queries import demand_now, states_served, supply_counted
from switchboard.members.queries import viewer_of
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.portals.insights import demand, supply
from switchboard.portals.insights.choosing import ChoiceForm


@for_roles(Role.NETWORK_MANAGER, Role.CONTRACT_ANALYST, Role.SUPERVISOR)
def home(request: HttpRequest) -> HttpResponse:
    """Show demand beside supply for the line, state, urgency and weeks that the address names."""
    given = {name: request.GET[name] for name in ("line", "state", "urgency", "weeks") if name in request.GET}
    form = ChoiceForm(given, states_served())
    choice = form.choice()
    asked, time = demand_now(choice), supply_counted(choice)
    shown = demand.shown(asked, choice, now()) | supply.shown(time, asked, now(), choice)
    around = {
        "form": form,
        "choice": choice,
        "role": ROLE_WORDS[viewer_of(request).role],
        "at_desk": viewer_of(request).role is Role.SUPERVISOR,
        "in_network": viewer_of(request).role is not Role.CONTRACT_ANALYST,
    }
    return render(request, "insights/home.html", shown | around)


ROLE_WORDS = {
    Role.NETWORK_MANAGER: "Network manager",
    Role.CONTRACT_ANALYST: "Contract analyst",
    Role.SUPERVISOR: "Supervisor",
}
