"""Who looks up many people in an hour is asked why, by a person, once."""

import pytest
from django.db import transaction

from switchboard.platform.access import AccessDenied, DataClass
from switchboard.platform.audit import record_denial, relate, touch
from switchboard.platform.roles import Role
from switchboard.platform.worklist import waiting

pytestmark = pytest.mark.django_db


def pry(viewer, member_id):
    with pytest.raises(AccessDenied) as refused, transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.IDENTITY, what="record")
    record_denial(refused.value)


def test_thirty_people_in_an_hour_open_one_task_for_privacy(user, viewer):
    """Opened with an invented reason or refused, it counts the same."""
    curious = viewer(user(Role.NAVIGATOR))
    for number in range(1, 15):
        relate(viewer=curious, member_id=number, kind="call", reason="Said so")
    for number in range(15, 30):
        pry(curious, number)
    assert waiting("privacy") == []
    pry(curious, 30)
    pry(curious, 31)
    (task,) = waiting("privacy")
    assert (task.kind, task.subject) == ("many_lookups", f"user:{curious.user_id}")


def test_one_person_many_times_is_no_alarm(user, viewer):
    caller = viewer(user(Role.NAVIGATOR))
    for _time in range(40):
        pry(caller, 1)
    assert waiting("privacy") == []
