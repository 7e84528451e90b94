"""Crisis calls at the desk: nobody named before it is taken, closed only by who may."""

import pytest

from switchboard.outcomes.models import Answer as OutcomesAnswer
from switchboard.outcomes.models import Assessment, CrisisTask
from switchboard.platform.clock import now
from switchboard.platform.roles import Role
from tests.portals.desk.asking import get, opened, post, url
from tests.portals.desk_world import LOW

pytestmark = pytest.mark.django_db


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
