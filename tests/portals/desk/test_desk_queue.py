"""The desk's work queue: what is urgent first, taken by one person, closed to an idle session."""

from datetime import timedelta

import pytest
from django.urls import reverse

from switchboard.frontdoor.models import Request
from switchboard.frontdoor.queries import breaches_ahead, waiting_requests
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import Relationship
from switchboard.platform.roles import Role
from tests.portals.desk.asking import get, post, url, work
from tests.portals.desk_world import HOST

pytestmark = pytest.mark.django_db


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
