"""One member on one screen: who, how to reach them, what they asked for, what has happened."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from switchboard.frontdoor.core.triage import LANES
from switchboard.frontdoor.queries import RequestView, TriageView, notes_of, requests_of, triage_of
from switchboard.members.queries import Listed, listed_by, member_file, viewer_of
from switchboard.network.queries import RoleCard, role_cards
from switchboard.outcomes.queries import Result, crisis_state_of, results_of
from switchboard.outcomes.wording import instrument_in_force
from switchboard.platform.access import AccessDenied
from switchboard.platform.audit import record_denial
from switchboard.platform.clock import now, today
from switchboard.platform.doors import for_roles
from switchboard.platform.worklist import work_of
from switchboard.portals.desk.frame import CALLS, clock_words, page
from switchboard.rulebook.listings import codes, label
from switchboard.rulebook.words import say_to_staff
from switchboard.scheduling.core.appointment import cancel_choices
from switchboard.scheduling.queries import AppointmentView, appointments_of

UNFINISHED = ("open", "triaged", "offered")
APPOINTMENTS = {
    "held": ("Held", "warning"),
    "booked": ("Booked", "good"),
    "fulfilled": ("Kept", "good"),
    "noshow": ("Did not come", "error"),
    "cancelled": ("Cancelled", ""),
}
ACUITY = ((1, "1: right now"), (2, "2: within two days"), (3, "3: within a week"),
          (4, "4: within ten days"), (5, "5: mild, within two weeks"))  # fmt: skip
CLOSING = ("No longer wants care", "Found care elsewhere", "Could not be reached", "Asked by mistake")


def known(public_id: UUID) -> Listed:
    """Give a member by the id in an address, or answer 404."""
    person = listed_by(public_id=public_id)
    if person is None:
        raise Http404("There is no such member.")
    return person


@for_roles(*CALLS)
def member(request: HttpRequest, member: UUID) -> HttpResponse:
    """Show a member; without an open call or task, ask first why."""
    try:
        found = member_file(viewer=viewer_of(request), public_id=member)
    except AccessDenied as denied:
        with transaction.atomic():
            record_denial(denied)
        messages.info(request, "This record is not open to you now. Say why you open it.")
        return redirect("desk_why", member=member)
    if found is None:
        raise Http404("There is no such member.")
    context = {
        "file": found,
        "head": found.head,
        "routes": found.routes,
        "only_these": found.only_these,
        "coverages": [(c, label("lines_of_business", c.line_of_business)) for c in found.coverages],
        "covered": any(c.today for c in found.coverages),
        "language": label("languages", found.head.language),
        "local_time": clock_words(now(), found.head.time_zone),
        "crisis": crisis_state_of(member_id=found.head.member_id),
    }
    return page(request, "desk/member.html", context, here="find")


def _piece(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Give a piece of the member's screen; a whole page of its own to a browser without script."""
    if request.headers.get("HX-Request"):
        return page(request, template, context)
    return page(request, "desk/piece.html", context | {"piece": template}, here="find")


@for_roles(*CALLS)
def care(request: HttpRequest, member: UUID) -> HttpResponse:
    """Show what was asked for, its clock, where the answers lead and why, and what is still to do."""
    person, viewer = known(member), viewer_of(request)
    requests = requests_of(viewer=viewer, member_id=person.member_id, limit=5)
    latest = requests[0] if requests else None
    triaged = triage_of(viewer=viewer, request=latest) if latest else None
    context = {
        "person": person,
        "asked": latest,
        "unfinished": latest is not None and latest.state in UNFINISHED,
        "triage": _triage(triaged) if triaged else None,
        "steps": _steps(latest) if latest else [],
        "lanes": [(code, label("lanes", code)) for code in LANES],
        "acuities": ACUITY,
        "conditions": [(code, label("conditions", code)) for code in codes("conditions")],
        "closing": [(words, words) for words in CLOSING],
        "work": work_of(member_id=person.member_id),
    }
    return _piece(request, "desk/care.html", context)


def _triage(found: TriageView) -> dict[str, Any]:
    return {
        "lane": label("lanes", found.lane),
        "lane_code": found.lane,
        "acuity": found.acuity,
        "because": [say_to_staff(reason) for reason in found.because if reason.code != "triage_override"],
        "rules": sorted({str(reason.rule) for reason in found.because if reason.rule}),
        "conditions": [label("conditions", code) for code in found.needs.conditions],
        "chosen": list(found.needs.conditions),
        "level": label("levels_of_care", found.needs.level_of_care),
        "by": found.by,
        "override": found.override_reason,
    }


def _steps(view: RequestView) -> list[tuple[str, str]]:
    told = (
        ("Asked", view.asked_at),
        ("First offered", view.first_offered_at),
        ("Third next available", view.third_next_at),
        ("Booked", view.booked_at),
        ("Appointment", view.appointment_starts_at),
        ("Kept", view.kept_at),
    )
    return [(words, clock_words(at)) for words, at in told if at is not None]


@for_roles(*CALLS)
def history(request: HttpRequest, member: UUID) -> HttpResponse:
    """Show appointments, assessments and notes."""
    person, viewer = known(member), viewer_of(request)
    visits = appointments_of(viewer=viewer, member_id=person.member_id, limit=10)
    cards = role_cards({visit.role_id for visit in visits if visit.role_id is not None})
    context = {
        "person": person,
        "visits": [_visit(visit, cards) for visit in visits],
        "results": [_result(r) for r in results_of(viewer=viewer, member_id=person.member_id, limit=10)],
        "notes": [
            (clock_words(n.at), n.by, n.text) for n in notes_of(viewer=viewer, member_id=person.member_id)
        ],
        "reasons": cancel_choices(today(), "en", member=False),
    }
    return _piece(request, "desk/history.html", context)


def _visit(visit: AppointmentView, cards: dict[int, RoleCard]) -> dict[str, Any]:
    card, at = cards.get(visit.role_id or 0), now()
    words, tone = APPOINTMENTS.get(visit.state, (visit.state, ""))
    return {
        "id": visit.public_id,
        "when": clock_words(visit.starts_at, visit.time_zone),
        "who": card.name if card else "Group or program",
        "where": card.organization if card else "",
        "phone": card.phone if card else "",
        "how": label("modalities", visit.modality),
        "state": visit.state,
        "words": words,
        "tone": tone,
        "begun": visit.starts_at <= at,
        "open": visit.state in ("held", "booked"),
    }


def _result(result: Result) -> dict[str, Any]:
    instrument = instrument_in_force(result.instrument, today())
    band = next((b.text.get("en", b.code) for b in instrument.bands if b.code == result.band), result.band)
    return {
        "name": instrument.name.get("en", result.instrument),
        "at": clock_words(result.at),
        "masked": result.masked,
        "total": None if result.total is None else f"{result.total:g}",
        "band": band,
    }
