"""People who can help, as cards; two taps to an appointment."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from switchboard.frontdoor.actions import book, offer
from switchboard.frontdoor.queries import RequestView
from switchboard.kernel.reasons import Reason
from switchboard.members.queries import viewer_of
from switchboard.network.queries import role_cards
from switchboard.platform.access import Viewer
from switchboard.portals.matches import chosen_slot, day_of, hour_of, how, match_cards
from switchboard.portals.member.care import language, members_only, request_or_404
from switchboard.rulebook.words import say
from switchboard.scheduling.queries import slot_of

WIDER: dict[str, dict[str, Any]] = {
    "video": {"meet": ["in_person", "video", "phone"]},
    "far": {"max_miles": 200},
}


@members_only
def matches(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show who fits, best first, with reasons; when nobody does, why and what would help."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    if found.state == "open":
        return redirect("member_care", key=key)
    return _shown(request, viewer, found)


def _shown(request: HttpRequest, viewer: Viewer, found: RequestView, told: str = "") -> HttpResponse:
    changed = WIDER.get(request.GET.get("wider", ""), {})
    offered = offer(request_id=found.request_id, by=viewer, changed=changed)
    context = {
        "key": found.public_id,
        "matches": match_cards(offered.found.outcome, offered.need, offered.place),
        "why_none": [] if offered.found.outcome else [say(r, language()) for r in offered.found.because],
        "told": told,
        "sensitive_used": bool(offered.need.likes_cultures or offered.need.likes_gender),
    }
    return render(request, "member/matches.html", context, status=409 if told else 200)


@members_only
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the time chosen once more (GET or a card's button), and book it (POST with ``book``)."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = chosen_slot(sent.get("time", ""))
    slot = slot_of(chosen[0]) if chosen else None
    if chosen is None or slot is None:
        return redirect("member_matches", key=key)
    if "book" in request.POST:
        return _booked(request, viewer, found, chosen, sent.get("idempotency", ""))
    card = role_cards([slot.role_id]).get(slot.role_id) if slot.role_id else None
    zone = slot.time_zone
    context = {
        "key": key,
        "time": sent["time"],
        "card": card,
        "day": day_of(slot.starts_at, zone),
        "hour": hour_of(slot.starts_at, zone),
        "how": how(chosen[1]),
        "in_person": chosen[1] == "in_person",
        "idempotency": get_random_string(24),
    }
    return render(request, "member/confirm.html", context)


def _booked(
    request: HttpRequest, viewer: Viewer, found: RequestView, chosen: tuple[int, str], key: str
) -> HttpResponse:
    decision = book(
        request_id=found.request_id,
        slot_id=chosen[0],
        modality=chosen[1],
        by=viewer,
        key=f"page:{key}" if key else None,
    )
    made = decision.outcome.appointment
    if decision.outcome.done and made is not None:
        return redirect("member_appointment", key=made.public_id)
    told: Reason = decision.because[0]
    return _shown(request, viewer, found, told=say(told, language()))
