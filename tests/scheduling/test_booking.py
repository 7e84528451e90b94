"""One seat, one member, one answer: the words of booking one after the other."""

from datetime import timedelta

import pytest

from switchboard.kernel.reasons import Decision
from switchboard.platform import outbox
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import AuditEvent, IdempotencyKey
from switchboard.scheduling.actions import (
    book,
    cancel,
    confirm,
    expire_holds,
    hold,
    mark_kept,
    mark_no_show,
    release,
    reschedule,
)
from switchboard.scheduling.core.answer import Outcome
from switchboard.scheduling.models import Appointment, AppointmentHistory, Slot
from tests.scheduling.world import MONDAY, World

pytestmark = pytest.mark.django_db


def take(how, slot: int, member: int, **more) -> Outcome:
    given = {"modality": "video", "by": SWITCHBOARD} | more
    return answer(how(slot_id=slot, member_id=member, **given))


def answer(decision: Decision[Outcome]) -> Outcome:
    assert decision.because
    return decision.outcome


def taken(slot: int) -> int:
    return Slot.objects.get(pk=slot).taken


def change(how, outcome: Outcome, **more) -> str:
    return answer(how(appointment=outcome.appointment.public_id, by=SWITCHBOARD, **more)).answer


def test_a_booking_takes_the_seat_and_is_told_and_audited(world: World):
    slot, member, reader = world.slot(), world.member(), outbox.Reader(outbox.latest())
    done = take(book, slot, member, key="k", request_id=5)
    assert (done.answer, done.replayed, taken(slot)) == ("booked", False, 1)
    assert done.appointment.wall_time == "2030-03-04T09:00"
    (event,) = reader.news()
    assert event.kind == "appointment.booked"
    minutes = int(MONDAY.timestamp() // 60) + 9 * 60
    assert event.payload | {"role_id": 0, "practitioner_id": 0} == {
        "appointment_id": done.appointment.id,
        "slot_id": slot,
        "role_id": 0,
        "practitioner_id": 0,
        "member_id": member,
        "request_id": 5,
        "starts": minutes,
        "ends": minutes + 60,
        "seats_left": 0,
        "reason": "",
        "grouped": False,
        "replaces": None,
    }
    assert AuditEvent.objects.filter(member_id=member, what="appointment:booked").count() == 1
    assert IdempotencyKey.objects.get(key="k").body["answer"] == "booked"


def test_a_taken_seat_is_just_taken(world: World):
    slot = world.slot()
    take(book, slot, world.member())
    assert take(book, slot, world.member()).answer == "just_taken"
    assert taken(slot) == 1


def test_a_hold_is_confirmed_released_or_ends(world: World):
    first, second, third = (take(hold, world.slot(), world.member()) for _ in range(3))
    assert {o.answer for o in (first, second, third)} == {"held"}
    assert change(confirm, first) == "booked"
    assert [h.state for h in AppointmentHistory.objects.filter(id=first.appointment.id)] == ["held"]
    assert change(release, second) == "cancelled"
    assert change(release, first) == "not_possible"
    with stopped_at(now() + timedelta(minutes=11)):
        assert change(confirm, third) == "not_possible"
        assert expire_holds() == 1
    assert taken(second.appointment.slot_id) == taken(third.appointment.slot_id) == 0


def test_a_stale_hold_gives_way_on_the_spot(world: World):
    slot = world.slot()
    stale = take(hold, slot, world.member())
    assert take(book, slot, world.member()).answer == "just_taken"
    with stopped_at(now() + timedelta(minutes=11)):
        assert take(book, slot, world.member()).answer == "booked"
    assert Appointment.objects.get(pk=stale.appointment.id).state == "expired"
    assert taken(slot) == 1


def test_a_stale_hold_on_another_sources_slot_gives_way_too(world: World):
    who = world.practitioner()
    here, there = world.slot(world.schedule(who)), world.slot(world.schedule(who), at=9.5)
    take(hold, here, world.member())
    assert take(book, there, world.member()).answer == "practitioner_busy"
    with stopped_at(now() + timedelta(minutes=11)):
        assert take(book, there, world.member()).answer == "booked"
    assert taken(here) == 0


def test_nobody_is_in_two_places(world: World):
    who, member = world.practitioner(), world.member()
    assert take(book, world.slot(world.schedule(who)), member).answer == "booked"
    assert take(book, world.slot(world.schedule(who), at=9.5), world.member()).answer == "practitioner_busy"
    assert take(book, world.slot(at=9.5), member).answer == "member_busy"
    assert take(book, world.slot(world.schedule(who), at=10), world.member()).answer == "booked"


def test_a_group_has_its_seats_and_no_more(world: World):
    slot = world.slot(seats=3)
    same = world.member()
    assert take(book, slot, same).answer == "booked"
    assert take(book, slot, same).answer == "member_busy"
    assert [take(book, slot, world.member()).answer for _ in range(3)] == ["booked", "booked", "just_taken"]
    assert taken(slot) == 3


@pytest.mark.parametrize(
    ("slot", "asked", "says"),
    [
        ({"withdrawn": True}, {}, "withdrawn"),
        ({"modalities": 1}, {}, "not_fitting"),
        ({"for_new": False}, {}, "not_fitting"),
        ({"for_new": False}, {"returning": True}, "booked"),
        ({"for_returning": False}, {"returning": True}, "not_fitting"),
        ({"at": -24 * 3650}, {}, "begun"),
    ],
)
def test_a_slot_must_be_open_and_fit(world: World, slot, asked, says):
    assert take(book, world.slot(**slot), world.member(), **asked).answer == says


def test_an_unknown_slot_or_appointment_is_said_so(world: World):
    assert take(book, 0, world.member()).answer == "slot_unknown"
    stranger = "00000000-0000-0000-0000-000000000000"
    assert answer(confirm(appointment=stranger, by=SWITCHBOARD)).answer == "appointment_unknown"


def test_a_move_takes_the_new_seat_and_frees_the_old(world: World):
    slot, other = world.slot(), world.slot(at=12)
    old = take(book, slot, world.member())
    new = answer(reschedule(appointment=old.appointment.public_id, slot_id=other, by=SWITCHBOARD, key="m"))
    again = answer(reschedule(appointment=old.appointment.public_id, slot_id=other, by=SWITCHBOARD, key="m"))
    assert (new.answer, again.answer, again.replayed) == ("booked", "booked", True)
    assert (taken(slot), taken(other)) == (0, 1)
    assert Appointment.objects.get(pk=new.appointment.id).replaces_id == old.appointment.id


def test_a_move_within_the_same_hour_is_no_conflict_with_itself(world: World):
    who = world.practitioner()
    old = take(book, world.slot(world.schedule(who)), world.member())
    later = world.slot(world.schedule(who), at=9.5)
    moved = answer(reschedule(appointment=old.appointment.public_id, slot_id=later, by=SWITCHBOARD))
    assert moved.answer == "booked"


def test_a_move_that_fails_leaves_the_old_booking(world: World):
    slot, other = world.slot(), world.slot(at=12)
    take(book, other, world.member())
    old = take(book, slot, world.member())
    move = {"appointment": old.appointment.public_id, "slot_id": other, "by": SWITCHBOARD, "key": "m"}
    assert answer(reschedule(**move)).answer == "just_taken"
    assert answer(reschedule(**move)).replayed
    assert Appointment.objects.get(pk=old.appointment.id).state == "booked"
    assert (taken(slot), taken(other)) == (1, 1)


def test_a_cancellation_says_why_and_stands_in_one_queue(world: World):
    slot = world.slot()
    done = take(book, slot, world.member())
    with pytest.raises(ValueError, match="choose one of"):
        change(cancel, done, reason="because")
    assert change(cancel, done, reason="practitioner_away") == "cancelled"
    row = Appointment.objects.get(pk=done.appointment.id)
    assert (row.queue, row.reason, row.queue_done_at, taken(slot)) == (
        "rebook",
        "practitioner_away",
        None,
        0,
    )


def test_what_became_of_it_is_said_after_it_began(world: World):
    kept, missed = take(book, world.slot(), world.member()), take(book, world.slot(), world.member())
    assert change(mark_kept, kept) == "not_possible"
    with stopped_at(MONDAY + timedelta(hours=9)):
        assert change(mark_kept, kept) == "fulfilled"
        assert change(mark_no_show, missed) == "noshow"
        assert change(mark_kept, missed) == "not_possible"
    assert Appointment.objects.get(pk=missed.appointment.id).queue == "outreach"
    assert Appointment.objects.get(pk=kept.appointment.id).queue == "none"


def test_the_same_key_gets_the_same_answer_and_nothing_happens_twice(world: World):
    slot, member = world.slot(seats=5), world.member()
    first, second = (take(book, slot, member, key="k") for _ in range(2))
    assert (first.replayed, second.replayed, first.appointment) == (False, True, second.appointment)
    assert take(book, slot, world.member(), key="k").answer == "mismatch"
    assert taken(slot) == 1


def test_a_kept_no_is_repeated(world: World):
    slot, member = world.slot(), world.member()
    holder = take(book, slot, world.member())
    assert take(book, slot, member, key="k").answer == "just_taken"
    change(cancel, holder, reason="member_asked")
    again = take(book, slot, member, key="k")
    assert (again.answer, again.replayed) == ("just_taken", True)
    assert take(book, slot, member, key="k2").answer == "booked"
