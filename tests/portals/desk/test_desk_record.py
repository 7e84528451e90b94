"""Finding a member by two identifiers, and a record that opens with a reason the member can see."""

from datetime import timedelta

import pytest

from switchboard.frontdoor.models import Note, Triage
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import AuditEvent, WorkItem
from switchboard.platform.roles import Role
from tests.portals.desk.asking import get, opened, post, url

pytestmark = pytest.mark.django_db


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
