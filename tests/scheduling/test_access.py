"""Who may take or change a member's appointments."""

import pytest

from switchboard.platform.access import AccessDenied, Viewer
from switchboard.platform.audit import relate
from switchboard.platform.models import User
from switchboard.platform.roles import Role
from switchboard.scheduling.actions import book, cancel
from switchboard.scheduling.models import Appointment
from tests.scheduling.world import World

pytestmark = pytest.mark.django_db


def ask(world: World, by: Viewer, member: int) -> str:
    return str(book(slot_id=world.slot(), member_id=member, modality="video", by=by).outcome.answer)


def test_a_member_books_for_themselves_only(world: World):
    me, other = world.member(), world.member()
    by = Viewer(7, "M", Role.MEMBER, member_id=me)
    assert ask(world, by, me) == "booked"
    with pytest.raises(AccessDenied):
        ask(world, by, other)


def test_a_proxy_books_when_the_grant_says_appointments(world: World):
    child = world.member()
    assert (
        ask(world, Viewer(7, "P", Role.PROXY, proxied={child: frozenset({"appointments"})}), child)
        == "booked"
    )
    with pytest.raises(AccessDenied):
        ask(world, Viewer(7, "P", Role.PROXY, proxied={child: frozenset({"messages"})}), child)


def test_a_navigator_books_during_a_call(world: World):
    """Seen to fail without ``check_may_write``: the seat would be taken before anybody asked who may."""
    member = world.member()
    user = User.objects.create_user("n@example.org", name="N", role="navigator")
    by = Viewer(user.pk, "N", Role.NAVIGATOR)
    with pytest.raises(AccessDenied):
        ask(world, by, member)
    assert not Appointment.objects.exists()
    relate(viewer=by, member_id=member, kind="call", reason="asks for a time")
    assert ask(world, by, member) == "booked"


def test_an_auditor_changes_nothing(world: World):
    me = world.member()
    mine = Viewer(7, "M", Role.MEMBER, member_id=me)
    done = book(slot_id=world.slot(), member_id=me, modality="video", by=mine).outcome.appointment
    with pytest.raises(AccessDenied):
        cancel(appointment=done.public_id, reason="member_asked", by=Viewer(8, "A", Role.AUDITOR))
