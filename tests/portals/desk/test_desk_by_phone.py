"""The navigator on the phone: the same questions, the match, the hold, the booking and what follows."""

import re

import pytest

from switchboard.frontdoor.models import Request
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Appointment
from tests.portals.desk.asking import get, opened, post, through, url
from tests.portals.desk_world import HOST

pytestmark = pytest.mark.django_db


def test_a_navigator_asks_holds_and_books_by_phone(desk, navigator):
    member = desk.member()
    desk.slots()
    opened(navigator, member)
    through(
        navigator, member, {"reasons": "mood", "place": "CT", "phq2-1": "2", "phq2-2": "2", "meet": "video"}
    )
    asked = Request.objects.get()
    assert (asked.channel, asked.state) == ("phone", "triaged")
    body = get(navigator, "matches", member.public_id, asked.pk, hx=True).text
    slot = re.search(r'name="slot" value="(\d+:\w+)"', body).group(1)
    held = post(navigator, "hold", member.public_id, asked.pk, slot=slot)
    assert Appointment.objects.get().state == "held"
    assert "Read it back" in navigator.get(held.url, **HOST).text
    done = navigator.post(held.url, {"do": "book"}, follow=True, **HOST)
    assert "Booked: " in done.text
    asked.refresh_from_db()
    assert (Appointment.objects.get().state, asked.state) == ("booked", "booked")


def test_a_risk_answer_by_phone_leads_to_the_hand_over_with_its_task(desk, navigator):
    member = desk.member()
    opened(navigator, member)
    through(navigator, member, {"reasons": "self_harm"})
    assert CrisisTask.objects.get().member_id == member.pk
    page = get(navigator, "transfer", member.public_id).text
    assert "Call 988 now" in page
    assert "They have been told" in page
    assert 'href="' + url("questions", member.public_id) in page


def test_warm_transfer_opens_one_crisis_task(desk, navigator):
    member = desk.member()
    assert post(navigator, "transfer", member.public_id).status_code == 404
    assert not CrisisTask.objects.exists()
    opened(navigator, member)
    post(navigator, "transfer", member.public_id)
    post(navigator, "transfer", member.public_id)
    assert CrisisTask.objects.get().level == "high"


def test_just_taken_shows_the_next_three(desk, navigator):
    member, other = desk.member(), desk.member("HL00005555")
    slots = desk.slots(6)
    asked, theirs = desk.asked(member), desk.asked(other)
    opened(navigator, member)
    opened(navigator, other)
    assert post(navigator, "hold", other.public_id, theirs.request_id, slot=f"{slots[0]}:video").url
    answer = post(navigator, "hold", member.public_id, asked.request_id, slot=f"{slots[0]}:video")
    assert answer.status_code == 409
    notice = answer.text[: answer.text.index('class="card match')]
    assert re.findall(r'value="(\d+):in_person"', notice) == [str(n) for n in slots[1:4]]


def test_when_nothing_fits_the_page_says_what_loosening_would_bring(desk, navigator):
    member = desk.member()
    desk.slots()
    asked = desk.asked(member)
    opened(navigator, member)
    far = {"language": "en", "meet": ["phone"], "max_miles": ""}
    answer = post(navigator, "matches", member.public_id, asked.request_id, **far)
    assert "Nobody fits all of that" in answer.text
    assert 'value="loosen_video"' in answer.text
    again = post(navigator, "matches", member.public_id, asked.request_id, **far, loosen="loosen_video")
    assert "Luz Rivera" in again.text


def test_reschedule_cancel_and_no_show_from_the_record(desk, navigator):
    member = desk.member()
    slots = desk.slots()
    asked = desk.asked(member)
    opened(navigator, member)
    held = post(navigator, "hold", member.public_id, asked.request_id, slot=f"{slots[0]}:video").url
    navigator.post(held, {"do": "book"}, **HOST)
    visit = Appointment.objects.get(state="booked")
    moved = url("hold", member.public_id, asked.request_id) + f"?move={visit.public_id}"
    navigator.post(moved, {"slot": f"{slots[1]}:video"}, **HOST)
    visit = Appointment.objects.get(state="booked")
    assert visit.slot_id == slots[1]
    early = post(navigator, "came", member.public_id, visit.public_id, came="yes", follow=True)
    assert Appointment.objects.get(pk=visit.pk).state == "booked", early.text
    bad = post(navigator, "cancel", member.public_id, visit.public_id, reason="because", follow=True)
    assert "Choose why it is cancelled" in bad.text
    post(navigator, "cancel", member.public_id, visit.public_id, reason="no_transport")
    visit.refresh_from_db()
    assert (visit.state, visit.reason) == ("cancelled", "no_transport")
    assert Request.objects.get().state == "triaged"


def test_an_appointment_of_somebody_else_is_not_found(desk, navigator):
    member, other = desk.member(), desk.member("HL00005555")
    slots = desk.slots()
    theirs = desk.asked(other)
    opened(navigator, member)
    opened(navigator, other)
    held = post(navigator, "hold", other.public_id, theirs.request_id, slot=f"{slots[0]}:video").url
    number = held.rpartition("/")[2]
    assert get(navigator, "held", member.public_id, number).status_code == 404


def test_a_care_manager_reads_and_does_not_book(desk):
    member = desk.member()
    slots, asked = desk.slots(), desk.asked(member)
    manager = desk.browser(Role.CARE_MANAGER)
    opened(manager, member)
    assert get(manager, "times", member.public_id).status_code == 403
    sent = {"slot": f"{slots[0]}:video"}
    assert post(manager, "hold", member.public_id, asked.request_id, **sent).status_code == 403
    assert not Appointment.objects.exists()
