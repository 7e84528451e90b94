"""What members choose about themselves: wishes, safe contact, language, who may act for them."""

from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from switchboard.frontdoor.core.conversation import questions
from switchboard.members.actions.choosing import remove_contact_route, set_language
from switchboard.members.actions.people import NotTaken, revoke_proxy, set_contact_route, set_preferences
from switchboard.members.choices import acted_for, acting_for, own_routes, spoken_by, wishes_of
from switchboard.members.queries import viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.portals.conversing import options_of
from switchboard.portals.matches import local_phone
from switchboard.portals.member.care import language, members_only
from switchboard.rulebook.listings import entries

own_only = for_roles(Role.MEMBER)
WISHES = {"meet": "modalities", "times": "times", "gender": "genders", "language": "languages",
          "background": "backgrounds"}  # fmt: skip
MOST_ROUTES = 10


def _own_id(viewer: Viewer) -> int:
    if viewer.member_id is None:
        raise Http404("This account has no member record.")
    return viewer.member_id


@members_only
def me(request: HttpRequest) -> HttpResponse:
    """Lead to what can be chosen and seen."""
    viewer = viewer_of(request)
    return render(request, "member/me.html", {"own": viewer.member_id is not None, "here": "me"})


@own_only
@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """Show what they would like in a person and a time, or keep it."""
    viewer = viewer_of(request)
    member_id = _own_id(viewer)
    if request.method == "POST":
        chosen = {name: _known(code, request.POST.getlist(code)) for code, name in WISHES.items()}
        set_preferences(member_id=member_id, by=viewer, **chosen)
        messages.success(request, _("Saved. We use this the next time you look for care."))
        return redirect("member_wishes")
    kept = wishes_of(viewer=viewer, member_id=member_id)
    asked = [_asked(code, list(getattr(kept, name))) for code, name in WISHES.items()]
    return render(request, "member/wishes.html", {"asked": asked, "here": "me"})


def _known(code: str, sent: list[str]) -> list[str]:
    """Keep of what was sent what the question offers; "either is fine" is no wish."""
    offered = {value for value, _label in options_of(questions(today())[code], language())}
    return [value for value in dict.fromkeys(sent) if value in offered and value != "any"]


def _asked(code: str, value: list[str]) -> dict[str, Any]:
    question = questions(today())[code]
    one = question.kind in ("one", "language")
    return {
        "code": code,
        "kind": "select" if question.kind == "language" else "one" if one else "many",
        "legend": question.text[language()],
        "hint": question.hint.get(language(), ""),
        "options": options_of(question, language()),
        "value": (value or ["any"])[0] if one else value,
    }


@own_only
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Show how they may be reached; POST adds, changes or removes one way."""
    viewer = viewer_of(request)
    member_id = _own_id(viewer)
    routes = own_routes(viewer=viewer, member_id=member_id)
    error = _changed(request, viewer, member_id, routes) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        messages.success(request, _("Saved."))
        return redirect("member_contact")
    context = {
        "routes": [(r, local_phone(r.value) if r.kind == "phone" else r.value) for r in routes],
        "kinds": [("phone", _("Phone")), ("email", _("Email")), ("mail", _("Letter"))],
        "only": any(r.confidential for r in routes),
        "error": error,
        "sent": request.POST,
        "here": "me",
    }
    return render(request, "member/contact.html", context, status=422 if error else 200)


def _changed(request: HttpRequest, viewer: Viewer, member_id: int, routes: list[Any]) -> str:
    """Do what the form asks; give what was wrong with it, or nothing."""
    sent = request.POST
    known = next((r for r in routes if str(r.route_id) == sent.get("route")), None)
    if "remove" in sent:
        if known is not None:
            remove_contact_route(member_id=member_id, route_id=known.route_id, by=viewer)
        return ""
    if known is None and len(routes) >= MOST_ROUTES:
        return _("That is as many as we can keep. Remove one first.")
    try:
        set_contact_route(
            member_id=member_id,
            kind=known.kind if known else sent.get("kind", ""),
            value=known.value if known else sent.get("value", "")[:400],
            rank=known.rank if known else 1 + max((r.rank for r in routes), default=0),
            may_text="may_text" in sent,
            may_leave_message="may_leave_message" in sent,
            discreet="discreet" in sent,
            confidential="confidential" in sent,
            by=viewer,
        )
    except NotTaken:
        return _("We could not read that. Check the number or address, and its kind.")
    return ""


@own_only
@require_http_methods(["GET", "POST"])
def spoken(request: HttpRequest) -> HttpResponse:
    """Show language and time zone, or keep them."""
    viewer = viewer_of(request)
    member_id = _own_id(viewer)
    kept = spoken_by(viewer=viewer, member_id=member_id)
    known = dict(options_of(questions(today())["language"], language()))
    zones = [(code, entry[language()]) for code, entry in entries("time_zones").items()]
    error = ""
    if request.method == "POST":
        said, zone = request.POST.get("language", ""), request.POST.get("time_zone", "")
        if said in known and zone in available_timezones():
            set_language(
                member_id=member_id, language=said, time_zone=zone,
                interpreter="interpreter" in request.POST, by=viewer,
            )  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("member_spoken")
        error = _("Please choose from the list.")
    if kept.time_zone not in dict(zones):
        zones.append((kept.time_zone, kept.time_zone.replace("_", " ")))
    context = {"kept": kept, "spoken": kept.language.partition("-")[0], "languages": known.items(),
               "zones": zones, "error": error, "here": "me"}  # fmt: skip
    return render(request, "member/spoken.html", context, status=422 if error else 200)


@members_only
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show who may act for them and for whom they may act; POST ends a grant of theirs."""
    viewer = viewer_of(request)
    acting = (
        acting_for(viewer=viewer, member_id=viewer.member_id)
        if viewer.role is Role.MEMBER and viewer.member_id
        else []
    )
    if request.method == "POST":
        ended = next((a for a in acting if str(a.proxy_id) == request.POST.get("proxy")), None)
        if ended is None:
            raise Http404("Nobody of that number acts for you.")
        revoke_proxy(proxy_id=ended.proxy_id, by=viewer)
        messages.success(request, _("Done. They can no longer act for you."))
        return redirect("member_people")
    context = {
        "acting": [(a, _kinds().get(a.kind, a.kind), _may(a.may)) for a in acting],
        "acted": [(a, _kinds().get(a.kind, a.kind), _may(a.may)) for a in acted_for(viewer=viewer)],
        "own": viewer.role is Role.MEMBER,
        "here": "me",
    }
    return render(request, "member/people.html", context)


def _kinds() -> dict[str, str]:
    return {
        "parent": _("Parent"),
        "guardian": _("Guardian"),
        "health_care_agent": _("Health care agent"),
        "helper": _("Helper"),
    }


def _may(may: tuple[str, ...]) -> list[str]:
    words = {
        "appointments": _("See and book visits"),
        "assessments": _("Answer the questions"),
        "record": _("See the record"),
        "messages": _("Get messages"),
    }
    return [words[one] for one in may if one in words]


@members_only
def notice(request: HttpRequest) -> HttpResponse:
    """Say in plain words who sees what."""
    return render(request, "member/notice.html", {"here": "me"})
