"""What a role may take and close by the API is what its pages let it: no side door."""

from datetime import timedelta

import pytest

from switchboard.platform.clock import now
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work, waiting

pytestmark = pytest.mark.django_db


def put(queue, subject, **more):
    due = now() + timedelta(hours=1)
    open_work(queue=queue, kind="test", subject=subject, due_at=due, once=f"{queue}:{subject}", **more)
    return waiting(queue)[0].public_id


def test_nobody_settles_the_alarm_about_themselves(caller):
    navigator, supervisor, other = caller(Role.NAVIGATOR), caller(Role.SUPERVISOR), caller(Role.SUPERVISOR)
    item = put("privacy", f"user:{supervisor.user.pk}")
    for one in (navigator, supervisor):
        assert one.get("/work").json()["work"] == []
        assert one.post(f"/work/{item}/close", {"outcome": "nothing"}).status_code == 404
        assert one.post(f"/work/{item}/take").status_code == 404
    assert other.post(f"/work/{item}/close", {"outcome": "asked"}).status_code == 200


def test_what_is_about_a_member_closes_while_their_record_is_open(desk, caller, member):
    one = member()
    item = put("follow_up", "member:1", member_id=one.pk)
    assert desk.post(f"/work/{item}/close", {"outcome": "done"}).status_code == 404
    taken = desk.post(f"/work/{item}/take")
    assert taken.json()["member"] == str(one.public_id)
    assert caller(Role.NAVIGATOR).post(f"/work/{item}/take").status_code == 409
    assert desk.post(f"/work/{item}/close", {"outcome": "done"}).status_code == 200


def test_a_navigator_neither_takes_nor_reads_a_crisis_call(desk, member):
    from switchboard.kernel.reasons import Reason
    from switchboard.members.queries import viewer_for
    from switchboard.outcomes.actions import acknowledge, raise_alarm
    from switchboard.outcomes.queries import crisis_task, crisis_worklist
    from switchboard.platform.access import SWITCHBOARD, AccessDenied
    from tests.api.conftest import know

    one, viewer = member(), viewer_for(desk.user)
    raise_alarm(
        member_id=one.pk, cause="test", level="high", by=SWITCHBOARD,
        because=Reason("risk_heard_on_the_phone"),
    )  # fmt: skip
    know(desk, one)
    task = crisis_worklist()[0].public_id
    assert desk.get(f"/crisis/tasks/{task}").status_code == 403
    with pytest.raises(AccessDenied):
        crisis_task(viewer=viewer, public_id=task)
    with pytest.raises(AccessDenied):
        acknowledge(public_id=task, by=viewer)
