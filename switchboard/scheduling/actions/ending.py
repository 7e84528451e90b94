"""Confirm a hold, give a seat back, or say what became of an appointment."""

from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from switchboard.kernel.reasons import Decision
from switchboard.platform.access import SWITCHBOARD, Viewer
from switchboard.platform.clock import now
from switchboard.scheduling.actions.asking import Sender, check_may_write, keep, put, sender
from switchboard.scheduling.actions.statements import MOVE
from switchboard.scheduling.core.answer import Answer, Outcome, decided
from switchboard.scheduling.core.appointment import SEATED, State, before, cancel_reasons, queue_for
from switchboard.scheduling.models import Appointment

KINDS = {State.CANCELLED: "cancelled", State.BOOKED: "booked", State.EXPIRED: "expired"}


def confirm(
    *, appointment: UUID, by: Viewer, key: str | None = None, expected: str | None = None
) -> Decision[Outcome]:
    """Turn a hold into a booking. ``not_possible`` once it has ended; ``member_busy``: they are elsewhere.

    ``expected``, here and below: the state the caller believes it is in; in another it is ``not_possible``.
    """
    return _change(appointment, State.BOOKED, by, key, only=_only(expected))


def release(
    *, appointment: UUID, by: Viewer, key: str | None = None, expected: str | None = None
) -> Decision[Outcome]:
    """Give a held seat back before its time."""
    only = (State.HELD,) if expected in (None, State.HELD) else ()
    return _change(appointment, State.CANCELLED, by, key, reason="released", only=only)


def cancel(
    *, appointment: UUID, reason: str, by: Viewer, key: str | None = None, expected: str | None = None
) -> Decision[Outcome]:
    """Cancel an appointment; ``reason`` is one of rule ``scheduling/cancel_reasons``, else ValueError."""
    if reason not in (known := cancel_reasons(now().date())):
        raise ValueError(f"There is no such reason to cancel: choose one of {', '.join(known)}.")
    return _change(appointment, State.CANCELLED, by, key, reason=reason, only=_only(expected))


def mark_kept(
    *, appointment: UUID, by: Viewer, key: str | None = None, expected: str | None = None
) -> Decision[Outcome]:
    """Say that the member came. ``not_possible`` before the time has begun."""
    return _change(appointment, State.FULFILLED, by, key, only=_only(expected))


def mark_no_show(
    *, appointment: UUID, by: Viewer, key: str | None = None, expected: str | None = None
) -> Decision[Outcome]:
    """Say that the member did not come: it goes to outreach. ``not_possible`` before the time has begun."""
    return _change(appointment, State.NOSHOW, by, key, only=_only(expected))


def _only(expected: str | None) -> tuple[State, ...] | None:
    """Give the states a change may start from; None: those the rules allow."""
    return None if expected is None else tuple(state for state in State if state == expected)


def expire_holds(*, around_slot: int | None = None, limit: int = 500) -> int:
    """End holds whose time is over, all or those in the way of one slot; give how many.

    In the way: on the slot itself, or of its practitioner at that time.
    """
    stale = Appointment.objects.filter(state=State.HELD, hold_expires_at__lte=now())
    if around_slot is not None:
        stale = stale.extra(  # the overlap of two ranges, one of them of another table without a relation
            where=[
                "EXISTS (SELECT FROM scheduling_slot s WHERE s.id = %s AND (s.id = slot_id OR"
                " s.practitioner_id = scheduling_appointment.practitioner_id"
                " AND tstzrange(s.starts_at, s.ends_at) && during))"
            ],
            params=[around_slot],
        )
    of = Sender(SWITCHBOARD, None, b"")
    ended = [move(old, State.EXPIRED, of) for old in stale.order_by("hold_expires_at")[:limit]]
    return sum(one is not None for one in ended)


def find(appointment: UUID) -> Appointment | None:
    """Give the row of an appointment by its public id."""
    return Appointment.objects.filter(public_id=appointment).first()


def move(
    old: Appointment, to: State, of: Sender, *, reason: str = "", only: tuple[State, ...] | None = None
) -> Decision[Outcome] | None:
    """Change one appointment with its seat, queue, event, audit and answer; None when not possible."""
    at = now()
    params: dict[str, Any] = {
        "appointment": old.pk,
        "member": old.member_id,
        "state": to,
        "kind": "released" if reason == "released" else KINDS.get(to, str(to)),
        "queue": queue_for(to, reason, on=at.date()).outcome,
        "reason": reason,
        "before": [str(state) for state in before(to) if only is None or state in only],
        "frees": to not in SEATED,
        "now": at,
    }
    return put(MOVE, params, of)


def _change(
    appointment: UUID,
    to: State,
    by: Viewer,
    key: str | None,
    *,
    reason: str = "",
    only: tuple[State, ...] | None = None,
) -> Decision[Outcome]:
    old = find(appointment)
    if old is None:
        return decided(Answer.APPOINTMENT_UNKNOWN)
    check_may_write(by, old.member_id)
    of = sender(by, key, to, appointment=str(appointment), reason=reason, only=only)
    try:
        done = move(old, to, of, reason=reason, only=only)
    except psycopg.errors.ExclusionViolation:
        return keep(decided(Answer.MEMBER_BUSY), of)
    return done or keep(decided(Answer.NOT_POSSIBLE, state=_state_of(old.pk)), of)


def _state_of(number: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM scheduling_appointment WHERE id = %s", [number])
        return str(cursor.fetchone()[0])
