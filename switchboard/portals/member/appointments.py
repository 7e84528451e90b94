"""My appointments: see, move, cancel."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from switchboard.frontdoor.actions import cancel_visit, offer, reschedule
from switchboard.frontdoor.queries import request_numbered, visit_of, visits_of
from switchboard.members.queries import viewer_of
from switchboard.network.queries import RoleCard, role_cards
from switchboard.platform.access import Viewer
from switchboard.platform.audit import together
from switchboard.platform.clock import now, today
from switchboard.portals.matches import chosen_slot, day_of, hour_of, how, local_phone, match_cards
from switchboard.portals.member.care import language, members_only
from switchboard.rulebook.words import say
from switchboard.scheduling.core.appointment import cancel_choices
from switchboard.scheduling.queries import AppointmentView


@dataclass(frozen=True, slots=True)
class Shown:
    """An appointment in words. ``kept``: until when it is held for the member; empty when it is not."""

    key: UUID
    state: str
    day: str
    hour: str
    how: str
    in_person: bool
    who: str
    where: str
    phone: str
    open: bool
    kept: str


def _kept(view: AppointmentView) -> bool:
    """Tell whether a time is kept for the member just now."""
    return view.state == "held" and view.hold_expires_at is not None and view.hold_expires_at > now()


def shown(view: AppointmentView, card: RoleCard | None = None) -> Shown:
    """Put an appointment into words, on the clock of the place."""
    card = card or (role_cards([view.role_id]).get(view.role_id) if view.role_id else None)
    return Shown(
        key=view.public_id,
        state=view.state,
        day=day_of(view.starts_at, view.time_zone),
        hour=hour_of(view.starts_at, view.time_zone),
        how=how(view.modality),
        in_person=view.modality == "in_person",
        who=", ".join(p for p in (card.name, card.credential) if p) if card else "",
        where=", ".join(p for p in (card.address, card.city, card.state) if p) if card else "",
        phone=local_phone(card.phone) if card else "",
        open=view.state == "booked" and view.starts_at > now(),
        kept=hour_of(view.hold_expires_at, view.time_zone) if _kept(view) and view.hold_expires_at else "",
    )


def live_holds(viewer: Viewer, member_id: int) -> list[AppointmentView]:
    """Give the times that are kept for a member now."""
    return [a for a in visits_of(viewer=viewer, member_id=member_id, limit=20) if _kept(a)]


def kept_for(viewer: Viewer, member_id: int) -> list[Shown]:
    """Give the times that are kept for a member now, in words."""
    return [shown(a) for a in live_holds(viewer, member_id)]


@members_only
def listing(request: HttpRequest) -> HttpResponse:
    """Show what is to come, then what was."""
    viewer = viewer_of(request)
    whose = [viewer.member_id] if viewer.member_id else []
    whose += [m for m, may in viewer.proxied.items() if "appointments" in may]
    with together():
        views = [a for member_id in whose for a in visits_of(viewer=viewer, member_id=member_id)]
    cards = role_cards(a.role_id for a in views if a.role_id)
    rows = [shown(a, cards.get(a.role_id or 0)) for a in sorted(views, key=lambda a: a.starts_at)]
    past = [r for r in rows[::-1] if not r.open and r.state not in ("held", "expired")]
    context = {
        "here": "visits",
        "kept": [r for r in rows if r.kept],
        "coming": [r for r in rows if r.open],
        "past": past,
    }
    return render(request, "member/appointments.html", context)


def appointment_or_404(viewer: Viewer, key: UUID) -> AppointmentView:
    """Give the appointment an address names; 404 when there is none the viewer may see."""
    found = visit_of(viewer=viewer, public_id=key)
    if found is None:
        raise Http404("No appointment of that id.")
    return found


@members_only
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show one appointment; with ``move`` the other times; POST with a time moves it."""
    viewer = viewer_of(request)
    if request.method == "GET":
        with together():
            return _detail(request, viewer, appointment_or_404(viewer, key))
    found = appointment_or_404(viewer, key)
    told = _moved(viewer, found, request)
    return told if isinstance(told, HttpResponse) else _detail(request, viewer, found, told)


def _detail(request: HttpRequest, viewer: Viewer, found: AppointmentView, told: str = "") -> HttpResponse:
    key = found.public_id
    if found.state in ("held", "expired") and found.request_id:
        return redirect("member_confirm", key=key)
    context = {"appointment": shown(found), "told": told, "key": key}
    if "move" in request.GET or told:
        asked = request_numbered(viewer=viewer, request_id=found.request_id) if found.request_id else None
        if asked is not None:
            offered = offer(request_id=asked.request_id, by=viewer, seen=asked)
            context["matches"] = match_cards(offered.found.outcome, offered.need, offered.place)
            context["why_none"] = [say(r, language()) for r in offered.found.because]
        context["moving"] = True
    return render(request, "member/appointment.html", context, status=409 if told else 200)


def _moved(viewer: Viewer, found: AppointmentView, request: HttpRequest) -> HttpResponse | str:
    chosen = chosen_slot(request.POST.get("time", ""))
    if chosen is None:
        return redirect("member_appointment", key=found.public_id)
    decision = reschedule(appointment=found.public_id, slot_id=chosen[0], modality=chosen[1], by=viewer)
    made = decision.outcome.appointment
    if decision.outcome.done and made is not None:
        messages.success(request, _("Your appointment has moved."))
        return redirect("member_appointment", key=made.public_id)
    return say(decision.because[0], language())


@members_only
@require_http_methods(["GET", "POST"])
def cancelling(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask why, then cancel."""
    viewer = viewer_of(request)
    found = appointment_or_404(viewer, key)
    options = cancel_choices(today(), language(), member=True)
    chosen = request.POST.get("reason", "")
    error = ""
    if request.method == "POST":
        if chosen in dict(options):
            decision = cancel_visit(appointment=key, reason=chosen, by=viewer)
            if decision.outcome.done:
                messages.success(
                    request, _("Your appointment is cancelled. The time is free for someone else.")
                )
                return redirect("member_appointments")
            error = say(decision.because[0], language())
        else:
            error = _("Please choose a reason.")
    context = {"appointment": shown(found), "key": key, "options": options, "error": error}
    return render(request, "member/cancel.html", context, status=422 if error else 200)
