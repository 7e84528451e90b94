"""Two taps to an appointment: kept while it is read, booked once, and never a dead end."""

import re
from datetime import timedelta

import pytest

from switchboard.frontdoor.models import Request
from switchboard.matching.queries import forget
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import WorkItem
from switchboard.scheduling.models import Appointment
from tests.portals.member.conftest import LOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(ana, therapist, answered):
    therapist()
    return answered(ana.viewer)


def times(page) -> list[str]:
    return re.findall(r'name="time" value="([^"]+)"', page.content.decode())


def tap(phone, request_, time: str, follow: bool = True):
    return phone.post(f"/care/{request_.public_id}/hold", {"time": time}, follow=follow)


def confirm(phone, page):
    """Send the form of the confirm page as it stands."""
    key = re.search(r'name="idempotency" value="(\w+)"', page.content.decode()).group(1)
    return phone.post(page.request["PATH_INFO"], {"idempotency": key, "book": "1"})


def test_two_taps_book_an_appointment(phone, request_):
    page = phone.get(f"/care/{request_.public_id}/matches")
    shown = tap(phone, request_, times(page)[0])
    assert "It is yours until" in shown.content.decode()
    booked = confirm(phone, shown)
    assert booked.status_code == 302
    assert Appointment.objects.get().state == "booked"
    assert "You are booked" in phone.get(booked.url).content.decode()


def test_a_time_is_kept_for_nobody_else_while_it_is_read(phone, request_, person, signed_in, answered):
    """Ana reads the confirm page: Bea, who chose the same time, is told and offered the next ones."""
    bea = person("Bea")
    theirs = answered(bea.viewer)
    time = times(phone.get(f"/care/{request_.public_id}/matches"))[0]
    tap(phone, request_, time)
    answer = tap(signed_in(bea.user), theirs, time)
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has just taken this time" in said
    assert said.index("The next times with the same person") < said.index("<h1")
    first_card = said[said.index("The next times with the same person") : said.index("<h1")]
    assert len(re.findall('name="time"', first_card)) == 3
    assert time not in times(answer)


def test_a_kept_time_is_free_again_when_the_time_to_read_runs_out(
    phone, request_, person, signed_in, answered
):
    bea = person("Bea")
    theirs = answered(bea.viewer)
    time = times(phone.get(f"/care/{request_.public_id}/matches"))[0]
    tap(phone, request_, time)
    browser = signed_in(bea.user)
    with stopped_at(now() + timedelta(minutes=11)):
        assert tap(browser, theirs, time, follow=False).status_code == 302
    assert Appointment.objects.get(state="held").member_id == bea.member.pk


def test_booking_late_still_books_when_nobody_took_the_time(phone, request_):
    """A frightened person reads for twenty minutes: the time is free, so it is theirs."""
    page = tap(phone, request_, times(phone.get(f"/care/{request_.public_id}/matches"))[0])
    with stopped_at(now() + timedelta(minutes=12)):
        again = phone.get(page.request["PATH_INFO"])
        assert "You can still book it" in again.content.decode()
        assert confirm(phone, again).status_code == 302
    assert Appointment.objects.filter(state="booked").count() == 1


def test_a_double_submit_is_one_booking(phone, request_):
    page = tap(phone, request_, times(phone.get(f"/care/{request_.public_id}/matches"))[0])
    first, second = confirm(phone, page), confirm(phone, page)
    assert first.url == second.url
    assert Appointment.objects.filter(state="booked").count() == 1


def test_a_late_double_submit_is_one_booking(phone, request_):
    page = tap(phone, request_, times(phone.get(f"/care/{request_.public_id}/matches"))[0])
    with stopped_at(now() + timedelta(minutes=12)):
        first, second = confirm(phone, page), confirm(phone, page)
    assert first.status_code == second.status_code == 302
    assert Appointment.objects.filter(state="booked").count() == 1


def test_two_taps_on_one_time_keep_it_once(phone, request_):
    time = times(phone.get(f"/care/{request_.public_id}/matches"))[0]
    assert tap(phone, request_, time, follow=False).url == tap(phone, request_, time, follow=False).url
    assert Appointment.objects.filter(state="held").count() == 1


def test_another_time_lets_the_first_one_go(phone, request_):
    """Nobody keeps two times; the button on the confirm page gives it back too."""
    one, two, *_ = times(phone.get(f"/care/{request_.public_id}/matches"))
    tap(phone, request_, one)
    page = tap(phone, request_, two)
    assert [a.slot_id for a in Appointment.objects.filter(state="held")] == [int(two.split(":")[0])]
    phone.post(page.request["PATH_INFO"].replace("confirm", "let-go"))
    assert not Appointment.objects.filter(state="held").exists()


def test_a_kept_time_can_be_found_again(phone, request_):
    page = tap(phone, request_, times(phone.get(f"/care/{request_.public_id}/matches"))[0])
    at = page.request["PATH_INFO"]
    for path in ("/home/", "/appointments/", f"/care/{request_.public_id}/matches"):
        assert at in phone.get(path).content.decode(), path
    assert phone.get(at.replace("confirm", "")).url == at


def test_when_nobody_fits_the_gate_is_named_and_a_person_looks(ana, phone, therapist, answered):
    """Only phone is asked for and nobody calls: the page says so, offers video, and opens one work item."""
    therapist()
    request = answered(ana.viewer, meet=["phone"])
    page = phone.get(f"/care/{request.public_id}/matches").content.decode()
    assert "nobody offers visits in the way asked for" in page
    assert "A person is looking too" in page
    assert phone.get(f"/care/{request.public_id}/matches?loosen=video").content.decode().count('name="time"')
    phone.get(f"/care/{request.public_id}/matches")
    item = WorkItem.objects.get(queue="match")
    assert (item.kind, item.subject) == ("nobody_fits", f"request:{request.request_id}")
    assert re.search(r'href="\?loosen=video"', page)


def test_times_behind_the_clock_are_said_kindly_and_a_person_looks(ana, phone, therapist, answered):
    therapist(days=40)
    request = answered(ana.viewer)
    page = phone.get(f"/care/{request.public_id}/matches").content.decode()
    assert "We want to see you sooner" in page
    assert WorkItem.objects.get(queue="match").kind == "offers_too_late"


def test_times_within_the_clock_bother_nobody(phone, request_):
    page = phone.get(f"/care/{request_.public_id}/matches").content.decode()
    assert "We want to see you sooner" not in page
    assert not WorkItem.objects.filter(queue="match").exists()


def test_a_loosening_nobody_offered_changes_nothing(ana, phone, therapist, answered):
    """A licence or an age is not the member's to give up, whatever the address says."""
    therapist(lines_of_business=["MA"])
    request = answered(ana.viewer)
    for change in ("not_network", "network", "x" * 500, ""):
        page = phone.get(f"/care/{request.public_id}/matches", {"loosen": change})
        assert "Nobody fits yet" in page.content.decode()


class TestStopping:
    """A member stops their own request: a kept time goes back, what was booked and said of danger stays."""

    def test_it_says_first_what_happens_then_and_goes_back_to_the_start(
        self, ana, phone, therapist, answered
    ):
        therapist()
        asked = answered(ana.viewer, items=LOW | {"phq9-9": 1})
        tap(phone, asked, times(phone.get(f"/care/{asked.public_id}/matches"))[0])
        assert Appointment.objects.get().state == "held"
        page = phone.get(f"/care/{asked.public_id}/stop")
        assert "a person still calls you" in page.text
        assert "tel:988" in page.text
        assert f"/care/{asked.public_id}/stop" in phone.get("/home/").text
        home = phone.post(f"/care/{asked.public_id}/stop", follow=True)
        assert "Your request is stopped" in home.text
        assert "Find care" in home.text
        assert Request.objects.get().state == "closed"
        assert not Appointment.objects.filter(state="held").exists()
        assert CrisisTask.objects.get().state == "open"
        assert phone.post(f"/care/{asked.public_id}/stop").url == "/home/"

    def test_what_is_booked_is_not_stopped_with_it(self, ana, phone, therapist, answered):
        from switchboard.frontdoor.actions import book

        asked = answered(ana.viewer)
        told = {"request_id": asked.request_id, "slot_id": therapist()[0], "modality": "video"}
        book(**told, by=ana.viewer)
        assert phone.post(f"/care/{asked.public_id}/stop").url == "/home/"
        assert Appointment.objects.get().state == "booked"
        assert Request.objects.get().state == "booked"

    def test_nobody_goes_on_looking(self, ana, phone, answered):
        forget()  # the times of an earlier test
        asked = answered(ana.viewer)
        phone.get(f"/care/{asked.public_id}/matches")  # nobody fits: a navigator looks
        assert WorkItem.objects.get(queue="match").closed_at is None
        phone.post(f"/care/{asked.public_id}/stop")
        assert WorkItem.objects.get(queue="match").outcome == "request_closed"
