"""Two taps to an appointment: a time is kept while it is read over, then booked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.frontdoor.actions import book, confirm_time, hold_time
from switchboard.frontdoor.queries import RequestView, request_numbered
from switchboard.kernel.reasons import Decision
from switchboard.members.queries import viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now
from switchboard.portals.matches import chosen_slot, hour_of
from switchboard.portals.member.appointments import appointment_or_404, live_holds, shown
from switchboard.portals.member.care import language, members_only, request_or_404
from switchboard.portals.member.matches import people
from switchboard.rulebook.words import say
from switchboard.scheduling.actions import release
from switchboard.scheduling.core.answer import Answer, Outcome
from switchboard.scheduling.queries import AppointmentView

Chosen = tuple[int, str]
SEEN_KEY = 32  # as long as a key of ours may be


@members_only
@require_POST
def hold(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep the time of a card's button for a few minutes, and show it once more."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    chosen = chosen_slot(request.POST.get("time", ""))
    if chosen is None:
        return redirect("member_matches", key=key)
    kept = _kept(viewer, found, chosen)
    if isinstance(kept, UUID):
        return redirect("member_confirm", key=kept)
    return _taken(request, viewer, found, chosen, kept)


def _kept(viewer: Viewer, found: RequestView, chosen: Chosen) -> UUID | Decision[Outcome]:
    """Give the hold of this time, the member's own earlier one or a new one; other holds of theirs end."""
    mine = live_holds(viewer, found.member_id)
    for one in mine:
        if (one.slot_id, one.modality) == chosen and one.request_id == found.request_id:
            return one.public_id
    for one in mine:
        release(appointment=one.public_id, by=viewer)
    decision = hold_time(request_id=found.request_id, slot_id=chosen[0], modality=chosen[1], by=viewer)
    made = decision.outcome.appointment
    if decision.outcome.done and made is not None:
        return made.public_id
    # A second tap may have come through first.
    again = (a for a in live_holds(viewer, found.member_id) if (a.slot_id, a.modality) == chosen)
    return next((a.public_id for a in again), decision)


@members_only
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the time that is kept, and until when; POST books it. Past that, it is booked if still free."""
    viewer = viewer_of(request)
    held = appointment_or_404(viewer, key)
    asked = request_numbered(viewer=viewer, request_id=held.request_id) if held.request_id else None
    if held.state not in ("held", "expired") or asked is None:
        return redirect("member_appointment", key=key)
    if request.method == "POST":
        return _booked(request, viewer, asked, held)
    live = held.state == "held" and held.hold_expires_at is not None and held.hold_expires_at > now()
    context = {
        "visit": shown(held),
        "key": key,
        "request_key": asked.public_id,
        "until": hour_of(held.hold_expires_at, held.time_zone) if held.hold_expires_at and live else "",
        "idempotency": get_random_string(24),
    }
    return render(request, "member/confirm.html", context)


def _booked(request: HttpRequest, viewer: Viewer, asked: RequestView, held: AppointmentView) -> HttpResponse:
    """Book what was kept; when the time to read ran out, book the same time if nobody else has."""
    sent = request.POST.get("idempotency", "")[:SEEN_KEY]
    decision = confirm_time(appointment=held.public_id, by=viewer, key=f"confirm:{sent}" if sent else None)
    if decision.outcome.answer is Answer.NOT_POSSIBLE:
        decision = book(
            request_id=asked.request_id,
            slot_id=held.slot_id,
            modality=held.modality,
            by=viewer,
            key=f"page:{sent}" if sent else None,
        )
    made = decision.outcome.appointment
    if decision.outcome.done and made is not None:
        return redirect("member_appointment", key=made.public_id)
    return _taken(request, viewer, asked, (held.slot_id, held.modality), decision)


@members_only
@require_POST
def let_go(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give back the time that was kept, and go on looking."""
    viewer = viewer_of(request)
    held = appointment_or_404(viewer, key)
    release(appointment=key, by=viewer)
    asked = request_numbered(viewer=viewer, request_id=held.request_id) if held.request_id else None
    messages.info(request, _("We let that time go."))
    return redirect("member_matches", key=asked.public_id) if asked else redirect("member_home")


def _taken(
    request: HttpRequest, viewer: Viewer, found: RequestView, chosen: Chosen, refused: Decision[Outcome]
) -> HttpResponse:
    """Say why that time cannot be had, with the next times of the same person on top."""
    return people(request, viewer, found, told=say(refused.because[0], language()), instead_of=chosen[0])
