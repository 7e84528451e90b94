"""Every effect that crosses capabilities: the event, then what it causes. Read it top to bottom.

A reaction runs once for each event, in the transaction that moves the outbox's cursor past it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from switchboard.frontdoor.actions import follow_booking, follow_ending
from switchboard.platform.clock import now
from switchboard.platform.outbox import Event
from switchboard.platform.worklist import open_work
from switchboard.rulebook.rules import rule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_booking_on_request(event: Event) -> None:
    """An appointment was booked for a request, by whatever door: the request says so."""
    told = event.payload
    if told.get("request_id"):
        follow_booking(
            request_id=told["request_id"],
            appointment_id=told["appointment_id"],
            starts_at=EPOCH + timedelta(minutes=told["starts"]),
        )


def write_kept_on_request(event: Event) -> None:
    """The visit took place: the request's clock stops for good."""
    _end(event, kept=True)


def reopen_request(event: Event) -> None:
    """The appointment is gone: the member waits again, and the clock runs on."""
    if event.payload.get("reason") != "rescheduled":
        _end(event, kept=False)


def offer_another_time(event: Event) -> None:
    """A cancellation that nobody replaced: somebody offers another time, or asks how they are."""
    told = event.payload
    reasons: Mapping[str, Any] = rule("scheduling/cancel_reasons").on(now().date()).data
    queue = reasons.get(told.get("reason", ""), {}).get("queue", "unroutable")
    if queue == "none":
        return
    open_work(
        queue=queue,
        kind="cancelled_appointment",
        member_id=told["member_id"],
        subject=f"appointment:{told['appointment_id']}",
        due_at=now() + timedelta(days=1),
        urgency=2,
        once=f"cancelled:{told['appointment_id']}",
    )


def reach_out_after_no_show(event: Event) -> None:
    """A missed visit yields outreach on separate days: one unqueued no-show cost a life (R06)."""
    told, days = event.payload, rule("scheduling/no_show_outreach").on(now().date())["days"]
    for day in days:
        open_work(
            queue="outreach",
            kind="missed_appointment",
            member_id=told["member_id"],
            subject=f"appointment:{told['appointment_id']}",
            not_before=now() + timedelta(days=day),
            due_at=now() + timedelta(days=day + 1),
            urgency=2,
            once=f"noshow:{told['appointment_id']}:{day}",
        )


def _end(event: Event, *, kept: bool) -> None:
    told = event.payload
    if told.get("request_id"):
        follow_ending(request_id=told["request_id"], appointment_id=told["appointment_id"], kept=kept)


REACTIONS: Mapping[str, tuple[Callable[[Event], None], ...]] = {
    "appointment.booked": (write_booking_on_request,),
    "appointment.rescheduled": (write_booking_on_request,),
    "appointment.fulfilled": (write_kept_on_request,),
    "appointment.cancelled": (reopen_request, offer_another_time),
    "appointment.noshow": (reopen_request, reach_out_after_no_show),
}
