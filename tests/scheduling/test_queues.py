"""S5: every appointment stands in exactly one queue; what nobody can place is seen (R05, R06)."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.clock import stopped_at
from switchboard.platform.models import WorkItem
from switchboard.scheduling.actions import book, cancel, mark_no_show, reconcile, take_status
from switchboard.scheduling.core.appointment import Queue, State, cancel_reasons, queue_for
from switchboard.scheduling.models import Appointment, Slot
from tests.scheduling.world import MONDAY, World

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=2)


def booked(world: World):
    return book(
        slot_id=world.slot(), member_id=world.member(), modality="phone", by=SWITCHBOARD
    ).outcome.appointment


def test_every_state_and_reason_has_one_queue_somebody_looks_at():
    for state in State:
        for reason in cancel_reasons(MONDAY.date()) if state is State.CANCELLED else [""]:
            assert queue_for(state, reason, on=MONDAY.date()).outcome is not Queue.UNROUTABLE
    for unknown in ("waitlisted", "", "cancelled"):
        assert queue_for(unknown, "because", on=MONDAY.date()).outcome is Queue.UNROUTABLE


def test_a_no_show_stands_in_outreach(world: World):
    one = booked(world)
    with stopped_at(LATER):
        mark_no_show(appointment=one.public_id, by=SWITCHBOARD)
    assert Appointment.objects.get(pk=one.id).queue == "outreach"


def test_a_thousand_odd_events_are_a_thousand_things_to_see(world: World):
    """Unknown code, reason or appointment: 1,000 in, 1,000 visible, none silent, nothing changed."""
    known = [booked(world) for _ in range(3)]
    for n in range(1000):
        odd = [
            {"appointment": known[n % 3].public_id, "code": f"code-{n}"},
            {"appointment": known[n % 3].public_id, "code": "cancelled", "reason": f"reason-{n}"},
            {"appointment": uuid4(), "code": "noshow"},
        ][n % 3]
        assert not take_status(by=SWITCHBOARD, once=f"message-{n}", **odd).outcome.done
    assert WorkItem.objects.filter(queue="unroutable", closed_at__isnull=True).count() == 1000
    assert Counter(Appointment.objects.values_list("state", flat=True)) == {"booked": 3}


def test_a_status_that_cannot_be_yet_is_seen_too(world: World):
    """Another system says 'no-show' of a visit to come: a person looks, nothing is changed."""
    take_status(appointment=booked(world).public_id, code="noshow", by=SWITCHBOARD, once="m")
    assert WorkItem.objects.get().queue == "unroutable"


def test_a_known_status_is_taken_once(world: World):
    one = booked(world)
    with stopped_at(LATER):
        for _ in range(2):
            take_status(appointment=one.public_id, code="fulfilled", by=SWITCHBOARD, once="m")
    assert Appointment.objects.get().state == "fulfilled"
    assert not WorkItem.objects.exists()


def test_the_sums_of_a_night_add_up(world: World):
    kept, missed, gone = booked(world), booked(world), booked(world)
    booked(world)
    cancel(appointment=gone.public_id, reason="practitioner_away", by=SWITCHBOARD)
    with stopped_at(MONDAY + timedelta(hours=10)):
        take_status(appointment=kept.public_id, code="fulfilled", by=SWITCHBOARD, once="a")
        mark_no_show(appointment=missed.public_id, by=SWITCHBOARD)
        sums = reconcile()
    assert sums.balanced
    assert sums.by_queue == {"upcoming": 1, "outreach": 1, "rebook": 1, "none": 0}
    assert not WorkItem.objects.exists()


def test_a_row_in_the_wrong_queue_or_an_uncounted_seat_is_an_alarm(world: World):
    """Plain sums always agree with themselves: queues are held against ``queue_for``, seats are counted."""
    one = booked(world)
    Appointment.objects.filter(pk=one.id).update(queue="none")
    assert not reconcile().balanced
    Appointment.objects.filter(pk=one.id).update(queue="upcoming")
    Slot.objects.filter(pk=one.slot_id).update(taken=0)
    assert not reconcile().balanced
    assert WorkItem.objects.get().queue == "unroutable"


def test_one_unroutable_appointment_is_an_alarm(world: World):
    one = booked(world)
    Appointment.objects.filter(pk=one.id).update(queue="unroutable")
    assert reconcile().balanced
    assert WorkItem.objects.get().urgency == 1


def test_the_database_knows_no_other_queue(world: World):
    one = booked(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=one.id).update(queue="lost")


def test_a_visit_nobody_marked_is_asked_after(world: World):
    booked(world)
    with stopped_at(LATER):
        reconcile()
        reconcile()
    assert WorkItem.objects.get().kind == "unmarked_visit"
