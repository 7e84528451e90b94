"""Weekly hours by hand: seen before anything opens, and nobody else's."""

from datetime import UTC, date, datetime

import pytest

from switchboard.network.models import Practitioner
from switchboard.platform.clock import stopped_at
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Schedule, Slot, WeeklyHours
from tests.portals.network.asking import entered, get, post

pytestmark = pytest.mark.django_db


def test_hours_show_the_coming_two_weeks_before_anything_is_open(world, manager):
    schedule = world.schedule(world.therapist())
    with stopped_at(datetime(2026, 11, 22, 17, tzinfo=UTC)):
        body = post(manager, "schedule", schedule.pk, **entered({})).text
        assert "Monday, Nov 23" in body
        assert "9:00 AM · 10:00 AM · 11:00 AM" in body
        assert "Monday, Dec 7" not in body
        assert Slot.objects.count() == 0
        post(manager, "schedule", schedule.pk, **entered({}, do="open"))
    first = Slot.objects.order_by("starts_at").first()
    assert first.starts_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_spare_rows_left_as_they_are_ask_for_nothing(world, manager):
    """A browser sends them all, with the lengths that stand in them."""
    schedule = world.schedule(world.therapist())
    spare = {"weekday": "", "opens": "", "closes": ""}
    sent = entered({}, spare, days=[{"day": "", "opens": "", "closes": ""}], do="open")
    assert post(manager, "schedule", schedule.pk, **sent).status_code == 302
    assert WeeklyHours.objects.count() == 1


def test_a_closed_day_takes_its_slots_but_never_an_appointments(world, manager):
    schedule = world.schedule(world.therapist())
    with stopped_at(datetime(2026, 11, 22, 17, tzinfo=UTC)):
        post(manager, "schedule", schedule.pk, **entered({}, do="open"))
        taken = Slot.objects.order_by("starts_at").first()
        Slot.objects.filter(pk=taken.pk).update(taken=1)
        days = [{"day": "2026-11-23", "opens": "", "closes": ""}]
        post(manager, "schedule", schedule.pk, **entered({}, days=days, do="open"))
        gone = Slot.objects.filter(starts_at__date=date(2026, 11, 23))
        assert set(gone.values_list("withdrawn", flat=True)) == {True}
        assert Slot.objects.get(pk=taken.pk).taken == 1
        assert "Withdrawn, 1 stay" in get(manager, "schedule", schedule.pk).text


def test_what_is_kept_comes_back_into_the_form_as_it_was_entered(world, manager):
    schedule = world.schedule(world.therapist())
    row = {"visit_minutes": "30", "seats": "6", "whom": "new", "how": ["video"], "until": "2027-01-31"}
    post(manager, "schedule", schedule.pk, **entered(row, do="open", buffer="15"))
    kept = WeeklyHours.objects.get()
    assert (kept.visit_minutes, kept.seats, kept.for_returning, kept.modalities) == (30, 6, False, ["video"])
    assert kept.period.upper == date(2027, 2, 1)
    body = get(manager, "schedule", schedule.pk).text
    assert 'value="2027-01-31"' in body
    assert 'value="15"' in body


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"closes": "08:00"}, "Later than it opens"),
        ({"closes": "09:20"}, "Not one visit fits"),
        ({"opens": "soon"}, "valid time"),
        ({"since": "2027-01-02", "until": "2027-01-01"}, "Not before the first day"),
    ],
)
def test_hours_that_cannot_be_say_why_and_change_nothing(world, manager, row, says):
    schedule = world.schedule(world.therapist())
    answer = post(manager, "schedule", schedule.pk, **entered(row, do="open"))
    assert answer.status_code == 422
    assert says in answer.text
    assert WeeklyHours.objects.count() == 0


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.PRACTICE_MANAGER])
def test_people_enter_their_own_hours_and_nobody_elses(world, role):
    own, other = world.therapist(), world.therapist("Ann Other", npi="")
    Practitioner.objects.filter(pk=own.practitioner_id).update(user=world.person(role))
    browser = world.browser(role)
    assert post(browser, "open_schedule", other.pk).status_code == 404
    theirs = world.schedule(other)
    assert get(browser, "schedule", theirs.pk).status_code == 404
    assert post(browser, "schedule", theirs.pk, **entered({}, do="open")).status_code == 404
    assert post(browser, "open_schedule", own.pk).status_code == 302
    mine = Schedule.objects.get(role=own)
    assert post(browser, "schedule", mine.pk, **entered({}, do="open")).status_code == 302
    assert Slot.objects.filter(schedule=mine).exists()
    assert "Elm Street" in get(browser, "own_hours").text


def test_a_supervisor_sees_hours_and_does_not_change_them(world):
    schedule = world.schedule(world.therapist())
    supervisor = world.browser(Role.SUPERVISOR)
    assert "Show the coming two weeks" not in get(supervisor, "schedule", schedule.pk).text
    assert post(supervisor, "schedule", schedule.pk, **entered({}, do="open")).status_code == 404
    assert WeeklyHours.objects.count() == 0
