"""What happens elsewhere when an appointment ends: once each, whatever the order of the events."""

import pytest

from switchboard.platform.models import OutboxEvent, WorkItem
from switchboard.platform.outbox import Reader, tell
from switchboard.reactions.jobs import react

pytestmark = pytest.mark.django_db


def told(kind: str, **more: object) -> None:
    tell(
        kind,
        {"appointment_id": 5, "member_id": 3, "slot_id": 9, "request_id": None, "starts": 0, "reason": ""}
        | more,
    )


def test_a_no_show_yields_outreach_on_three_separate_days():
    """R06: one missed visit that no queue held cost a life. Seen to fail without the reaction."""
    told("appointment.noshow")
    react()
    items = WorkItem.objects.filter(queue="outreach").order_by("due_at")
    assert len({item.due_at.date() for item in items}) == 3


def test_reacting_again_does_nothing_twice():
    """The cursor moves with the effects."""
    told("appointment.noshow")
    react()
    react()
    assert WorkItem.objects.count() == 3


def test_a_cancellation_waits_for_somebody_to_offer_another_time():
    """Unless it was replaced by another appointment."""
    told("appointment.cancelled", reason="member_asked")
    told("appointment.cancelled", reason="rescheduled", appointment_id=6)
    react()
    assert [item.queue for item in WorkItem.objects.all()] == ["rebook"]


def test_a_cancellation_for_a_reason_nobody_knows_is_unroutable_and_seen():
    """Unknown never means nobody."""
    told("appointment.cancelled", reason="gremlins")
    react()
    assert WorkItem.objects.get().queue == "unroutable"


def test_a_number_drawn_early_and_committed_late_is_not_skipped():
    """Ids are drawn before commits: 12 may be seen before 11. Seen to fail without the gaps."""
    first = OutboxEvent.objects.create(kind="a", payload={})
    reader = Reader(first.pk)
    OutboxEvent.objects.create(id=first.pk + 2, kind="late-gap", payload={})
    assert [e.id for e in reader.news()] == [first.pk + 2]
    OutboxEvent.objects.create(id=first.pk + 1, kind="late", payload={})
    assert [e.id for e in reader.news()] == [first.pk + 1]
    assert reader.news() == []
