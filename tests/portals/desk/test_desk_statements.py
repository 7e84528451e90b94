"""No page of the desk asks the database more than twelve times, however much waits."""

import pytest

from switchboard.outcomes.models import CrisisTask
from switchboard.platform.roles import Role
from tests.portals.desk.asking import opened, post, queries, work
from tests.portals.statements import MOST

pytestmark = pytest.mark.django_db


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
    assert {name: count for name, count in found.items() if count > MOST} == {}, found
    assert asked
