"""S1: no seat is sold twice and nobody is in two places, whoever comes at the same time (R01, R02, R22)."""

from pathlib import Path

import psycopg
import pytest
from django.db import connection

import switchboard.scheduling
from switchboard.platform.access import SWITCHBOARD
from switchboard.scheduling.actions import book, confirm, hold, reschedule
from switchboard.scheduling.models import Appointment
from tests.scheduling.racing import NONE, attempt, race, storm, tally, wrongs
from tests.scheduling.world import World

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 8


def test_one_seat_goes_to_one_of_many(world: World):
    """Seen to fail without ``taken < seats`` in the statement and the check constraint (the rest stands)."""
    slot = world.slot()
    said = tally(race([[attempt(slot, world.member())] for _ in range(CLIENTS)]))
    assert said == {"booked": 1, "just_taken": CLIENTS - 1}
    assert wrongs() == NONE


def test_a_pending_hold_keeps_others_out_and_is_confirmed_once(world: World):
    """R01: a hold is as good as a booking against others; two confirmations are one booking."""
    slot, member = world.slot(), world.member()
    held = hold(slot_id=slot, member_id=member, modality="video", by=SWITCHBOARD).outcome.appointment

    def yes() -> str:
        return str(confirm(appointment=held.public_id, by=SWITCHBOARD).outcome.answer)

    said = tally(race([[yes], [yes], [attempt(slot, world.member())], [attempt(slot, world.member(), hold)]]))
    assert said == {"booked": 1, "not_possible": 1, "just_taken": 2}
    assert wrongs() == NONE


def test_a_group_of_n_takes_n(world: World):
    """R01: the second seat of a group is no second booking of its time, the one after the last is refused."""
    slot = world.slot(seats=5)
    said = tally(race([[attempt(slot, world.member())] for _ in range(CLIENTS)]))
    assert said == {"booked": 5, "just_taken": 3}
    assert wrongs() == NONE


def test_a_place_without_practitioner_takes_its_capacity(world: World):
    slot = world.slot(world.schedule(None), seats=3)
    said = tally(race([[attempt(slot, world.member())] for _ in range(CLIENTS)]))
    assert said == {"booked": 3, "just_taken": CLIENTS - 3}


def test_slots_of_two_sources_are_one_practitioner(world: World):
    """R01: an imported slot overlaps our own; the constraint sees the practitioner, not the source."""
    who = world.practitioner()
    slots = [world.slot(world.schedule(who), at=9 + n / 4) for n in range(4)]
    said = tally(race([[attempt(slots[n % 4], world.member())] for n in range(CLIENTS)]))
    assert said["booked"] == 1
    assert said["booked"] + said["just_taken"] + said["practitioner_busy"] == CLIENTS
    assert wrongs() == NONE


def test_one_member_at_many_doors_at_once_gets_one_appointment(world: World):
    member = world.member()
    said = tally(race([[attempt(world.slot(), member)] for _ in range(CLIENTS)]))
    assert said == {"booked": 1, "member_busy": CLIENTS - 1}
    assert wrongs() == NONE


def test_a_series_books_each_of_its_weeks_once(world: World):
    """R01: recurring. Two people want the same ten weeks: each week goes to one of them."""
    who = world.practitioner()
    weeks = [world.slot(world.schedule(who), at=9 + 168 * n) for n in range(10)]
    said = tally(
        race([[attempt(week, member) for week in weeks] for member in (world.member(), world.member())])
    )
    assert said == {"booked": 10, "just_taken": 10}
    assert wrongs() == NONE


def test_crossing_moves_leave_everybody_with_one_seat(world: World):
    """R01: reschedule. All want the one free slot, then each other's: nobody is lost or doubled."""
    slots = [world.slot(at=9 + 2 * n) for n in range(CLIENTS)]
    free = world.slot(at=60)
    booked = [
        book(slot_id=s, member_id=world.member(), modality="video", by=SWITCHBOARD).outcome.appointment
        for s in slots
    ]

    def go(n: int, to: int):
        return lambda: str(
            reschedule(appointment=booked[n].public_id, slot_id=to, by=SWITCHBOARD).outcome.answer
        )

    jobs = [[go(n, free), go(n, slots[(n + 1) % CLIENTS])] for n in range(CLIENTS)]
    said = tally(race(jobs))
    assert set(said) <= {"booked", "just_taken", "not_possible"}
    assert said["booked"] >= 1
    assert Appointment.objects.filter(state="booked").count() == CLIENTS
    assert wrongs() == NONE


def test_a_storm_of_bookings_leaves_no_overlap(world: World):
    """The ten-second version of S1; the full one, with kills, is nightly.

    Seen to fail (a control, below) when the exclusion constraint is dropped.
    """
    slots, members = _town(world)
    said = storm(slots, members, clients=8, attempts=800)
    assert set(said) <= {"booked", "just_taken", "practitioner_busy", "member_busy"}
    assert said["booked"] > 0
    assert wrongs() == NONE


def test_the_control_without_the_constraint_doubles(world: World, owner):
    """The same storm with the constraint dropped finds overlaps, or the test above proves nothing."""
    slots, members = _town(world)
    owner("ALTER TABLE scheduling_appointment DROP CONSTRAINT practitioner_in_one_place")
    try:
        storm(slots, members, clients=8, attempts=400)
        assert wrongs()["overlaps"] > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE scheduling_appointment, scheduling_slot CASCADE")
        owner(
            "ALTER TABLE scheduling_appointment ADD CONSTRAINT practitioner_in_one_place EXCLUDE USING gist"
            " (practitioner_id WITH =, during WITH &&, seat_key WITH <>)"
            " WHERE (state IN ('held', 'booked'))"
        )


def test_no_sleep_stands_in_for_a_constraint():
    """R02: LibreBooking 'fixed' its double bookings with ``sleep(rand(3, 6))``."""
    room = Path(switchboard.scheduling.__file__).parent
    assert not [p for p in room.rglob("*.py") if "sleep(" in p.read_text()]


def _town(world: World) -> tuple[list[int], list[int]]:
    """Ten practitioners, each in two sources whose slots overlap by half an hour; forty members."""
    people = [world.practitioner() for _ in range(10)]
    slots = [
        world.slot(schedule, at=9 + hour + half)
        for who in people
        for half in (0, 0.5)
        for schedule in [world.schedule(who)]
        for hour in range(8)
    ]
    return slots, [world.member() for _ in range(40)]


@pytest.fixture
def owner(server):
    """Run a statement as the tables' owner."""

    def run(statement: str) -> None:
        name = connection.settings_dict["NAME"]
        with psycopg.connect(server.url("switchboard_owner", name), autocommit=True) as db:
            db.execute(statement)

    return run
