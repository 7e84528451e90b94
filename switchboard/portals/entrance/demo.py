"""The demo's door: on this machine only, one click signs in as an invented person of each role."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from switchboard.platform.doors import public
from switchboard.platform.mail import kept
from switchboard.platform.roles import Role
from switchboard.platform.signin import demo_open, sign_in_to_demo
from switchboard.platform.staff import one_per_role


def _demo_only(request: HttpRequest) -> None:
    if not demo_open(request):
        raise Http404("The demo's door opens on this machine only, with SWITCHBOARD_DEMO=1.")


@public
def door(request: HttpRequest) -> HttpResponse:
    """Offer one button a role; a click signs in."""
    _demo_only(request)
    if request.method == "POST" and sign_in_to_demo(request, request.POST.get("user", "")):
        return HttpResponseRedirect(reverse("home"))
    words = role_words()
    found = {Role(one.role): one for one in one_per_role()}
    tells = what_they_do()
    people = [(found[role], words[role], tells.get(role, "")) for role in Role if role in found]
    context = {"people": [p for p in people if p[2]], "later": [p for p in people if not p[2]]}
    return render(request, "entrance/demo.html", context)


@public
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the mail that the stand-in kept; nothing was sent."""
    _demo_only(request)
    return render(request, "entrance/mailbox.html", {"kept": kept()})


def what_they_do() -> dict[Role, str]:
    """Say what each role with pages of its own can try; the others have none yet."""
    return {
        Role.MEMBER: _("Answers questions, sees who fits and why, books a time"),
        Role.PROXY: _("Does the same for a child"),
        Role.NAVIGATOR: _("Does it for a caller; works through who waits"),
        Role.CARE_MANAGER: _("Sees the queue and the crisis calls"),
        Role.CRISIS_CLINICIAN: _("Takes and closes crisis calls"),
        Role.SUPERVISOR: _("Sees all of it; decides which records are one person"),
        Role.PRACTITIONER: _("Sets weekly hours"),
        Role.PRACTICE_MANAGER: _("Sets the hours of a practice"),
        Role.NETWORK_MANAGER: _("Looks after the directory and its imports; sees demand beside supply"),
        Role.CONTRACT_ANALYST: _("Sees demand beside supply"),
        Role.ADMINISTRATOR: _("Reads the directory and how imports went"),
    }


def role_words() -> dict[Role, str]:
    """Give each role's name for the reader."""
    return {
        Role.MEMBER: _("Member"),
        Role.PROXY: _("Parent or guardian"),
        Role.NAVIGATOR: _("Navigator"),
        Role.CARE_MANAGER: _("Care manager"),
        Role.CRISIS_CLINICIAN: _("Crisis clinician"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.PRACTITIONER: _("Practitioner"),
        Role.PRACTICE_MANAGER: _("Practice manager"),
        Role.REVIEWER: _("Utilization reviewer"),
        Role.NETWORK_MANAGER: _("Network manager"),
        Role.CONTRACT_ANALYST: _("Contract analyst"),
        Role.APPEALS_COORDINATOR: _("Appeals coordinator"),
        Role.AUDITOR: _("Auditor"),
        Role.SYSTEM: _("Another system"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
