"""Open and used time, added up: a small known world, figures by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from switchboard.frontdoor.models import Request, Triage
from switchboard.insights.actions import count_supply
from switchboard.insights.core.choice import Choice, monday
from switchboard.insights.models import SupplyWeek
from switchboard.insights.queries import Time, demand_now, states_served, supply_counted
from switchboard.members.models import Coverage, Member
from switchboard.network.models import Location, Practitioner, PractitionerRole, Source
from switchboard.platform.clock import stopped_at
from switchboard.scheduling.models import Schedule, Slot

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)  # a Wednesday
BORN = date(1990, 1, 1)
THIS = date(2026, 11, 16)
LAST, NEXT = THIS - timedelta(weeks=1), THIS + timedelta(weeks=1)


@pytest.fixture
def noon():
    with stopped_at(NOON):
        yield


def role(state: str, county: str, lines: list[str], kind: str = "small_group", **more) -> PractitionerRole:
    source = Source.objects.create(name=f"Source {Source.objects.count()}", kind=kind)
    place = Location.objects.create(name="Place", state=state, county_fips=county)
    person = Practitioner.objects.create(
        family_name="Family",
        profession=more.pop("profession", "psychologist"),
        prescribes=more.pop("prescribes", False),
    )
    return PractitionerRole.objects.create(
        practitioner=person, location=place, source=source, lines_of_business=lines, **more
    )


def open_time(of: PractitionerRole, starts: datetime, minutes: int = 60, **more) -> None:
    zone = more.pop("zone", "America/New_York")
    schedule, _ = Schedule.objects.get_or_create(
        source=of.source, role=of, practitioner=of.practitioner, time_zone=zone
    )
    ends = starts + timedelta(minutes=minutes)
    Slot.objects.create(
        schedule=schedule, role=of, practitioner=of.practitioner, starts_at=starts, ends_at=ends, **more
    )


def at(day: date, hour: int = 15) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def small(noon):
    """One in Hartford for two lines: last week an hour used, this week one open of two, next week a group.

    One in Providence for Medicare Advantage: half an hour open next week, one hour withdrawn.
    """
    hartford = role("CT", "09003", ["COM", "MCO"], treats=["depression", "anxiety"])
    open_time(hartford, at(LAST), taken=1)
    open_time(hartford, at(THIS), taken=1)
    open_time(hartford, at(THIS, 18))
    open_time(hartford, at(NEXT), 90, seats=6, taken=2)
    providence = role(
        "RI", "44007", ["MA"], "aggregator", treats=["depression"], profession="psychiatrist", prescribes=True
    )
    open_time(providence, at(NEXT), 30)
    open_time(providence, at(NEXT, 20), withdrawn=True)
    count_supply()


def test_time_is_added_by_week(small):
    """Seats count: a group of six for 90 minutes with two taken has 360 minutes open and 180 used."""
    found = supply_counted(Choice())
    assert dict(found.weeks) == {LAST: Time(0, 60), THIS: Time(60, 60), NEXT: Time(390, 180)}


def test_the_next_four_weeks_are_cut_by_profession_source_county_and_need(small):
    """What went by last week is not among them."""
    soon = supply_counted(Choice()).soon
    hartford, providence = Time(60 + 360, 60 + 180), Time(30, 0)
    assert soon["profession"] == {"psychologist": hartford, "psychiatrist": providence}
    assert soon["kind"] == {"small_group": hartford, "aggregator": providence}
    assert soon["county"] == {"09003": hartford, "44007": providence}
    assert soon["need"] == {"depression": Time(450, 240), "anxiety": hartford, "medication": providence}


def test_a_line_and_a_state_narrow_the_time(small):
    assert dict(supply_counted(Choice(line="MA")).weeks) == {NEXT: Time(30, 0)}
    assert dict(supply_counted(Choice(line="COM")).weeks)[NEXT] == Time(360, 180)
    assert dict(supply_counted(Choice(state="RI")).weeks) == {NEXT: Time(30, 0)}
    assert supply_counted(Choice(line="MA", state="CT")).weeks == {}


def test_counting_again_replaces_and_follows_the_slots(small):
    before = SupplyWeek.objects.count()
    assert count_supply() == before == SupplyWeek.objects.count()
    Slot.objects.filter(starts_at=at(THIS, 18)).update(taken=1)
    count_supply()
    assert supply_counted(Choice()).weeks[THIS] == Time(0, 120)


def test_a_week_begins_where_the_clocks_of_the_place_hang(noon):
    """Monday two in the morning UTC is Sunday evening in New York."""
    of = role("CT", "09003", ["COM"])
    open_time(of, at(NEXT, 2))
    count_supply()
    assert dict(supply_counted(Choice()).weeks) == {THIS: Time(60, 0)}


def test_an_empty_plan_counts_nothing_and_says_when(noon):
    assert supply_counted(Choice()).counted is None
    assert count_supply() == 0
    assert supply_counted(Choice()).counted == NOON
    assert states_served() == []


def test_covered_members_are_counted_once_a_county_and_line(noon):
    """Two coverages of one line are one person; who has left the plan is not counted."""
    for n in range(3):
        member = Member.objects.create(
            member_number=f"M{n}",
            family_name="F",
            birth_date=date(1990, 1, 1),
            state="CT",
            county_fips="09003",
        )
        ends = date(2026, 1, 1) if n == 2 else date(2040, 1, 1)
        for line in ("COM", "COM", "MA")[: 3 if n == 0 else 1]:
            Coverage.objects.create(member=member, line_of_business=line, period=(date(2020, 1, 1), ends))
    count_supply()
    assert supply_counted(Choice()).members == {"09003": 2}
    assert supply_counted(Choice(line="MA")).members == {"09003": 1}
    assert states_served() == ["CT"]


def asked(count: int, days_ago: int = 7, wait: int | None = 7, line: str = "COM", **more) -> None:
    """Let new members ask; ``wait`` calendar days after asking is the appointment."""
    for _ in range(count):
        number = Member.objects.count()
        member = Member.objects.create(
            member_number=f"A{number}", family_name="F", birth_date=BORN, county_fips="09003"
        )
        when = NOON - timedelta(days=days_ago)
        start = None if wait is None else when + timedelta(days=wait)
        made = Request.objects.create(
            member=member, line_of_business=line, care_state="CT", asked_at=when, appointment_starts_at=start,
            booked_at=start and when, first_offered_at=when, first_offer_starts_at=start,
            **{"urgency": "routine", "due_at": when + timedelta(days=14), **more},
        )  # fmt: skip
        for acuity, need in ((5, "sleep"), (4, "depression")):
            Triage.objects.create(
                request=made, acuity=acuity, lane="therapy", needs={"conditions": [need]}, because=[]
            )


def test_demand_is_counted_from_the_requests(noon):
    """Thirty asked a week ago: twenty see somebody after 5 business days, ten wait with a week left."""
    asked(20)
    asked(10, wait=None)
    found = demand_now(Choice())
    assert found.asked == 30
    assert found.waits["start"].median == found.waits["start"].ninetieth == 5
    assert found.waits["kept"].median is None
    assert found.offered is not None
    assert found.offered.percent == 100
    assert found.booked is None or found.booked.bound  # ten without one: the exact share would tell
    assert found.met is not None
    assert found.met.percent == 100
    assert list(found.weeks["asked"])[-2:] == [30, 0]
    assert found.counties == {"09003": 30}


def test_the_newest_triage_says_the_need(noon):
    asked(12)
    assert demand_now(Choice()).needs == {"depression": 10}


def test_what_was_asked_before_the_period_does_not_count(noon):
    asked(15, days_ago=60)
    assert demand_now(Choice(weeks=4)).nobody
    assert demand_now(Choice(weeks=13)).asked == 15


def test_a_small_line_hides_the_next_smallest_from_its_own_page(noon):
    """Three of Medicare Advantage: neither they nor the fifteen of Marketplace, or the rest would tell."""
    asked(3, line="MA")
    asked(15, line="QHP")
    asked(40, line="COM")
    assert demand_now(Choice(line="MA")).asked is None
    assert demand_now(Choice(line="QHP")).asked is None
    assert demand_now(Choice(line="COM")).asked == 40
    assert [c.asked for c in demand_now(Choice()).clocks] == [40, None, None]


def test_clocks_that_run_out_are_counted_apart_or_as_one(noon):
    asked(12, wait=None, due_at=NOON - timedelta(hours=1))
    asked(14, wait=None, due_at=NOON + timedelta(hours=30))
    assert demand_now(Choice()).soon_late == {"over": 10, "day": 0, "two": 10, "week": 0}
    asked(2, wait=None, due_at=NOON + timedelta(hours=2))
    assert demand_now(Choice()).soon_late == {"all": 30}


def test_the_week_of_the_page_begins_on_monday():
    assert monday(NOON) == THIS
    assert monday(datetime(2026, 11, 16, 3, tzinfo=UTC)) == THIS - timedelta(weeks=1)
