"""The desk: one screen, one minute; nobody is opened without a reason; no page asks the database too much."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from switchboard.frontdoor.models import Note, Request, Triage
from switchboard.frontdoor.queries import breaches_ahead, waiting_requests
from switchboard.outcomes.models import Answer as OutcomesAnswer
from switchboard.outcomes.models import Assessment, CrisisTask
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import AuditEvent, Relationship, WorkItem
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work
from switchboard.scheduling.models import Appointment
from tests.portals.desk_world import HOST, LOW, Desk

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
TURNS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


@pytest.fixture
def desk():
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield Desk()


@pytest.fixture
def navigator(desk) -> Client:
    return desk.browser(Role.NAVIGATOR)


def url(name: str, *args) -> str:
    return reverse(f"desk_{name}", args=args)


def get(browser: Client, name: str, *args, hx: bool = False):
    more = {"HTTP_HX_REQUEST": "true"} if hx else {}
    return browser.get(url(name, *args), **HOST, **more)


def post(browser: Client, page: str, /, *args, follow: bool = False, **sent):
    return browser.post(url(page, *args), sent, follow=follow, **HOST)


def opened(browser: Client, member) -> None:
    answer = post(browser, "why", member.public_id, reason="The member is on the phone")
    assert answer.status_code == 302


def queries(browser: Client, name: str, *args, hx: bool = False) -> list[str]:
    """Statements of one page, transaction turns aside; asked twice, so that caches are warm."""
    get(browser, name, *args, hx=hx)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert get(browser, name, *args, hx=hx).status_code == 200
    return [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(TURNS)]


def work(member, queue: str = "follow_up", hours: float = 4, **more) -> None:
    open_work(
        queue=queue, kind=queue, subject="member:1", due_at=now() + timedelta(hours=hours),
        once=f"{queue}:{WorkItem.objects.count()}", member_id=member and member.pk, **more,
    )  # fmt: skip


# The work queue


def test_the_queue_shows_initials_and_what_runs_out_first(desk, navigator):
    soon = desk.member("HL00001111", family_name="Soon")
    later = desk.member("HL00002222", family_name="Later", given_name="Dale")
    work(later, hours=300)
    work(soon, hours=3, note="Call back about the ride")
    body = get(navigator, "home").text
    assert "R. S. ••••1111" in body
    assert "D. L. ••••2222" in body
    assert "Quintero" not in body
    assert "Soon" not in body
    assert body.index("••••1111") < body.index("Then") < body.index("••••2222")


def test_a_long_queue_comes_fifty_lines_a_page(desk, navigator):
    """Most pressing first over all pages; the lines that come anew are of the page being read."""
    for n in range(60):
        work(desk.member(f"HL0000{n + 1000}"), hours=n + 1)
    first, second = get(navigator, "home").text, navigator.get(url("home") + "?page=2", **HOST).text
    assert first.count('name="key"') == 50
    assert second.count('name="key"') == 10
    assert "••••1049" in first
    assert "••••1050" in second
    again = navigator.get(url("rows") + "?queue=&page=2", HTTP_HX_REQUEST="true", **HOST).text
    assert "••••1059" in again
    assert "••••1000" not in again


def test_an_urgent_request_is_never_cut_behind_the_late_ones(desk):
    """More requests are late than the list holds. Seen to fail with the list ordered by due date alone."""
    for n in range(5):
        desk_request(desk.member(f"HL000010{n}"), "routine", hours=-n - 1)
    urgent = desk_request(desk.member("HL00002000"), "urgent", hours=20)
    assert waiting_requests(limit=3)[0].request_id == urgent
    assert breaches_ahead(hours=48, limit=3)[0].request_id == urgent


def desk_request(member, urgency: str, hours: float) -> int:
    """Write down a request that waits."""
    return Request.objects.create(
        member=member, state="triaged", urgency=urgency, asked_at=now(), care_state="CT",
        line_of_business="COM", due_at=now() + timedelta(hours=hours),
    ).pk  # fmt: skip


def test_take_the_next_opens_the_most_pressing_record_that_nobody_has(desk, navigator):
    """Two people who press it at once get two different people."""
    first, second = desk.member("HL00001111"), desk.member("HL00002222")
    work(first, hours=1)
    work(second, hours=2)
    colleague = desk.browser(Role.SUPERVISOR)
    assert post(navigator, "take_next").url == url("member", first.public_id)
    assert post(colleague, "take_next").url == url("member", second.public_id)
    assert post(colleague, "take_next").url == url("home")
    told = Relationship.objects.get(member_id=first.pk)
    assert (told.kind, told.reason) == ("task", "Work queue: Follow-up")


def test_the_privacy_queue_is_for_supervisors(desk, navigator):
    work(None, queue="privacy", note="30 people opened")
    assert "30 people opened" not in get(navigator, "home").text
    assert "30 people opened" in get(desk.browser(Role.SUPERVISOR), "home").text


def test_a_page_that_asks_by_itself_does_not_keep_an_idle_session_alive(desk, navigator):
    start = now()
    for minutes in range(5, 60, 5):
        with stopped_at(start + timedelta(minutes=minutes)):
            answer = get(navigator, "rows", hx=True)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == reverse("account_request_login_code")


# Finding a member


@pytest.mark.parametrize(
    "said",
    [
        {"member_number": "hl00004242", "birth_date": "05/01/1986"},
        {"member_number": "HL00004242", "name": "quin"},
        {"birth_date": "1986-05-01", "name": "Rósa"},
        {"phone": "(860) 555-{last}", "birth_date": "5/1/1986"},
    ],
)
def test_two_identifiers_find_a_member(desk, navigator, said):
    member = desk.member()
    said = {key: value.replace("{last}", f"{member.pk % 10000:04d}") for key, value in said.items()}
    assert post(navigator, "find", **said).url == url("why", member.public_id)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": "Rosa Quintero"},
        {"member_number": "HL00004242"},
        {"member_number": "*", "name": "%"},
        {"name": "__", "birth_date": "05/01/1986"},
    ],
)
def test_one_identifier_or_a_wildcard_finds_nobody_and_says_what_is_needed(desk, navigator, said):
    desk.member()
    answer = post(navigator, "find", **said)
    assert answer.status_code == 422
    assert "Give two of these" in answer.text


def test_a_search_that_finds_nobody_is_written_down_and_says_nothing_of_members(desk, navigator):
    answer = post(navigator, "find", member_number="HL99999999", birth_date="05/01/1986")
    assert "Nobody fits all of that" in answer.text
    assert AuditEvent.objects.get(action="search").what == "search:member_number+birth_date:0"


def test_at_most_twenty_are_shown(desk, navigator):
    for n in range(23):
        desk.member(f"HL0000{n:04}", family_name="Smith")
    answer = post(navigator, "find", name="smith", birth_date="05/01/1986")
    assert answer.text.count("data-key") == 9
    assert "20 found" in answer.text


def test_a_date_to_come_or_no_date_is_refused_in_words(desk, navigator):
    assert "still to come" in post(navigator, "find", birth_date="05/01/2086", name="Rosa").text
    assert "month, day, year" in post(navigator, "find", birth_date="13/45/1986", name="Rosa").text


# The record


def test_a_record_opens_only_with_a_reason_which_the_member_can_see(desk, navigator):
    member = desk.member()
    assert get(navigator, "member", member.public_id).url == url("why", member.public_id)
    assert post(navigator, "why", member.public_id).status_code == 422
    opened(navigator, member)
    body = get(navigator, "member", member.public_id).text
    assert "Rosa Quintero" in body
    assert "Leave no message." in body
    assert "••••4242" in body
    assert "HL00004242" not in body
    seen = AuditEvent.objects.filter(member_id=member.pk).values_list("action", "allowed", "reason")
    assert ("refused", False, "") in seen
    assert ("open", True, "The member is on the phone") in seen


def test_the_record_closes_after_an_hour(desk, navigator):
    member = desk.member()
    opened(navigator, member)
    with stopped_at(now() + timedelta(minutes=61)):
        browser = desk.browser(Role.NAVIGATOR)
        assert get(browser, "member", member.public_id).url == url("why", member.public_id)


def test_a_confidential_route_hides_the_others_and_not_why(desk, navigator):
    member = desk.member()
    from switchboard.members.models import ContactRoute

    ContactRoute.objects.create(member=member, kind="phone", value="+18605559999", confidential=True, rank=2)
    opened(navigator, member)
    body = get(navigator, "member", member.public_id).text
    assert "Use only this way" in body
    assert "+18605559999" in body
    assert f"+1860555{member.pk % 10000:04d}" not in body
    assert "164.522" not in body


def test_a_navigator_is_told_the_lane_and_no_score(desk, navigator):
    member = desk.member()
    desk.asked(member)
    opened(navigator, member)
    care = get(navigator, "member_care", member.public_id, hx=True).text
    assert "A therapist" in care
    assert "PHQ-9 1" not in care
    history = get(navigator, "member_history", member.public_id, hx=True).text
    assert "not shown to your role" in history
    manager = desk.browser(Role.CARE_MANAGER)
    opened(manager, member)
    assert "of 27" in get(manager, "member_care", member.public_id, hx=True).text
    assert "not shown to your role" not in get(manager, "member_history", member.public_id, hx=True).text


@pytest.mark.parametrize("name", ["member", "member_care", "member_history", "times"])
def test_a_piece_of_the_record_is_refused_without_a_reason(desk, navigator, name):
    member = desk.member()
    assert get(navigator, name, member.public_id).status_code in (302, 404)
    assert "Quintero" not in get(navigator, name, member.public_id).text


def test_an_override_needs_a_reason_and_keeps_it(desk, navigator):
    member = desk.member()
    desk.asked(member)
    opened(navigator, member)
    sent = {"lane": "prescriber", "acuity": "3", "conditions": ["medication"]}
    assert (
        "reason in words" in post(navigator, "override", member.public_id, follow=True, **sent, why=" ").text
    )
    post(navigator, "override", member.public_id, **sent, why="Asked for medicine on the phone")
    kept = Triage.objects.last()
    assert (kept.lane, kept.acuity, kept.override_reason) == (
        "prescriber", 3, "Asked for medicine on the phone",
    )  # fmt: skip
    assert kept.by == desk.people[Role.NAVIGATOR]


def test_notes_and_follow_ups_are_kept_and_done(desk, navigator):
    member = desk.member()
    opened(navigator, member)
    post(navigator, "note", member.public_id, text="Prefers mornings <b>")
    assert Note.objects.get().text == "Prefers mornings <b>"
    assert "mornings &lt;b&gt;" in get(navigator, "member_history", member.public_id, hx=True).text
    answer = post(navigator, "follow_up", member.public_id, text="Call back", due="2001-01-01", follow=True)
    assert "a day that is not over" in answer.text
    due = (now() + timedelta(days=2)).date().isoformat()
    post(navigator, "follow_up", member.public_id, text="Call back", due=due)
    item = WorkItem.objects.get()
    assert (item.queue, item.member_id, item.note) == ("follow_up", member.pk, "Call back")
    post(navigator, "done", member.public_id, work=str(item.public_id))
    item.refresh_from_db()
    assert item.outcome == "done"


# The conversation, the match, the booking


def through(browser: Client, member, items: dict[str, str] | None = None) -> None:
    """Answer every question by phone with the option wanted, or the first."""
    answer = post(browser, "ask", member.public_id, follow=True)
    for _ in range(80):
        at = answer.redirect_chain[-1][0] if answer.redirect_chain else answer.request["PATH_INFO"]
        if "/questions/at/" not in at:
            return
        step = at.rpartition("/")[2]
        code = step.rpartition(":")[2]
        many = 'type="checkbox"' in answer.text
        found = re.findall(r'name="answer"[^>]*value="([^"]*)"', answer.text) or ["CT"]
        wanted = (items or {}).get(code, "en" if code == "language" else found[-1] if many else found[0])
        answer = browser.post(at, {"answer": wanted}, follow=True, **HOST)
        assert answer.status_code == 200, answer.text
    raise AssertionError("The conversation does not end.")


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


# Crisis calls


@pytest.fixture
def task(desk) -> CrisisTask:
    member = desk.member()
    desk.asked(member, {"phq2-1": 2, "phq2-2": 2, "phq9-9": 1})
    return CrisisTask.objects.get()


def test_the_worklist_names_nobody_until_the_call_is_taken(desk, task):
    clinician = desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1")
    body = get(clinician, "crisis").text
    assert "R. Q. ••••4242" in body
    assert "Quintero" not in body
    assert "take this call" in body
    assert get(clinician, "crisis_call", task.public_id).status_code == 404


def test_a_clinician_takes_the_call_tries_reaches_and_closes(desk, task):
    clinician = desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1")
    assert post(clinician, "crisis_take", task.public_id).url == url("crisis_call", task.public_id)
    body = get(clinician, "crisis_call", task.public_id).text
    assert "Rosa Quintero" in body
    assert "A message may be left." in body  # so they answered the front door
    assert "Several days" in body
    assert "better off dead" in body
    post(clinician, "crisis_attempt", task.public_id, reached="yes", note="Safe at her sister's")
    assert "Safe at her sister&#x27;s" in get(clinician, "crisis_call", task.public_id).text
    assert post(clinician, "crisis_close", task.public_id, disposition="safe_with_plan").url == url("crisis")
    task.refresh_from_db()
    assert (task.state, task.disposition) == ("closed", "safe_with_plan")


def test_an_imported_answer_is_shown_in_its_own_words_also_of_a_form_nobody_knows(desk, task):
    """The clinician must see what was said."""
    clinician = desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1")
    post(clinician, "crisis_take", task.public_id)
    for form, version, link, value in (
        ("house-form", "3", "x9", "Varios días"),
        ("phq-9", "2001-09-01", "phq9-9", "LA6570-1"),
        ("phq-9", "1990-01-01", "phq9-9", "hm, maybe"),
        ("phq-9", "2001-09-01", "phq9-9", ""),
    ):
        old = Assessment.objects.create(member_id=task.member_id, instrument=form, version=version)
        OutcomesAnswer.objects.create(
            assessment=old, link_id=link, value=value, risk="unknown", crisis_task=task
        )
    body = get(clinician, "crisis_call", task.public_id).text
    for said in ("Wrote: Varios días", "More than half the days", "Wrote: hm, maybe", "Would rather not say"):
        assert said in body


def test_closing_without_a_license_or_a_disposition_says_why_not(desk, task):
    supervisor = desk.browser(Role.SUPERVISOR)
    post(supervisor, "crisis_take", task.public_id)
    answer = post(supervisor, "crisis_close", task.public_id, disposition="safe_with_plan")
    assert answer.status_code == 422
    assert "This call stays open" in answer.text
    assert "licen" in answer.text
    assert "stays open" in post(supervisor, "crisis_close", task.public_id, disposition="").text
    task.refresh_from_db()
    assert task.state == "open"


def test_without_a_license_one_helps_and_is_told_that_clinicians_are_still_paged(desk, task):
    """The list keeps the call among those nobody has taken, and says who is on it."""
    answer = post(desk.browser(Role.SUPERVISOR), "crisis_take", task.public_id, follow=True)
    assert "Clinicians are paged until one of them takes this call" in answer.text
    clinician = desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1")
    body = get(clinician, "crisis").text
    assert "Invented supervisor is on it, without a license" in body
    assert "Taken, not closed" not in body
    post(clinician, "crisis_take", task.public_id)
    assert "On it without a clinical license" in get(clinician, "crisis_call", task.public_id).text


def test_who_comes_second_reads_along_and_is_told_who_has_it(desk, task):
    post(desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1"), "crisis_take", task.public_id)
    answer = post(desk.browser(Role.SUPERVISOR), "crisis_take", task.public_id, follow=True)
    assert "Invented crisis_clinician has this call" in answer.text


def test_a_task_that_is_nobodys_is_seen_worked_and_closed(desk):
    task = CrisisTask.objects.create(
        cause="import:1", level="high", unroutable=True, next_step_at=now(),
        because=[{"code": "risk_positive", "params": {"item": "phq9-9"}, "rule": None}],
    )  # fmt: skip
    clinician = desk.browser(Role.CRISIS_CLINICIAN, licence="LICSW 1")
    assert "Not known whose answer" in get(clinician, "crisis").text
    assert post(clinician, "crisis_attempt", task.public_id, reached="no").status_code == 404
    post(clinician, "crisis_take", task.public_id)
    assert get(clinician, "crisis_call", task.public_id).status_code == 200
    for _ in range(3):
        post(clinician, "crisis_attempt", task.public_id, reached="no", note="Asked the sender")
    post(clinician, "crisis_close", task.public_id, disposition="not_reached")
    task.refresh_from_db()
    assert task.state == "closed"


def test_a_navigator_reads_that_there_is_a_safety_answer_and_not_what_was_said(desk, navigator):
    """A flag in staff's words. Seen to fail when the page said "You told us about thoughts of death"."""
    member = desk.member()
    desk.asked(member, LOW | {"phq9-9": 1})
    opened(navigator, member)
    body = get(navigator, "member_care", member.public_id, hx=True).text
    assert "A safety answer: the crisis team has it" in body
    assert "death" not in body
    assert "You told us" not in body


def test_a_navigator_knows_how_many_wait_and_not_who(desk, navigator, task):
    assert get(navigator, "crisis").status_code == 403
    assert get(navigator, "crisis_call", task.public_id).status_code == 403
    assert "1<span" in get(navigator, "counts", hx=True).text


# Queries


def test_no_page_of_the_desk_asks_more_than_twelve_times(desk, navigator):
    member = desk.member()
    desk.slots()
    asked = desk.asked(member)
    for n in range(12):
        one = desk.member(f"HL0001{n:04}")
        work(one, hours=n)
    opened(navigator, member)
    found = {
        name: len(queries(navigator, name, *args, hx=hx))
        for name, args, hx in [
            ("home", (), False),
            ("rows", (), True),
            ("counts", (), True),
            ("find", (), False),
            ("why", (member.public_id,), False),
            ("member", (member.public_id,), False),
            ("member_care", (member.public_id,), True),
            ("member_history", (member.public_id,), True),
            ("transfer", (member.public_id,), False),
            ("question", (member.public_id, "reasons"), False),
            ("times", (member.public_id,), False),
        ]
    }
    clinician = desk.browser(Role.CRISIS_CLINICIAN)
    desk.asked(desk.member("HL00007777"), {"phq2-1": 2, "phq2-2": 2, "phq9-9": 1})
    crisis = CrisisTask.objects.get()
    post(clinician, "crisis_take", crisis.public_id)
    found["crisis"] = len(queries(clinician, "crisis"))
    found["crisis_call"] = len(queries(clinician, "crisis_call", crisis.public_id))
    assert {name: count for name, count in found.items() if count > MOST_QUERIES} == {}, found
    assert asked
