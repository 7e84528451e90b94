"""The snapshot follows the outbox: what happens in the database shows in the next match."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from switchboard.matching.core.facts import Need
from switchboard.matching.queries import forget, match_now, third_next
from switchboard.members.models import Member
from switchboard.network.models import Licence, Practitioner, PractitionerRole, Source
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.outbox import tell
from switchboard.scheduling.actions import book, cancel
from switchboard.scheduling.core.answer import Answer
from switchboard.scheduling.models import Schedule, Slot

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
MINUTE = int(TODAY.timestamp()) // 60
NEED = Need(
    now=MINUTE,
    earliest=MINUTE,
    latest=MINUTE + 60 * 24 * 28,
    zone="America/New_York",
    state="CT",
    line="COM",
    age=40,
    conditions=frozenset({"depression"}),
    level="outpatient",
    modalities=("video",),
)


@pytest.fixture(autouse=True)
def _afresh():
    forget()
    yield
    forget()


def practitioner(name: str, **more: object) -> PractitionerRole:
    source, _ = Source.objects.get_or_create(name="Pool", kind="aggregator")
    person = Practitioner.objects.create(family_name=name, behavioral=True, languages=["en"])
    Licence.objects.create(practitioner=person, state="CT", number=name)
    facts = {
        "treats": ["depression"],
        "levels_of_care": ["outpatient"],
        "modalities": ["video"],
        "lines_of_business": ["COM"],
    }
    return PractitionerRole.objects.create(practitioner=person, source=source, **(facts | more))


def opening(role: PractitionerRole, hours: int, source_name: str = "Pool", seats: int = 1) -> int:
    source, _ = Source.objects.get_or_create(name=source_name, kind="aggregator")
    schedule, _ = Schedule.objects.get_or_create(
        source=source, role=role, practitioner_id=role.practitioner_id, time_zone="America/New_York"
    )
    starts = TODAY + timedelta(hours=hours)
    return Slot.objects.create(
        schedule=schedule,
        role=role,
        practitioner_id=role.practitioner_id,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=50),
        seats=seats,
    ).pk


def member(number: str) -> int:
    return Member.objects.create(
        member_number=number, family_name="Example", birth_date=TODAY.date() - timedelta(days=365 * 40)
    ).pk


def offered() -> list[int]:
    return [pair.slot for pair in match_now(NEED).outcome]


def test_a_booked_time_leaves_the_offers_and_a_cancelled_one_returns():
    """Seen to fail with the appointment events left out of the snapshot's changes."""
    slot = opening(practitioner("Ames"), 30)
    assert offered() == [slot]
    booked = book(slot_id=slot, member_id=member("1"), modality="video", by=SWITCHBOARD)
    assert booked.outcome.answer is Answer.BOOKED
    assert offered() == []
    cancel(appointment=booked.outcome.appointment.public_id, reason="member_asked", by=SWITCHBOARD)
    assert offered() == [slot]


def test_a_booking_closes_the_overlapping_time_of_another_source():
    """One practitioner, two sources naming the same hour: one sale."""
    role = practitioner("Ames")
    other, _ = Source.objects.get_or_create(name="Other", kind="aggregator")
    elsewhere = PractitionerRole.objects.create(
        practitioner_id=role.practitioner_id,
        source=other,
        treats=["depression"],
        levels_of_care=["outpatient"],
        modalities=["video"],
        lines_of_business=["COM"],
    )
    first, second = opening(role, 30), opening(elsewhere, 30, source_name="Other")
    assert set(offered()) <= {first, second}
    book(slot_id=first, member_id=member("1"), modality="video", by=SWITCHBOARD)
    assert offered() == []


def test_a_group_session_is_offered_until_its_last_seat_is_taken():
    """Seats count one by one."""
    slot = opening(practitioner("Ames"), 30, seats=2)
    assert offered() == [slot]
    book(slot_id=slot, member_id=member("1"), modality="video", by=SWITCHBOARD)
    assert offered() == [slot]
    book(slot_id=slot, member_id=member("2"), modality="video", by=SWITCHBOARD)
    assert offered() == []


def test_new_time_and_changed_facts_show_when_they_are_told():
    """An import tells which roles changed; they alone are read again."""
    role = practitioner("Ames")
    assert offered() == []
    slot = opening(role, 30)
    tell("slots.loaded", {"schedule_ids": [], "role_ids": [role.pk]})
    assert offered() == [slot]
    PractitionerRole.objects.filter(pk=role.pk).update(accepting_new=False)
    tell("roles.changed", {"source": 1, "role_ids": [role.pk]})
    assert offered() == []


def test_telling_of_everything_loads_everything():
    """An event that names no roles means all of them."""
    assert offered() == []
    slot = opening(practitioner("Ames"), 30)
    tell("slots.imported", {"source": 1})
    assert offered() == [slot]


def test_a_licence_elsewhere_is_no_licence_here():
    """Licensed where the member is, today; a coach needs none."""
    role = practitioner("Ames")
    slot = opening(role, 30)
    assert match_now(replace(NEED, state="MA")).outcome == ()
    Practitioner.objects.filter(pk=role.practitioner_id).update(profession="coach")
    forget()
    assert [p.slot for p in match_now(replace(NEED, state="MA")).outcome] == [slot]


def test_third_next_available_is_the_third_soonest_practitioner():
    """The field's measure of access: not the first lucky gap."""
    for hours, name in ((80, "a"), (30, "b"), (50, "c"), (70, "d")):
        opening(practitioner(name), hours)
    assert third_next(NEED) == TODAY + timedelta(hours=70)


@pytest.mark.django_db(transaction=True)
def test_a_booking_elsewhere_is_seen_by_a_follower():
    """The follower reads the outbox over its own connection; how soon is measured in the bench."""
    from switchboard.matching.queries import POLL_SECONDS, _snapshot

    slot = opening(practitioner("Ames"), 30)
    assert offered() == [slot]
    seen = threading.Event()

    def following() -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and not seen.is_set():
            with _snapshot.lock:
                _snapshot.catch_up()
            if not match_now(NEED).outcome:
                seen.set()
            time.sleep(POLL_SECONDS)
        connection.close()

    follower = threading.Thread(target=following)
    follower.start()
    book(slot_id=slot, member_id=member("1"), modality="video", by=SWITCHBOARD)
    assert seen.wait(20)
    follower.join()
