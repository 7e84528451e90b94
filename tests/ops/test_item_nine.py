"""The page that answers item 9 with "several days", with the database there and with it gone (promise C3)."""

from datetime import date

import pytest
from django.test import Client

from switchboard.frontdoor.actions import answer_item, ask, say
from switchboard.frontdoor.core.conversation import next_step
from switchboard.frontdoor.queries import said_for
from switchboard.members.models import Member
from switchboard.members.queries import viewer_for
from switchboard.outcomes.models import CrisisTask
from switchboard.platform.models import User
from switchboard.platform.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
SEVERAL_DAYS = {"answer": "1"}


@pytest.fixture
def at_item_nine(settings) -> tuple[Client, str]:
    """A member's browser on the page of item 9, and the page's address."""
    settings.DEMO, settings.SESSION_COOKIE_SECURE = True, False
    user = User.objects.create_user("ana@example.org", name="Ana", role=Role.MEMBER.value, synthetic=True)
    Member.objects.create(
        member_number="M1", family_name="Example", given_name="Ana", birth_date=date(1986, 5, 1),
        state="CT", zip5="06105", user=user,
    )  # fmt: skip
    browser = Client(raise_request_exception=False)
    browser.post("/demo/", {"user": user.email}, HTTP_HOST="localhost")
    viewer = viewer_for(user)
    request = ask(member_id=viewer.member_id, channel="portal", by=viewer)
    for _ in range(60):
        said, _begun = said_for(viewer=viewer, request=request, language="en")
        step = next_step(said)
        if step.code == "phq9-9":
            return browser, f"/care/{request.public_id}/ask/{step.key}"
        if step.instrument:
            given = {"value": 2, "instrument": step.instrument, "link_id": step.code, "language": "en"}
            answer_item(request_id=request.request_id, by=viewer, **given)
        else:
            say(request_id=request.request_id, question=step.code, value=OWN[step.code], by=viewer)
    raise AssertionError("The conversation never came to item 9.")


OWN = {"reasons": ["mood"], "place": "CT", "perinatal": "no"}


def test_with_the_database_the_answer_its_task_and_988_are_there(at_item_nine):
    browser, page = at_item_nine
    answer = browser.post(page, SEVERAL_DAYS, HTTP_HOST="localhost", follow=True)
    assert answer.status_code == 200
    assert "tel:988" in answer.content.decode()
    assert CrisisTask.objects.count() == 1


def test_without_it_the_page_still_carries_988_911_and_the_plans_line(at_item_nine, stopped_database):
    """Seen to fail with ``handler500`` taken out of the routes."""
    browser, page = at_item_nine
    answer = browser.post(page, SEVERAL_DAYS, HTTP_HOST="localhost")
    said = answer.content.decode()
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    for line in ("tel:988", "sms:988", "988lifeline.org/chat", "tel:911", "tel:1-800-555-0177", 'lang="es"'):
        assert line in said
