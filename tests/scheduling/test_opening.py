"""Weekly hours and sources become slots; the same again changes nothing; appointments always stand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError

from switchboard.platform import outbox
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.clock import stopped_at
from switchboard.scheduling.actions import (
    OfferedSlot,
    Published,
    book,
    open_hours,
    publish_slots,
    set_hours,
    withdraw_slots,
)
from switchboard.scheduling.core.availability import DifferentDay, Hours
from switchboard.scheduling.models import Appointment, Slot
from tests.scheduling.world import MONDAY, World

pytestmark = pytest.mark.django_db

MORNINGS = [Hours(weekday, time(9), time(12)) for weekday in range(5)]


@pytest.fixture(autouse=True)
def monday():
    with stopped_at(MONDAY):
        yield


def offered(schedule, *hours: float, **more) -> list[OfferedSlot]:
    starts = [MONDAY + timedelta(hours=h) for h in hours]
    return [OfferedSlot(schedule.pk, at, at + timedelta(hours=1), **more) for at in starts]


def still_open(schedule) -> list[datetime]:
    rows = Slot.objects.filter(schedule=schedule, withdrawn=False).order_by("starts_at")
    return list(rows.values_list("starts_at", flat=True))


def test_weekly_hours_become_eight_weeks_of_slots_in_the_places_time(world: World):
    schedule = world.schedule(world.practitioner(), "America/New_York")
    done = set_hours(schedule_id=schedule.pk, hours=MORNINGS, by=SWITCHBOARD)
    days = {at.date() for at in still_open(schedule)}
    assert (len(days), done.offered) == (40, 120)
    hours = {(at.date() >= date(2030, 3, 10), at.hour) for at in still_open(schedule)}
    assert hours == {(False, 14), (False, 15), (False, 16), (True, 13), (True, 14), (True, 15)}


def test_again_changes_nothing_and_the_next_day_adds_one(world: World):
    schedule = world.schedule(world.practitioner())
    set_hours(schedule_id=schedule.pk, hours=MORNINGS, by=SWITCHBOARD)
    assert open_hours(by=SWITCHBOARD) == Published(0, 0)
    with stopped_at(MONDAY + timedelta(days=1)):
        assert open_hours(by=SWITCHBOARD) == Published(3, 0)
        withdraw_slots(slots=[Slot.objects.latest("starts_at").pk], by=SWITCHBOARD)
        assert open_hours(by=SWITCHBOARD) == Published(0, 0)


def test_a_day_off_withdraws_its_slots_but_no_appointment(world: World):
    schedule = world.schedule(world.practitioner())
    set_hours(schedule_id=schedule.pk, hours=MORNINGS, by=SWITCHBOARD)
    slot = Slot.objects.filter(schedule=schedule).earliest("starts_at")
    book(slot_id=slot.pk, member_id=world.member(), modality="video", by=SWITCHBOARD)
    off = [DifferentDay(MONDAY.date())]
    assert set_hours(schedule_id=schedule.pk, hours=MORNINGS, different=off, by=SWITCHBOARD).withdrawn == 3
    assert Appointment.objects.get().state == "booked"
    assert set_hours(schedule_id=schedule.pk, hours=MORNINGS, by=SWITCHBOARD).offered == 3
    assert Slot.objects.get(pk=slot.pk).taken == 1


def test_hours_turned_round_are_refused(world: World):
    with pytest.raises(ValueError, match="close after they open"):
        set_hours(schedule_id=1, hours=[Hours(0, time(12), time(9))], by=SWITCHBOARD)


def test_a_source_publishes_again_and_again(world: World):
    schedule = world.schedule(world.practitioner())
    assert publish_slots(offered(schedule, 9, 10, 11), by=SWITCHBOARD) == (3, 0)
    assert publish_slots(offered(schedule, 9, 10, 11), by=SWITCHBOARD) == (0, 0)
    assert publish_slots(offered(schedule, 9, 12), by=SWITCHBOARD, whole=[schedule.pk]) == (1, 2)
    assert still_open(schedule) == [MONDAY + timedelta(hours=h) for h in (9, 12)]


def test_a_booked_slot_keeps_its_time_and_its_seat(world: World):
    schedule = world.schedule(world.practitioner())
    publish_slots(offered(schedule, 9, seats=2), by=SWITCHBOARD)
    slot = Slot.objects.get()
    for _ in range(2):
        book(slot_id=slot.pk, member_id=world.member(), modality="video", by=SWITCHBOARD)
    longer = slot.ends_at + timedelta(hours=3)
    publish_slots([OfferedSlot(schedule.pk, slot.starts_at, longer, seats=1)], by=SWITCHBOARD)
    slot.refresh_from_db()
    assert (slot.seats, slot.taken, slot.ends_at) == (2, 2, MONDAY + timedelta(hours=10))


def test_a_slot_that_ends_before_it_starts_stops_the_whole(world: World):
    schedule = world.schedule(world.practitioner())
    wrong = OfferedSlot(schedule.pk, MONDAY + timedelta(hours=9), MONDAY)
    with pytest.raises(IntegrityError):
        publish_slots([*offered(schedule, 10), wrong], by=SWITCHBOARD)


def test_what_was_loaded_and_withdrawn_is_told(world: World):
    schedule, reader = world.schedule(world.practitioner()), outbox.Reader(outbox.latest())
    publish_slots(offered(schedule, 9), by=SWITCHBOARD)
    slot = Slot.objects.get()
    assert withdraw_slots(slots=[slot.pk], by=SWITCHBOARD) == 1
    assert withdraw_slots(slots=[slot.pk], by=SWITCHBOARD) == 0
    assert [(e.kind, e.payload) for e in reader.news()] == [
        ("slots.loaded", {"schedule_ids": [schedule.pk], "role_ids": [schedule.role_id]}),
        ("slots.withdrawn", {"slots": [slot.pk], "role_ids": [schedule.role_id]}),
    ]


def test_a_slot_reopened_by_time_travel_stays_closed(world: World):
    """R03: a slot whose time has begun is not offered again at any later hour of the day."""
    slot = world.slot()
    for hour in range(9, 24):
        with stopped_at(MONDAY.astimezone(UTC) + timedelta(hours=hour)):
            said = book(slot_id=slot, member_id=world.member(), modality="video", by=SWITCHBOARD)
            assert said.outcome.answer == "begun"
