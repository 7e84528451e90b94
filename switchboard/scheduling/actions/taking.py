"""Take a seat: hold it for a while, book it, or move an appointment to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction

from switchboard.kernel.reasons import Decision
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now
from switchboard.scheduling.actions.asking import Sender, ask, check_may_write, keep, put, sender
from switchboard.scheduling.actions.ending import expire_holds, find, move
from switchboard.scheduling.actions.statements import BOOK
from switchboard.scheduling.core.answer import MODALITIES, Answer, Outcome, SlotFacts, decided, refusal
from switchboard.scheduling.core.appointment import State, hold_until, may_reschedule, queue_for

BUSY = {"practitioner_in_one_place": Answer.PRACTITIONER_BUSY, "member_in_one_place": Answer.MEMBER_BUSY}
ATTEMPTS = 3  # a seat may come free, or be taken, between the refusal and the look at why


def hold(
    *,
    slot_id: int,
    member_id: int,
    modality: str,
    by: Viewer,
    key: str | None = None,
    returning: bool = False,
    request_id: int | None = None,
) -> Decision[Outcome]:
    """Keep a seat for a member while they decide; it ends by itself (rule ``scheduling/hold``).

    Answers as :func:`book` does, ``held`` instead of ``booked``.
    """
    return _take(State.HELD, slot_id, member_id, modality, by, key, returning, request_id)


def book(
    *,
    slot_id: int,
    member_id: int,
    modality: str,
    by: Viewer,
    key: str | None = None,
    returning: bool = False,
    request_id: int | None = None,
) -> Decision[Outcome]:
    """Book a seat for a member at once.

    ``modality``: in_person, video or phone; ``returning``: the practitioner knows them already; ``key``: the
    caller's idempotency key. Answers ``booked``, or ``just_taken``, ``practitioner_busy``, ``member_busy``,
    ``not_fitting``, ``begun``, ``withdrawn``, ``slot_unknown``; ``in_flight`` while the same key is being
    answered, ``mismatch`` when the key came before with another question. Raises AccessDenied, and ValueError
    on a modality nobody knows.
    """
    return _take(State.BOOKED, slot_id, member_id, modality, by, key, returning, request_id)


def reschedule(
    *,
    appointment: UUID,
    slot_id: int,
    by: Viewer,
    key: str | None = None,
    modality: str | None = None,
    expected: str | None = None,
) -> Decision[Outcome]:
    """Move an appointment to another slot; when that cannot be had, the old one stands as it was.

    ``expected``: the state the caller believes it is in; in another it is ``not_possible``.
    """
    old = find(appointment)
    if old is None:
        return decided(Answer.APPOINTMENT_UNKNOWN)
    check_may_write(by, old.member_id)
    chosen = modality or old.modality
    of = sender(by, key, "reschedule", appointment=str(appointment), slot=slot_id, modality=chosen)
    params = _params(State.BOOKED, slot_id, old.member_id, chosen, old.returning, old.request_id, now())
    params |= {"replaces": old.id, "kind": "rescheduled"}
    believed = expected in (None, old.state)
    allowed = believed and may_reschedule(old.state, old.during.lower, now()).outcome
    try:
        with transaction.atomic():
            _lock_in_order(old.slot_id, slot_id)
            if allowed:
                unkeyed = Sender(by, None, b"")
                move(old, State.CANCELLED, unkeyed, reason="rescheduled")
            taken = _attempt(params, of)
            if not taken.outcome.done or taken.outcome.replayed:
                raise _NotTaken(taken)
            if not allowed:
                raise _NotTaken(decided(Answer.NOT_POSSIBLE, state=old.state))
            return taken
    except _NotTaken as refused:
        return refused.decision if refused.decision.outcome.replayed else keep(refused.decision, of)


class _NotTaken(Exception):  # noqa: N818 - undoes the transaction, carries the answer out
    def __init__(self, decision: Decision[Outcome]) -> None:
        self.decision = decision


def _take(
    state: State,
    slot_id: int,
    member_id: int,
    modality: str,
    by: Viewer,
    key: str | None,
    returning: bool,
    request_id: int | None,
) -> Decision[Outcome]:
    check_may_write(by, member_id)
    of = sender(
        by,
        key,
        state,
        slot=slot_id,
        member=member_id,
        modality=modality,
        returning=returning,
        request=request_id,
    )
    taken = _attempt(_params(state, slot_id, member_id, modality, returning, request_id, now()), of)
    done = taken.outcome.done or taken.outcome.replayed
    return taken if done or taken.outcome.answer in {Answer.IN_FLIGHT, Answer.MISMATCH} else keep(taken, of)


def _params(
    state: State,
    slot_id: int,
    member_id: int,
    modality: str,
    returning: bool,
    request_id: int | None,
    at: datetime,
) -> dict[str, Any]:
    if modality not in MODALITIES:
        raise ValueError(f"There is no modality like that: choose one of {', '.join(MODALITIES)}.")
    return {
        "slot": slot_id,
        "member": member_id,
        "modality": modality,
        "bit": MODALITIES[modality],
        "returning": returning,
        "request": request_id,
        "now": at,
        "state": state,
        "kind": state,
        "queue": queue_for(state, on=at.date()).outcome,
        "hold_expires_at": hold_until(at) if state is State.HELD else None,
        "replaces": None,
    }


def _attempt(params: dict[str, Any], of: Sender) -> Decision[Outcome]:
    """Try to take the seat; when stale holds stand in the way, end them and try again."""
    for _ in range(ATTEMPTS):
        try:
            taken = put(BOOK, params, of)
        except psycopg.errors.ExclusionViolation as clash:
            answer = BUSY[clash.diag.constraint_name or ""]
        else:
            if taken is not None:
                return taken
            answer = _refusal(params)
        if answer not in {*BUSY.values(), Answer.JUST_TAKEN}:
            return decided(answer)
        if not expire_holds(around_slot=params["slot"]) and answer in BUSY.values():
            return decided(answer)
    return decided(answer)


def _refusal(params: dict[str, Any]) -> Answer:
    row = ask(
        "SELECT starts_at, seats, taken, withdrawn, modalities, for_new, for_returning"
        " FROM scheduling_slot WHERE id = %(slot)s",
        params,
    )
    facts = SlotFacts(**row) if row else None
    return refusal(facts, modality=params["modality"], returning=params["returning"], now=params["now"])


def _lock_in_order(*slots: int) -> None:
    """Lock both slots of a move, lower number first, so that two crossing moves do not wait in a ring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM scheduling_slot WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(slots)]
        )
