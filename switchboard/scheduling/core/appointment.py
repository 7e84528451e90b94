"""What an appointment may become, and in which queue each state stands.

    held -> booked -> fulfilled | noshow
    held -> expired | cancelled        booked -> cancelled

The database holds the same transitions (a trigger), the same states and the same queues (check constraints).
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value, rule


class State(StrEnum):
    """Where an appointment stands."""

    HELD = "held"
    BOOKED = "booked"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Queue(StrEnum):
    """Who has to do something about it; ``none`` means nobody any more."""

    HOLDS = "holds"
    UPCOMING = "upcoming"
    OUTREACH = "outreach"
    REBOOK = "rebook"
    NONE = "none"
    UNROUTABLE = "unroutable"


ACTIVE = (State.HELD, State.BOOKED)
SEATED = (*ACTIVE, State.FULFILLED, State.NOSHOW)  # these take a seat of their slot
TRANSITIONS = (
    (State.HELD, State.BOOKED),
    (State.HELD, State.EXPIRED),
    (State.HELD, State.CANCELLED),
    (State.BOOKED, State.CANCELLED),
    (State.BOOKED, State.FULFILLED),
    (State.BOOKED, State.NOSHOW),
)
#: FHIR R4 AppointmentStatus codes that say what became of a booked appointment (hl7.org/fhir/R4).
FROM_FHIR = {"fulfilled": State.FULFILLED, "noshow": State.NOSHOW, "cancelled": State.CANCELLED}


def before(state: State) -> tuple[State, ...]:
    """Give the states from which an appointment may become ``state``."""
    return tuple(earlier for earlier, later in TRANSITIONS if later == state)


def queue_for(state: str, reason: str = "", *, on: date) -> Decision[Queue]:
    """Say in which one queue a state (and for a cancellation its reason) stands; unknown: ``unroutable``."""
    queues, reasons = rule("scheduling/queues").on(on), rule("scheduling/cancel_reasons").on(on)
    named = queues.get(state)
    said_by: Value = queues
    if state == State.CANCELLED:
        named, said_by = reasons.get(reason, {}).get("queue"), reasons
    if named not in set(Queue):
        named = Queue.UNROUTABLE
    return Decision(Queue(named), (Reason("queue_of_state", {"state": state, "why": reason}, said_by.ref),))


def cancel_reasons(on: date) -> tuple[str, ...]:
    """Give the reasons a person may choose from when cancelling."""
    ours = {"rescheduled", "released"}  # the program gives these itself
    return tuple(name for name in rule("scheduling/cancel_reasons").on(on).data if name not in ours)


def cancel_choices(on: date, language: str, *, member: bool) -> tuple[tuple[str, str], ...]:
    """Give the reasons to choose from with their words; for a member only those about themselves."""
    data = rule("scheduling/cancel_reasons").on(on).data
    chosen = (code for code in cancel_reasons(on) if not member or data[code]["by_member"])
    return tuple((code, data[code].get(language) or data[code]["en"]) for code in chosen)


def hold_until(now: datetime) -> datetime:
    """Give the instant at which a hold made now ends (rule ``scheduling/hold``)."""
    minutes: int = rule("scheduling/hold").on(now.date())["minutes"]
    return now + timedelta(minutes=minutes)


def may_reschedule(state: str, starts_at: datetime, now: datetime) -> Decision[bool]:
    """Say whether another time may be chosen: while it is held or booked and has not begun."""
    if state not in ACTIVE:
        return Decision(False, (Reason("appointment_over", {"state": state}),))
    if starts_at <= now:
        return Decision(False, (Reason("appointment_begun"),))
    return Decision(True, (Reason("may_reschedule"),))
