"""A member in a real browser, frightened and on a phone: from signing in to moving and giving up a visit.

The looks are held at two widths in both themes; the way itself is walked once with fingers and once with
nothing but keys. Crisis help stands on every page of it.
"""

import re
from datetime import date

import pytest
from django.urls import reverse

from switchboard.members.models import Member, Proxy
from switchboard.outcomes.models import Answer, CrisisTask
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.scheduling.models import Appointment
from tests.portals.desk_world import Desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTIONS = 60
SAFE = {"No", "None of these", "Nada de esto", "Not at all", "Ningún día", "Never", "Nunca"}


@pytest.fixture
def world(settings) -> Desk:
    """A therapist near Hartford with six open hours."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    made = Desk()
    made.slots()
    return made


@pytest.fixture
def rosa(world) -> Member:
    """A member of forty who signs in."""
    told = {"name": "Rosa Quintero", "role": Role.MEMBER.value, "synthetic": True}
    return world.member(user=User.objects.create_user("rosa@example.org", **told))


def enter(look, member: Member) -> None:
    """Come in by the demo's door."""
    page = look.at("/demo/")
    page.locator(f'form:has(input[value="{member.user.email}"]) button').click()
    page.wait_for_url("**/home/")


def help_is_here(look) -> None:
    """988 to call and to text, and the way to more, without looking for it."""
    assert look.page.locator('a[href="tel:988"]').first.is_visible()


def fine(look) -> None:
    """Nothing wrong with the page, and help on it."""
    help_is_here(look)
    look.is_fine()


def shown(page) -> str:
    """Name the step on the screen."""
    return page.url.split("?")[0].rpartition("/")[2]


def chosen(page, step: str) -> int:
    """Say which answer to give, counted from nought: a little low, nothing dangerous."""
    texts = [text.strip() for text in page.locator(".choice label").all_inner_texts()]
    calm = next((n for n, text in enumerate(texts) if text in SAFE), 0)
    return 2 if step.startswith("phq-2") else calm


def by_touch(page) -> None:
    """Tap an answer, then Continue; the state one lives in is chosen already."""
    if page.locator("select[name=answer]").count() == 0:
        page.locator(".choice label").nth(chosen(page, shown(page))).click()
    page.locator("main form button[type=submit]").first.click()


def by_keys(page) -> None:
    """Tab to the answers, arrow or space to choose, Enter to go on."""
    go_to(page, "main form :is(input:not([type=hidden]), select)")
    if page.locator(".choice input[type=radio]").count():
        if not (down := chosen(page, shown(page))):
            page.keyboard.press("Space")
        for _ in range(down):
            page.keyboard.press("ArrowDown")
    elif page.locator(".choice").count():
        go_to(page, f"#answer-{chosen(page, shown(page)) + 1}")
        page.keyboard.press("Space")
    elif page.locator("select[name=answer]").count():
        go_to(page, "main form button[type=submit]")  # Enter would open the list
    page.keyboard.press("Enter")


def go_to(page, where: str) -> None:
    """Press Tab until the thing named has the focus; it must be seen to have it."""
    for _ in range(60):
        if page.evaluate("where => document.activeElement.matches(where)", where):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {where}")


def answer_all(page, way) -> list[str]:
    """Answer until the questions end; give the steps that were asked. Help stands on each."""
    asked = []
    for _ in range(QUESTIONS):
        if "/ask/" not in page.url:
            return asked
        asked.append(shown(page))
        assert page.locator('a[href="tel:988"]').first.is_visible()
        before = page.url
        way(page)
        page.wait_for_function("before => location.href !== before", arg=before, timeout=20_000)
        page.wait_for_load_state()
    raise AssertionError("The questions do not end.")


def test_every_page_of_the_way_is_fine(look, world, rosa):
    """Each page as it comes, at two widths in both themes."""
    enter(look, rosa)
    page = look.page
    fine(look)
    page.get_by_role("button", name="Find care").click()
    page.wait_for_url("**/ask/reasons")
    page.get_by_role("button", name="Continue").click()  # nothing chosen
    page.wait_for_selector("text=Please choose an answer")
    look.complaints.clear()  # the browser remarks on the 422
    fine(look)
    by_touch(page)
    page.wait_for_url("**/ask/place")
    fine(look)
    by_touch(page)
    page.wait_for_url("**/ask/phq-2:phq2-1")
    fine(look)
    world.asked(rosa)
    look.at(reverse("member_home"))
    fine(look)
    page.get_by_role("link", name="Stop this request").click()
    page.wait_for_selector("text=What happens then")
    fine(look)
    look.at(reverse("member_home"))
    page.get_by_role("link", name="Go on").click()
    page.wait_for_selector(".match")
    fine(look)
    key = page.url.split("/care/")[1].partition("/")[0]
    look.at(reverse("member_result", args=[key]))
    fine(look)
    page.get_by_role("link", name="See who can help").click()
    page.locator(".match .time").first.click()
    page.wait_for_selector("text=Book this time?")
    fine(look)
    page.get_by_role("link", name="Home").click()
    page.wait_for_selector("text=A time is kept for you")
    fine(look)
    page.get_by_role("link", name="Look at it and book").click()
    page.get_by_role("button", name="Book it").click()
    page.wait_for_selector("text=You are booked")
    fine(look)
    page.get_by_role("link", name="Choose another time").click()
    page.wait_for_selector("text=Other times")
    fine(look)
    look.at("/appointments/")
    fine(look)
    page.get_by_role("link", name="See or change it").click()
    page.get_by_role("link", name="Cancel this appointment").click()
    page.wait_for_selector("text=Cancel this appointment?")
    fine(look)
    page.locator(".choice label").first.click()
    page.get_by_role("button", name="Cancel the appointment").click()
    page.wait_for_selector("text=Your appointment is cancelled")
    fine(look)


def test_what_a_member_chooses_about_themselves_is_fine(look, world, rosa):
    """Their own pages: how to reach them, what they would like, who sees what, who looked."""
    enter(look, rosa)
    for page in ("me", "contact", "wishes", "spoken", "people", "notice"):
        look.at(reverse(f"member_{page}"))
        fine(look)
    look.at(reverse("who_looked"))
    fine(look)


def test_from_asking_to_booking_with_keys_alone(visit, world, rosa):
    """Tab, arrows, space and Enter: the questions, the match, the time, the booking."""
    enter(visit, rosa)
    page = visit.page
    go_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/reasons")
    asked = answer_all(page, by_keys)
    assert len(asked) == len(set(asked)) > 15
    page.wait_for_selector("text=the best place to start")
    go_to(page, "main a.button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".match")
    go_to(page, ".match .time")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Book this time?")
    go_to(page, "main button[name=book]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You are booked")
    assert Appointment.objects.get().state == "booked"
    assert visit.complaints == []


def test_a_visit_is_booked_moved_and_given_up_in_spanish_by_touch(visit, world, rosa):
    """The whole way in Spanish: no page of it is refused, none is in English."""
    visit.speak("es")
    enter(visit, rosa)
    page = visit.page
    page.get_by_role("button", name="Buscar ayuda").click()
    page.wait_for_url("**/ask/reasons")
    answer_all(page, by_touch)
    fine(visit)
    page.locator("main a.button").first.click()
    page.locator(".match .time").first.click()
    page.wait_for_url("**/confirm")
    fine(visit)
    page.locator("button[name=book]").click()
    page.wait_for_url(re.compile(r"/appointments/[0-9a-f-]{36}/$"))
    fine(visit)
    first = Appointment.objects.get()
    page.locator("main a.button").first.click()
    page.locator(".match .time").last.click()
    page.wait_for_selector("text=Su cita")
    moved = Appointment.objects.get(state="booked")
    assert moved.slot.starts_at > first.slot.starts_at
    page.locator("main a.button").nth(1).click()
    page.wait_for_url("**/cancel")
    fine(visit)
    page.locator(".choice label").first.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/appointments/")
    assert not Appointment.objects.filter(state="booked").exists()
    assert page.locator("html").get_attribute("lang") == "es"
    fine(visit)


def test_an_answer_that_speaks_of_danger_leads_to_help_and_back(look, world, rosa):
    """The tap itself leads there: 988 large, a way on; the task is on the worklist already."""
    enter(look, rosa)
    page = look.page
    page.get_by_role("button", name="Find care").click()
    page.get_by_text("Thoughts of hurting myself").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/with-you/reasons")
    fine(look)
    assert CrisisTask.objects.count() == 1
    page.get_by_role("link", name="Go on with the questions").click()
    page.wait_for_url("**/ask/asq:asq-1")
    page.locator(".choice label").first.click()  # yes: no Continue is needed
    page.wait_for_url("**/with-you/asq:asq-1")
    fine(look)
    look.at(reverse("help_now"))
    fine(look)


def test_answers_that_arrow_keys_pass_are_not_kept(visit, world, rosa):
    """To the third answer of a question about dying: the two above it are no answers, the third is, once."""
    enter(visit, rosa)
    page = visit.page
    page.get_by_role("button", name="Find care").click()
    page.get_by_text("Thoughts of hurting myself").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Go on with the questions").click()
    page.wait_for_url("**/ask/asq:asq-1")
    go_to(page, ".choice input")
    for _ in range(2):  # past "No" to "I'd rather not say"
        page.keyboard.press("ArrowDown")
    page.wait_for_url("**/with-you/asq:asq-1")
    assert [(a.link_id, a.value) for a in Answer.objects.all()] == [("asq-1", "")]


def test_a_parent_answers_in_plain_words_and_danger_leads_to_help(look, world, rosa):
    """No form of the child's own is shown; what a parent says of danger turns the page to help."""
    child = world.member("HL00005555", given_name="Ben", birth_date=date(2018, 5, 1))
    grant = {"kind": "parent", "may": ["appointments", "assessments"], "starts_on": date(2020, 1, 1)}
    Proxy.objects.create(member=child, user=rosa.user, **grant)
    enter(look, rosa)
    page = look.page
    fine(look)
    page.get_by_role("button", name="Find care for Ben").click()
    page.wait_for_url("**/ask/reasons")
    fine(look)
    page.get_by_text("My child's behavior").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/ask/place")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/ask/their_safety**")
    fine(look)
    page.get_by_text("they may be in danger right now").click()  # the tap alone leads to help
    page.wait_for_url("**/with-you/their_safety")
    fine(look)
    assert CrisisTask.objects.get(member=child).level == "imminent"
