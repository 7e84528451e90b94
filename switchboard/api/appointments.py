"""Take a time, change or end an appointment."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from switchboard.api.callers import BOOKING, BOOKS, KEYED, SYSTEMS, VERSIONED, answer, expected_of, key_of
from switchboard.api.problems import Problem, bad_value, in_flight, nothing_here, other_question
from switchboard.api.shapes import AppointmentTold, Asked, Id, Modality, TimeTold, Yes
from switchboard.frontdoor.queries import visit_of
from switchboard.kernel.reasons import Decision
from switchboard.members.queries import member_id_of, viewer_of
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles
from switchboard.rulebook.words import say
from switchboard.scheduling import actions
from switchboard.scheduling.core.answer import Answer, Outcome
from switchboard.scheduling.core.appointment import cancel_reasons
from switchboard.scheduling.queries import times_near

router = Router(tags=["appointments"])
GONE = (Answer.JUST_TAKEN, Answer.PRACTITIONER_BUSY, Answer.WITHDRAWN, Answer.BEGUN)


class TakeAsked(Asked):
    """Which time, for whom."""

    member: UUID
    slot_id: Id
    modality: Modality
    returning: Yes = False


class MoveAsked(Asked):
    """Which time instead."""

    slot_id: Id
    modality: Modality | None = None


class CancelAsked(Asked):
    """Why; one of rule ``scheduling/cancel_reasons``."""

    reason: Annotated[str, Field(max_length=40)]


@router.post("/appointments", response={201: AppointmentTold}, openapi_extra=KEYED)
@for_roles(*BOOKING)
def book(request: HttpRequest, asked: TakeAsked) -> HttpResponse:
    """Book a time at once. 409 when somebody was quicker, with the next three."""
    return _take(request, asked, actions.book)


@router.post("/holds", response={201: AppointmentTold}, openapi_extra=KEYED)
@for_roles(*BOOKING)
def hold(request: HttpRequest, asked: TakeAsked) -> HttpResponse:
    """Keep a time while the member decides; it ends by itself."""
    return _take(request, asked, actions.hold)


def _take(request: HttpRequest, asked: TakeAsked, take: Any) -> HttpResponse:
    viewer, key = viewer_of(request), key_of(request)
    member = member_id_of(public_id=asked.member, viewer=viewer)
    if member is None:
        return nothing_here()
    decision = take(
        slot_id=asked.slot_id, member_id=member, modality=asked.modality, returning=asked.returning,
        by=viewer, key=key,
    )  # fmt: skip
    return told(decision, viewer.language, 201, asked.slot_id, asked.modality, returning=asked.returning)


@router.get("/appointments/{appointment}", response=AppointmentTold)
@for_roles(*SYSTEMS)
def appointment(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Give one appointment, with its ETag."""
    found = visit_of(viewer=viewer_of(request), public_id=appointment)
    if found is None:
        return nothing_here()
    return answer(200, AppointmentTold.of(found), version=found.state)


@router.post("/appointments/{appointment}/confirm", response=AppointmentTold, openapi_extra=VERSIONED)
@for_roles(*BOOKING)
def confirm(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Turn a hold into a booking."""
    return _change(request, appointment, actions.confirm)


@router.post("/appointments/{appointment}/release", response=AppointmentTold, openapi_extra=VERSIONED)
@for_roles(*BOOKING)
def release(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Give a held time back."""
    return _change(request, appointment, actions.release)


@router.post("/appointments/{appointment}/cancel", response=AppointmentTold, openapi_extra=VERSIONED)
@for_roles(*BOOKING)
def cancel(request: HttpRequest, appointment: UUID, asked: CancelAsked) -> HttpResponse:
    """Cancel it, saying why."""
    if asked.reason not in cancel_reasons(now().date()):
        raise bad_value("/reason", "not_an_option", "There is no such reason to cancel.")
    return _change(request, appointment, actions.cancel, reason=asked.reason)


@router.post("/appointments/{appointment}/kept", response=AppointmentTold, openapi_extra=VERSIONED)
@for_roles(*BOOKS)
def kept(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Say that the member came."""
    return _change(request, appointment, actions.mark_kept)


@router.post("/appointments/{appointment}/no-show", response=AppointmentTold, openapi_extra=VERSIONED)
@for_roles(*BOOKS)
def no_show(request: HttpRequest, appointment: UUID) -> HttpResponse:
    """Say that the member did not come."""
    return _change(request, appointment, actions.mark_no_show)


@router.post(
    "/appointments/{appointment}/reschedule", response={201: AppointmentTold}, openapi_extra=VERSIONED
)
@for_roles(*BOOKING)
def reschedule(request: HttpRequest, appointment: UUID, asked: MoveAsked) -> HttpResponse:
    """Move it to another time; gives the new appointment. When that time is gone, the old one stands."""
    viewer, key, expected = viewer_of(request), key_of(request), expected_of(request)
    decision = actions.reschedule(
        appointment=appointment, slot_id=asked.slot_id, modality=asked.modality, by=viewer, key=key,
        expected=expected,
    )  # fmt: skip
    modality = asked.modality or "video"
    return told(decision, viewer.language, 201, asked.slot_id, modality, expected=expected)


def _change(request: HttpRequest, appointment: UUID, change: Any, **more: Any) -> HttpResponse:
    viewer, key, expected = viewer_of(request), key_of(request), expected_of(request)
    decision = change(appointment=appointment, by=viewer, key=key, expected=expected, **more)
    return told(decision, viewer.language, 200, expected=expected)


def told(
    decision: Decision[Outcome],
    language: str,
    status: int,
    slot_id: int = 0,
    modality: str = "video",
    *,
    returning: bool = False,
    expected: str | None = None,
    alternatives: list[Any] | None = None,
) -> HttpResponse:
    """Give what scheduling decided as an answer; raise the problem it is when it said no."""
    outcome, because = decision.outcome, decision.because[0]
    if outcome.done and outcome.appointment is not None:
        made = outcome.appointment
        return answer(status, AppointmentTold.of(made), replayed=outcome.replayed, version=made.state)
    words, headers = say(because, language), {"Idempotent-Replayed": "true"} if outcome.replayed else {}
    said = outcome.answer
    if said is Answer.IN_FLIGHT:
        raise in_flight()
    if said is Answer.MISMATCH:
        raise other_question()
    if said is Answer.APPOINTMENT_UNKNOWN:
        return nothing_here()
    if said in GONE:
        if alternatives is None:
            near = times_near(slot_id=slot_id, modality=modality, returning=returning)
            alternatives = [TimeTold.of(t).model_dump(mode="json") for t in near]
        raise Problem(409, said.value, words, headers, alternatives=alternatives)
    if said in (Answer.SLOT_UNKNOWN, Answer.NOT_FITTING):
        errors = [{"in": "body", "path": "/slot_id", "code": said.value}]
        raise Problem(422, said.value, words, headers, errors=errors)
    state = str(because.params.get("state", ""))
    if expected is not None and state and state != expected:
        raise Problem(412, "stale", "It has changed since you last saw it.", headers | {"ETag": f'"{state}"'})
    raise Problem(409, said.value, words, headers)
