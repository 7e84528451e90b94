"""A member sees everybody who touched their record, and nobody else sees that list."""

import pytest
from django.db import transaction

from switchboard.platform.access import AccessDenied, DataClass
from switchboard.platform.audit import looks_at, record_denial, relate, touch
from switchboard.platform.roles import Role

pytestmark = pytest.mark.django_db


def read(who, member, data_class=DataClass.IDENTITY):
    with transaction.atomic():
        return touch(viewer=who, member_id=member.pk, data_class=data_class, what="record")


def test_the_member_sees_every_touch_newest_first(user, member, viewer):
    me, navigator = user(Role.MEMBER), user(Role.NAVIGATOR)
    mine = member(of=me)
    caller = viewer(navigator)
    with pytest.raises(AccessDenied) as refused:
        read(caller, mine)
    record_denial(refused.value)
    relate(viewer=caller, member_id=mine.pk, kind="call", reason="Asked for help to book")
    read(caller, mine)
    read(viewer(me), mine)
    looks = looks_at(viewer=viewer(me), member_id=mine.pk)
    told = [(look.who if not look.mine else "me", look.action, look.allowed, look.reason) for look in looks]
    assert told == [
        ("me", "read", True, ""),
        ("me", "read", True, ""),
        (navigator.name, "read", True, ""),
        (navigator.name, "open", True, "Asked for help to book"),
        (navigator.name, "refused", False, ""),
    ]


@pytest.mark.parametrize("role", [Role.NAVIGATOR, Role.SUPERVISOR, Role.CARE_MANAGER, Role.ADMINISTRATOR])
def test_staff_with_a_tie_do_not_see_who_looked(role, user, member, viewer):
    worker, someone = viewer(user(role)), member()
    relate(viewer=worker, member_id=someone.pk, kind="call", reason="Asked for help to book")
    with pytest.raises(AccessDenied), transaction.atomic():
        looks_at(viewer=worker, member_id=someone.pk)


def test_another_member_does_not_see_who_looked(user, member, viewer):
    someone, me = member(), user(Role.MEMBER)
    member(of=me)
    with pytest.raises(AccessDenied), transaction.atomic():
        looks_at(viewer=viewer(me), member_id=someone.pk)
