"""The thread, end to end below the pages: ask, answer, triage, match, book."""

from datetime import UTC, date, datetime, timedelta

import pytest

from switchboard.frontdoor.actions import answer_item, ask, book, finish, offer, say
from switchboard.frontdoor.core.conversation import next_step
from switchboard.frontdoor.queries import request_of, said_for
from switchboard.matching.queries import forget
from switchboard.members.models import Coverage, Member
from switchboard.network.models import Licence, Location, Practitioner, PractitionerRole, Source
from switchboard.outcomes.models import Answer, CrisisTask
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now
from switchboard.platform.models import OutboxEvent, User
from switchboard.platform.roles import Role
from switchboard.scheduling.core.answer import Answer as Said
from switchboard.scheduling.models import Schedule, Slot
from tests.scheduling.racing import race

pytestmark = pytest.mark.django_db
OWN = {
    "reasons": ["mood"],
    "place": "CT",
    "perinatal": "no",
    "unusual": ["none"],
    "history": ["none"],
    "function": "1",
    "wants": "talk",
    "meet": ["in_person", "video"],
    "times": [],
    "gender": "any",
    "language": "en",
    "background": [],
    "contact": "message",
}


@pytest.fixture
def viewer() -> Viewer:
    """A member of forty in Hartford, covered, signed in."""
    user = User.objects.create_user("ana@example.org", name="Ana Example", role=Role.MEMBER.value)
    member = Member.objects.create(
        member_number="M1",
        family_name="Example",
        given_name="Ana",
        birth_date=date(1986, 5, 1),
        sex="female",
        state="CT",
        zip5="06105",
        latitude=41.77,
        longitude=-72.70,
        user=user,
    )
    Coverage.objects.create(
        member=member, line_of_business="COM", period=(date(2020, 1, 1), date(2040, 1, 1))
    )
    return Viewer(user.pk, user.name, Role.MEMBER, member_id=member.pk)


@pytest.fixture
def slot() -> int:
    """A therapist two miles away with one open hour in three days."""
    source = Source.objects.create(name="Elm Street Counseling", kind="small_group")
    place = Location.objects.create(
        name="Elm Street", state="CT", zip5="06106", latitude=41.75, longitude=-72.69
    )
    person = Practitioner.objects.create(
        family_name="Rivera", given_name="Luz", languages=["en", "es"], gender="female", behavioral=True
    )
    Licence.objects.create(practitioner=person, state="CT", number="1")
    role = PractitionerRole.objects.create(
        practitioner=person,
        location=place,
        source=source,
        treats=["depression", "anxiety"],
        levels_of_care=["outpatient"],
        modalities=["in_person", "video"],
        lines_of_business=["COM"],
    )
    schedule = Schedule.objects.create(
        source=source, role=role, practitioner=person, time_zone="America/New_York"
    )
    starts = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    forget()
    return Slot.objects.create(
        schedule=schedule,
        role=role,
        practitioner=person,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=50),
    ).pk


def converse(viewer: Viewer, items: dict[str, int]) -> tuple:
    """Answer every step: own questions as OWN says, items by ``items`` (0 where not named)."""
    view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
    for _ in range(60):
        said, _ = said_for(viewer=viewer, request=view, language="en")
        step = next_step(said)
        if step is None:
            return view, said
        if step.instrument:
            answer_item(
                request_id=view.request_id,
                instrument=step.instrument,
                link_id=step.code,
                value=items.get(step.code, 0),
                by=viewer,
                language="en",
            )
        else:
            say(request_id=view.request_id, question=step.code, value=OWN[step.code], by=viewer)
    raise AssertionError("The conversation does not end.")


def test_a_member_goes_from_the_first_question_to_a_booked_appointment(viewer, slot):
    """Moderate depression: a therapist, with reasons, booked, and the request says so."""
    low = {"phq2-1": 2, "phq2-2": 2, **{f"phq9-{n}": 1 for n in range(3, 9)}}
    view, _ = converse(viewer, low)
    triaged = finish(request=view, by=viewer, language="en")
    assert triaged.outcome.lane == "therapy"
    assert triaged.because
    offers = offer(request_id=view.request_id, by=viewer).found
    assert [pair.slot for pair in offers.outcome] == [slot]
    assert offers.outcome[0].because
    booked = book(request_id=view.request_id, slot_id=slot, modality="video", by=viewer, key="k1")
    assert booked.outcome.answer is Said.BOOKED
    after = request_of(viewer=viewer, public_id=view.public_id)
    assert after.state == "booked"
    assert after.appointment_starts_at > now()
    assert after.due_at is not None
    assert offer(request_id=view.request_id, by=viewer).found.outcome == ()
    assert CrisisTask.objects.count() == 0


def test_item_nine_several_days_opens_a_crisis_task_with_its_answer(viewer, slot):
    """The answer and its task are one; the triage is urgent; asking on is possible."""
    view, _ = converse(viewer, {"phq2-1": 2, "phq2-2": 2, "phq9-9": 1})
    task = CrisisTask.objects.get()
    assert task.member_id == viewer.member_id
    assert Answer.objects.get(risk="positive").crisis_task_id == task.pk
    assert finish(request=view, by=viewer, language="en").outcome.lane == "urgent"


def test_thoughts_of_self_harm_named_as_the_reason_open_a_crisis_task(viewer):
    """Words outside any instrument count as well."""
    view = ask(member_id=viewer.member_id, channel="portal", by=viewer)
    assert say(request_id=view.request_id, question="reasons", value=["self_harm", "mood"], by=viewer)
    assert CrisisTask.objects.get().member_id == viewer.member_id
    said, _ = said_for(viewer=viewer, request=view, language="en")
    assert next_step(said).key == "asq:asq-1"


@pytest.mark.django_db(transaction=True)
def test_of_four_pages_opened_at_once_one_is_the_first_offer(viewer, slot):
    """No page waits for another, one first offer is told, and a request booked meanwhile stays booked."""
    view, _ = converse(viewer, {"phq2-1": 2, "phq2-2": 2})
    finish(request=view, by=viewer, language="en")
    seen = request_of(viewer=viewer, public_id=view.public_id)

    def again() -> int:
        return len(offer(request_id=view.request_id, by=viewer, seen=seen).found.outcome)

    assert race([[again]] * 4) == [[1]] * 4
    assert OutboxEvent.objects.filter(kind="request.offered").count() == 1
    first = request_of(viewer=viewer, public_id=view.public_id)
    book(request_id=view.request_id, slot_id=slot, modality="video", by=viewer, key="k1")
    Slot.objects.filter(pk=slot).update(seats=2)
    forget()
    offer(request_id=view.request_id, by=viewer, seen=seen)
    after = request_of(viewer=viewer, public_id=view.public_id)
    assert (first.state, after.state) == ("offered", "booked")
    assert after.first_offered_at == first.first_offered_at
