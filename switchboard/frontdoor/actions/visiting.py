"""What somebody on the phone does with an appointment; its request follows in the same transaction."""

from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from switchboard.frontdoor.actions.asking import NotSayable, may_write
from switchboard.frontdoor.actions.offering import follow_booking, follow_ending
from switchboard.frontdoor.models import Request
from switchboard.kernel.clocks import end_of
from switchboard.kernel.reasons import Decision
from switchboard.members.queries import care_facts
from switchboard.platform.access import Viewer
from switchboard.platform.clock import today
from switchboard.platform.worklist import open_work
from switchboard.scheduling.actions import cancel, confirm, hold, mark_kept, mark_no_show
from switchboard.scheduling.core.answer import Answer, Outcome


def hold_time(
    *, request_id: int, slot_id: int, modality: str, by: Viewer, key: str | None = None
) -> Decision[Outcome]:
    """Keep a time for a request while it is talked about; answers as scheduling's ``hold`` does."""
    with transaction.atomic():
        row = Request.objects.get(pk=request_id)
        return hold(
            slot_id=slot_id, member_id=row.member_id, modality=modality, by=by, key=key, request_id=row.pk
        )


def confirm_time(*, appointment: UUID, by: Viewer, key: str | None = None) -> Decision[Outcome]:
    """Book a held time."""
    with transaction.atomic():
        return _followed(confirm(appointment=appointment, by=by, key=key))


def cancel_visit(*, appointment: UUID, reason: str, by: Viewer) -> Decision[Outcome]:
    """Cancel an appointment with one of scheduling's reasons; its request waits again."""
    with transaction.atomic():
        return _followed(cancel(appointment=appointment, reason=reason, by=by))


def say_came(*, appointment: UUID, came: bool, by: Viewer) -> Decision[Outcome]:
    """Say whether the member came."""
    with transaction.atomic():
        said = mark_kept if came else mark_no_show
        return _followed(said(appointment=appointment, by=by))


def _followed(decision: Decision[Outcome]) -> Decision[Outcome]:
    outcome, made = decision.outcome, decision.outcome.appointment
    if not outcome.done or outcome.replayed or made is None or made.request_id is None:
        return decision
    if outcome.answer is Answer.BOOKED:
        follow_booking(request_id=made.request_id, appointment_id=made.id, starts_at=made.starts_at)
    elif outcome.answer is not Answer.HELD:
        kept = outcome.answer is Answer.FULFILLED
        follow_ending(request_id=made.request_id, appointment_id=made.id, kept=kept)
    return decision


def follow_up(*, member_id: int, text: str, due: date, by: Viewer) -> None:
    """Put something to be done for a member in the follow-up queue, due at the end of a day of theirs."""
    with transaction.atomic():
        may_write(by, member_id)
        zone = care_facts(viewer=by, member_id=member_id).time_zone
        if not text.strip() or due < today(zone):
            raise NotSayable("A follow-up needs words and a day that is not over: write what, and by when.")
        open_work(
            queue="follow_up",
            kind="follow_up",
            subject=f"member:{member_id}",
            due_at=end_of(due, zone),
            once=f"follow_up:{uuid4()}",
            member_id=member_id,
            note=text.strip()[:500],
        )
