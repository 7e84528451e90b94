"""The desk in a real browser: every page fine, at two widths in both themes; a whole call without a mouse."""

import pytest
from django.urls import reverse

from switchboard.outcomes.models import CrisisTask
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Appointment
from tests.portals.desk_world import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(settings) -> Desk:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    return Desk()


def sign_in(look, desk: Desk, role: Role, licence: str = "") -> None:
    """Come in by the demo's door."""
    page, person = look.at("/demo/"), desk.person(role, licence)
    page.reload()
    page.locator(f'form:has(input[value="{person.email}"]) button').click()


def open_record(look, member) -> None:
    page = look.at(reverse("desk_why", args=[member.public_id]))
    page.get_by_role("button", name="The member is on the phone").click()
    page.wait_for_selector("#history .card")
    page.wait_for_selector("#care .card")


def test_every_page_of_the_call_screen_is_fine(look, desk):
    member = desk.member()
    desk.slots()
    desk.asked(member)
    sign_in(look, desk, Role.NAVIGATOR)
    look.is_fine()  # the queue
    look.at("/desk/find")
    look.is_fine()
    look.at(reverse("desk_why", args=[member.public_id]))
    look.is_fine()
    open_record(look, member)
    look.is_fine()
    look.at(reverse("desk_question", args=[member.public_id, "reasons"]))
    look.is_fine()
    look.at(reverse("desk_times", args=[member.public_id])).wait_for_selector(".match")
    look.is_fine()
    look.page.keyboard.press("1")
    look.page.wait_for_selector("#book")
    look.is_fine()
    look.at(reverse("desk_transfer", args=[member.public_id]))
    look.is_fine()


def test_the_crisis_pages_are_fine(look, desk):
    desk.asked(desk.member(), {"phq2-1": 2, "phq2-2": 2, "phq9-9": 1})
    sign_in(look, desk, Role.CRISIS_CLINICIAN, "LICSW 1")
    look.at("/desk/crisis")
    look.is_fine()
    look.page.get_by_role("button", name="take this call").click()
    look.page.wait_for_selector("text=How it ended")
    look.is_fine()


def test_a_new_crisis_call_shows_by_itself_and_focus_stays(visit, desk):
    sign_in(visit, desk, Role.CRISIS_CLINICIAN, "LICSW 1")
    page = visit.at("/desk/crisis")
    desk.asked(desk.member(), {"phq2-1": 2, "phq2-2": 2, "phq9-9": 1})
    button = page.wait_for_selector(f"#take-{CrisisTask.objects.get().public_id}", timeout=5000)
    button.focus()
    page.wait_for_timeout(3500)
    assert page.evaluate("document.activeElement.id") == f"take-{CrisisTask.objects.get().public_id}"
    assert visit.complaints == []


def answer(page) -> None:
    """Answer the question on the screen by keys: a little low, nothing dangerous."""
    before = page.url
    step = before.rpartition("/")[2]
    if page.locator("select[name=answer]").count():
        page.keyboard.press("Enter")
    else:
        labels = page.locator(".choice label span").all_inner_texts()
        safe = next((n for n, text in enumerate(labels) if text in ("No", "None of these", "By video")), 0)
        page.keyboard.press(str((2 if step.startswith("phq-2") else safe) + 1))
        if page.locator('form[data-numbered="many"]').count():
            page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=before, timeout=20_000)
    page.wait_for_load_state()


def test_a_call_from_finding_to_booking_by_keyboard_alone(visit, desk):
    """Find, say why, ask, match, hold, book: nothing but keys."""
    desk.member()
    desk.slots()
    sign_in(visit, desk, Role.NAVIGATOR)
    page = visit.at("/desk/find")
    page.keyboard.type("HL00004242")
    page.keyboard.press("Tab")
    page.keyboard.type("05011986")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Why are you opening this record?")
    page.keyboard.press("1")
    page.wait_for_selector("#go-on")
    page.keyboard.press("1")
    page.wait_for_url("**/questions/at/**")
    for _ in range(60):
        if "/questions/at/" not in page.url:
            break
        answer(page)
    page.wait_for_selector(".match")
    page.keyboard.press("1")
    page.wait_for_selector("text=Read it back")
    page.keyboard.press("1")
    page.wait_for_selector("text=Booked: ")
    assert Appointment.objects.get().state == "booked"
    assert visit.complaints == []
