"""Insights, first page: figures of the small demo world, whom it serves, and what it never shows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from switchboard.platform.clock import stopped_at

START = datetime(2026, 11, 18, 15, tzinfo=UTC)  # a Wednesday, ten in the morning


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A small plan, built once and rolled back."""
    from switchboard.demo.actions import build
    from switchboard.demo.plan import Plan

    with django_db_blocker.unblock(), transaction.atomic():
        build(Plan(start=START, members=4000, practitioners=150, weeks=4, seed=7))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def browser(world) -> Iterator[Client]:
    """A network manager's browser at ten o'clock."""
    insecure = {"DEMO": True, "SESSION_COOKIE_SECURE": False, "CSRF_COOKIE_SECURE": False}
    with override_settings(**insecure), stopped_at(START):
        yield enter(Client())


def enter(client: Client) -> Client:
    client.post("/demo/", {"user": "network_manager@demo.example.org"}, HTTP_HOST="localhost")
    return client


def page(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/insights/{query}", HTTP_HOST="localhost")
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_page_counts_what_is_in_the_database(browser):
    """Everybody who has asked in the demo's six weeks asked within the last eight."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT member_id) FROM frontdoor_request")
        asked = cursor.fetchone()[0]
    said = words(page(browser))
    assert f"People who asked {asked:,} 8 weeks" in said
    assert "Booked and open time by week" in said
    assert "Open hours for each 1,000 members" in said


def test_a_new_request_shows_at_once(browser):
    """Demand is read as it stands, not from a copy."""
    before = int(re.search(r"People who asked ([\d,]+)", words(page(browser))).group(1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO frontdoor_request (public_id, member_id, state, channel, language, line_of_business,"
            " care_state, urgency, asked_at, due_rule, closed_reason)"
            " SELECT gen_random_uuid(), id, 'open', 'portal', 'en', 'COM', 'CT', 'routine', %s, '', ''"
            " FROM members_member m WHERE NOT EXISTS (SELECT FROM frontdoor_request WHERE member_id = m.id)"
            " ORDER BY id LIMIT 1",
            [START],
        )
    assert int(re.search(r"People who asked ([\d,]+)", words(page(browser))).group(1)) == before + 1


def test_every_filter_alone_and_together_gives_a_page(browser):
    every = "?weeks=4&line=MA&state=RI&urgency=urgent"
    for query in ("?line=COM", "?state=CT", "?urgency=routine", "?weeks=26", every):
        page(browser, query)


def test_what_is_not_offered_is_named_and_nothing_breaks(browser):
    said = words(page(browser, "?state=XX&weeks=-1&line=%00&urgency=%27--"))
    assert "XX is not one of the available choices" in said


def test_a_choice_of_too_few_people_shows_no_count(browser):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_of_business, care_state, urgency FROM frontdoor_request"
            " GROUP BY 1, 2, 3 HAVING count(DISTINCT member_id) BETWEEN 1 AND 10 LIMIT 1"
        )
        line, state, urgency = cursor.fetchone()
    said = words(page(browser, f"?line={line}&state={state}&urgency={urgency}"))
    assert "Too few people to show" in said
    assert "People who asked " not in said.split("Open and booked time")[0]


def test_counts_under_a_filter_are_rounded_to_ten(browser):
    asked = int(re.search(r"People who asked ([\d,]+)", words(page(browser, "?urgency=routine"))).group(1))
    assert asked % 10 == 0


def test_a_period_before_anybody_asked_is_said(browser):
    with stopped_at(START + timedelta(days=200)):
        assert "Nobody has asked for care in this period" in words(page(enter(browser), "?weeks=4"))


def test_the_page_takes_at_most_twelve_queries(browser):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page(browser)
    reads = [q["sql"] for q in asked if "SAVEPOINT" not in q["sql"]]
    assert len(reads) <= 12, reads


def test_the_page_names_no_member(browser):
    """Aggregates only: no name, number or address of a member who asked."""
    html = page(browser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_id::text, member_number FROM members_member")
        assert not [key for row in cursor.fetchall() for key in row if key in html]


def test_before_the_first_count_the_page_says_so(browser):
    from switchboard.insights.models import Counted

    with transaction.atomic():
        Counted.objects.all().delete()
        assert "The time has not been counted yet" in words(page(browser))
        transaction.set_rollback(True)
