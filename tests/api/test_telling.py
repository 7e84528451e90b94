"""A navigator's key is told no more of a triage than the navigator's page tells."""

import pytest

from switchboard.frontdoor.core.triage import Needs
from switchboard.frontdoor.models import Request, Triage
from tests.api.conftest import know

pytestmark = pytest.mark.django_db
NEEDS = Needs(("self_harm",), every=False, helpful=(), level_of_care="outpatient", within_days=2)


def test_a_navigator_s_key_is_given_a_flag_for_a_safety_answer(desk, member):
    """Seen to fail when the reasons went out as they are stored. The words are staff's, not the member's."""
    one = member()
    know(desk, one)
    asked = Request.objects.create(member=one, state="triaged")
    because = [{"code": code, "params": {}, "rule": None} for code in ("triage_risk", "triage_wants_talk")]
    Triage.objects.create(request=asked, acuity=2, lane="urgent", needs=NEEDS.as_json(), because=because)
    answer = desk.get(f"/requests/{asked.public_id}/triage")
    assert [r["words"] for r in answer.json()["because"]] == [
        "A safety answer: the crisis team has it", "Asked for someone to talk to",
    ]  # fmt: skip
    assert "death" not in answer.text
    done = desk.post(
        f"/requests/{asked.public_id}/override",
        {"lane": "urgent", "acuity": 2, "conditions": ["self_harm"], "why": "as it was"},
    )
    assert done.status_code == 201
    assert "death" not in done.text


def test_finishing_the_questions_by_phone_tells_a_navigator_no_more(desk, member):
    """Seen to fail when the answer carried the rule's own reasons."""
    from switchboard.frontdoor.models import IntakeAnswer

    one = member()
    know(desk, one)
    asked = Request.objects.create(member=one, channel="phone")
    IntakeAnswer.objects.create(request=asked, question="unusual", value=["others"])
    answer = desk.post(f"/requests/{asked.public_id}/finish")
    assert answer.status_code == 201, answer.text
    assert "flag_safety_answer" in answer.text
    assert "hurting" not in answer.text
