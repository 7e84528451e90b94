"""Nothing gets lost between states and queues: odd codes are seen, the sums are checked nightly (S5)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection

from switchboard.kernel.reasons import Decision
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.worklist import open_work
from switchboard.rulebook.rules import rule
from switchboard.scheduling.actions.ending import cancel, find, mark_kept, mark_no_show
from switchboard.scheduling.core.answer import Answer, Outcome, decided
from switchboard.scheduling.core.appointment import FROM_FHIR, Queue, State, cancel_reasons, queue_for

UNROUTABLE = "unroutable"  # the worklist's queue for what nobody could place


@dataclass(frozen=True, slots=True)
class Sums:
    """Appointments counted three ways; ``balanced`` when nothing is lost between them."""

    by_state: dict[str, int]
    by_queue: dict[str, int]
    closed: int
    misplaced: int
    miscounted: int

    @property
    def balanced(self) -> bool:
        """Tell whether every appointment is in one queue or closed, in the right queue, in a counted seat."""
        held = sum(self.by_queue.values()) + self.closed
        return sum(self.by_state.values()) == held and not self.misplaced and not self.miscounted


def take_status(
    *, appointment: UUID, code: str, by: Viewer, reason: str = "", once: str
) -> Decision[Outcome]:
    """Take what another system says became of an appointment; a FHIR AppointmentStatus code, or anything.

    A code, reason or appointment nobody knows opens one item of work in the queue ``unroutable``, and changes
    nothing else. ``once``: the sender's own number of the message.
    """
    state = FROM_FHIR.get(code)
    known = find(appointment)
    if known is None or state is None or (state is State.CANCELLED and reason not in cancel_reasons(today())):
        what = "appointment" if known is None else "code" if state is None else "reason"
        _unroutable(f"appointment:{known.pk if known else 'unknown'}", f"Unknown {what}", once)
        return decided(Answer.NOT_POSSIBLE if known else Answer.APPOINTMENT_UNKNOWN)
    if state is State.CANCELLED:
        done = cancel(appointment=appointment, reason=reason, by=by)
    else:
        done = (mark_kept if state is State.FULFILLED else mark_no_show)(appointment=appointment, by=by)
    if not done.outcome.done and find_state(appointment) != state:
        _unroutable(f"appointment:{known.pk}", f"Said {state}, which is not possible now", once)
    return done


def find_state(appointment: UUID) -> str:
    """Give the state an appointment is in now, empty when there is none."""
    row = find(appointment)
    return row.state if row else ""


def reconcile() -> Sums:
    """Count states against queues and seats; open work for what does not add up or stays open too long."""
    sums = _sums()
    if not sums.balanced:
        _unroutable("appointments", f"{sums.misplaced} misplaced, {sums.miscounted} miscounted", "sums")
    if waiting := sums.by_queue.get(Queue.UNROUTABLE, 0):
        _unroutable("appointments", f"{waiting} in the queue unroutable", "unroutable")
    _ask_after_unmarked()
    return sums


def _sums() -> Sums:
    expected = [
        (state, reason, queue_for(state, reason, on=today()).outcome.value)
        for state in State
        for reason in (
            [*cancel_reasons(today()), "rescheduled", "released"] if state == "cancelled" else [""]
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, queue, reason, queue_done_at IS NOT NULL OR queue = 'none', count(*)"
            " FROM scheduling_appointment GROUP BY 1, 2, 3, 4"
        )
        groups: list[tuple[str, str, str, bool, int]] = cursor.fetchall()
        cursor.execute(
            "SELECT count(*) FROM scheduling_slot s LEFT JOIN (SELECT slot_id, count(*) AS n"
            " FROM scheduling_appointment WHERE state IN ('held', 'booked', 'fulfilled', 'noshow')"
            " GROUP BY slot_id) a ON a.slot_id = s.id WHERE s.taken <> coalesce(a.n, 0)"
        )
        miscounted = int(cursor.fetchone()[0])
    by_state: dict[str, int] = {}
    by_queue: dict[str, int] = {}
    closed = misplaced = 0
    for state, queue, reason, done, number in groups:
        by_state[state] = by_state.get(state, 0) + number
        closed += number if done else 0
        by_queue[queue] = by_queue.get(queue, 0) + (0 if done else number)
        right = (state, reason if state == "cancelled" else "", queue) in expected
        misplaced += 0 if right or queue == Queue.UNROUTABLE else number
    return Sums(by_state, by_queue, closed, misplaced, miscounted)


def _ask_after_unmarked() -> None:
    """Open work for every visit that is over and that nobody has marked kept or missed."""
    hours: int = rule("scheduling/unresolved").on(today())["hours"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, member_id FROM scheduling_appointment"
            " WHERE state = 'booked' AND upper(during) < %s AND queue_done_at IS NULL",
            [now() - timedelta(hours=hours)],
        )
        unmarked: list[tuple[int, int]] = cursor.fetchall()
    for number, member_id in unmarked:
        open_work(
            queue="appointments",
            kind="unmarked_visit",
            subject=f"appointment:{number}",
            member_id=member_id,
            due_at=now() + timedelta(days=1),
            once=f"unmarked:{number}",
        )


def _unroutable(subject: str, note: str, once: str) -> None:
    """Make one item visible, urgent, and due now."""
    open_work(
        queue=UNROUTABLE,
        kind="unroutable",
        subject=subject,
        note=note,
        due_at=now(),
        urgency=1,
        once=f"unroutable:{once}:{today()}" if once in {"sums", "unroutable"} else f"unroutable:{once}",
    )
