"""Find times with a member on the line, hold one while talking, book it, move it, give it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.frontdoor.actions import (
    Offered,
    cancel_visit,
    confirm_time,
    hold_time,
    offer,
    reschedule,
    say_came,
)
from switchboard.frontdoor.core.conversation import questions
from switchboard.frontdoor.queries import RequestView, intake_of, requests_of, triage_of
from switchboard.kernel.reasons import Reason
from switchboard.matching.queries import more_times
from switchboard.members.queries import head_of, viewer_of
from switchboard.network.queries import role_cards
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.doors import for_roles
from switchboard.portals.cards import OpenTime
from switchboard.portals.clocks import span
from switchboard.portals.desk.frame import BOOKS, clock_words, page
from switchboard.portals.desk.person import known
from switchboard.portals.matches import chosen_slot, day_of, hour_of, how, instant, match_cards
from switchboard.rulebook.listings import codes, label
from switchboard.rulebook.words import say
from switchboard.scheduling.actions import release
from switchboard.scheduling.queries import AppointmentView, appointment_of, slot_of

ANYWHERE = 10_000  # miles
WAYS = {"loosen_in_person": "in_person", "loosen_video": "video", "loosen_phone": "phone"}
APPLIES = {*WAYS, "loosen_interpreter", "loosen_twice_as_far", "loosen_any_distance", "loosen_other_visit"}


def latest_request(viewer: Viewer, member_id: int) -> RequestView:
    """Give the newest request, or answer 404."""
    found = requests_of(viewer=viewer, member_id=member_id, limit=1)
    if not found:
        raise Http404("There is no request: ask for care first.")
    return found[0]


@for_roles(*BOOKS)
def times(request: HttpRequest, member: UUID) -> HttpResponse:
    """Show the screen of times: what is asked of the match, and room for what it finds."""
    viewer = viewer_of(request)
    head = head_of(viewer=viewer, public_id=member)
    if head is None:
        raise Http404("There is no such member.")
    asked = latest_request(viewer, head.member_id)
    if asked.state == "open":
        return redirect("desk_questions", member=member)
    triage = triage_of(viewer=viewer, request=asked)
    move = request.GET.get("move", "")
    context = _form(intake_of(asked.request_id)) | {
        "head": head,
        "asked": asked,
        "lane": label("lanes", triage.lane) if triage else "",
        "crisis_lane": triage is not None and triage.lane in ("crisis_now", "urgent"),
        "level": label("levels_of_care", triage.needs.level_of_care) if triage else "",
        "conditions": [label("conditions", c) for c in triage.needs.conditions] if triage else [],
        "move": move if move and _uuid(move) else "",
    }
    return page(request, "desk/times.html", context, here="find")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _form(wishes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the match form's options and what is chosen."""
    own = questions(today())
    return {
        "meet": [(o["code"], o["en"]) for o in own["meet"].options],
        "hours": [(o["code"], o["en"]) for o in own["times"].options],
        "genders": [(o["code"], o["en"]) for o in own["gender"].options],
        "languages": [(code, label("languages", code)) for code in codes("languages")],
        "chosen": {
            "meet": list(wishes.get("meet") or ()),
            "times": list(wishes.get("times") or ()),
            "gender": wishes.get("gender") or "any",
            "language": wishes.get("language") or "en",
            "max_miles": wishes.get("max_miles") or "",
        },
    }


@for_roles(*BOOKS)
@require_http_methods(["GET", "POST"])
def matches(request: HttpRequest, member: UUID, number: int) -> HttpResponse:
    """Match now and give the cards; POST carries wishes changed at the screen."""
    return _matches(request, member, number, _changed(request.POST))


def _matches(
    request: HttpRequest, member: UUID, number: int, changed: Mapping[str, Any], **more: Any
) -> HttpResponse:
    offered = offer(request_id=number, by=viewer_of(request), changed=changed)
    move = request.POST.get("move", "") or request.GET.get("move", "")
    action = reverse("desk_hold", args=[member, number]) + (f"?move={move}" if _uuid(move) else "")
    context = {
        "matches": match_cards(offered.found.outcome, offered.need, offered.place),
        "action": action,
        "why_none": [] if offered.found.outcome else _why(offered),
        "member": member,
    }
    template = "desk/matches.html" if request.headers.get("HX-Request") else "desk/matches_page.html"
    return page(request, template, context | more, here="find", status=409 if more else 200)


def _why(offered: Offered) -> list[tuple[str, str]]:
    """Give each reason with the loosening its button applies, or none."""
    return [(say(r), r.code if r.code in APPLIES else "") for r in offered.found.because]


def _changed(sent: QueryDict) -> dict[str, Any]:
    """Read the match form: only what it holds counts, whatever else is sent."""
    if "language" not in sent:
        return {}
    known_codes = questions(today())
    meet = [code for code in sent.getlist("meet") if code in _codes(known_codes["meet"].options)]
    miles = sent.get("max_miles", "")
    changed: dict[str, Any] = {
        "meet": meet,
        "times": [code for code in sent.getlist("times") if code in _codes(known_codes["times"].options)],
        "gender": sent.get("gender", "any"),
        "language": sent["language"] if sent["language"] in codes("languages") else "en",
        "max_miles": int(miles) if miles.isdecimal() and 0 < len(miles) < 5 and int(miles) else None,
    }
    loosened = sent.get("loosen", "")
    if loosened in WAYS:
        changed["meet"] = [*meet, WAYS[loosened]]
    elif loosened == "loosen_interpreter":
        changed["language"] = "en"
    elif loosened == "loosen_twice_as_far":
        changed["max_miles"] = 2 * (changed["max_miles"] or 30)
    elif loosened == "loosen_any_distance":
        changed["max_miles"] = ANYWHERE
    elif loosened == "loosen_other_visit":
        changed["any_visit"] = True
    return changed


def _codes(options: Any) -> set[str]:
    return {option["code"] for option in options}


@for_roles(*BOOKS)
@require_POST
def hold(request: HttpRequest, member: UUID, number: int) -> HttpResponse:
    """Hold a time while it is talked about; with ``move`` take it instead of the old one."""
    viewer, chosen = viewer_of(request), chosen_slot(request.POST.get("slot", ""))
    if chosen is None:
        messages.info(request, "Choose one of the times.")
        return redirect("desk_times", member=member)
    slot_id, modality = chosen
    old = _uuid(request.GET.get("move", ""))
    if old is not None:
        decision = reschedule(appointment=old, slot_id=slot_id, modality=modality, by=viewer)
    else:
        decision = hold_time(request_id=number, slot_id=slot_id, modality=modality, by=viewer)
    made = decision.outcome.appointment
    if not decision.outcome.done or made is None:
        return _not_had(request, member, number, slot_id, decision.because[0])
    if old is not None:
        messages.success(request, f"Moved to {clock_words(made.starts_at, made.time_zone)}.")
        return redirect("desk_member", member=member)
    return redirect("desk_held", member=member, appointment=made.public_id)


def _not_had(request: HttpRequest, member: UUID, number: int, slot_id: int, why: Reason) -> HttpResponse:
    """Say why a time could not be had, with the same practitioner's next three, then everybody's."""
    slot = slot_of(slot_id)
    cards = role_cards([slot.role_id]) if slot and slot.role_id else {}
    card = cards.get(slot.role_id) if slot and slot.role_id else None
    following: list[OpenTime] = []
    if slot and card:
        offered = offer(request_id=number, by=viewer_of(request))
        after = int(slot.starts_at.timestamp()) // 60
        following = [
            OpenTime(
                f"{t.slot}:{t.modality}", day_of(instant(t.start), slot.time_zone),
                hour_of(instant(t.start), slot.time_zone), how(t.modality),
            )
            for t in more_times(offered.need, card.practitioner_id, after, 3)
        ]  # fmt: skip
    return _matches(
        request, member, number, {}, told=say(why), following=following, whose=card.name if card else ""
    )


def visit_of(viewer: Viewer, member_id: int, appointment: UUID) -> AppointmentView:
    """Give an appointment of this member, or answer 404."""
    found = appointment_of(viewer=viewer, public_id=appointment)
    if found is None or found.member_id != member_id:
        raise Http404("There is no such appointment.")
    return found


@for_roles(*BOOKS)
@require_http_methods(["GET", "POST"])
def held(request: HttpRequest, member: UUID, appointment: UUID) -> HttpResponse:
    """Show a held time to read back; POST books it or gives it back."""
    person, viewer = known(member), viewer_of(request)
    visit = visit_of(viewer, person.member_id, appointment)
    card = role_cards([visit.role_id]).get(visit.role_id) if visit.role_id else None
    when = clock_words(visit.starts_at, visit.time_zone)
    if request.method == "POST":
        return _settled(request, member, visit, f"{when}{f' with {card.name}' if card else ''}")
    context = {
        "head": head_of(viewer=viewer, public_id=member),
        "visit": visit,
        "when": when,
        "how": how(visit.modality),
        "card": card,
        "left": span(visit.hold_expires_at - now()) if visit.hold_expires_at else "",
        "over": visit.state != "held" or not visit.hold_expires_at or visit.hold_expires_at <= now(),
    }
    return page(request, "desk/held.html", context, here="find")


def _settled(request: HttpRequest, member: UUID, visit: AppointmentView, words: str) -> HttpResponse:
    viewer = viewer_of(request)
    if request.POST.get("do") != "book":
        release(appointment=visit.public_id, by=viewer)
        messages.info(request, "Given back. Choose another time.")
        return redirect("desk_times", member=member)
    decision = confirm_time(appointment=visit.public_id, by=viewer)
    if decision.outcome.done:
        messages.success(request, f"Booked: {words}.")
        return redirect("desk_member", member=member)
    messages.error(request, say(decision.because[0]))
    return redirect("desk_times", member=member)


@for_roles(*BOOKS)
@require_POST
def came(request: HttpRequest, member: UUID, appointment: UUID) -> HttpResponse:
    """Say whether the member came."""
    person, viewer = known(member), viewer_of(request)
    visit = visit_of(viewer, person.member_id, appointment)
    yes = request.POST.get("came") == "yes"
    decision = say_came(appointment=visit.public_id, came=yes, by=viewer)
    words = "Kept." if yes else "Not kept. Somebody will reach out."
    return _said(request, member, decision.outcome.done, words, decision.because[0])


@for_roles(*BOOKS)
@require_POST
def cancel(request: HttpRequest, member: UUID, appointment: UUID) -> HttpResponse:
    """Cancel an appointment with a reason."""
    person, viewer = known(member), viewer_of(request)
    visit = visit_of(viewer, person.member_id, appointment)
    try:
        decision = cancel_visit(appointment=visit.public_id, reason=request.POST.get("reason", ""), by=viewer)
    except ValueError:
        messages.error(request, "Choose why it is cancelled.")
        return redirect("desk_member", member=member)
    return _said(request, member, decision.outcome.done, "Cancelled. The time is free.", decision.because[0])


def _said(request: HttpRequest, member: UUID, done: bool, words: str, why: Reason) -> HttpResponse:
    if done:
        messages.success(request, words)
    else:
        messages.error(request, say(why))
    return redirect("desk_member", member=member)
