"""What imports leave to a person: unknown codes, and records that may be one person."""

from datetime import timedelta

import pytest

from switchboard.interop.models import ImportRun
from switchboard.members.models import Member
from switchboard.platform.clock import now
from switchboard.platform.models import AuditEvent, WorkItem
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work
from tests.portals.network.asking import get, post

pytestmark = pytest.mark.django_db


def test_an_unknown_code_waits_and_is_closed_with_how_it_ended(world, manager):
    run = ImportRun.objects.create(kind="members", source="Payer", name="m.csv", mode="all", state="done")
    open_work(
        queue="import-review", kind="line_of_business_unknown", subject=f"import:{run.pk}", note="3 rows",
        due_at=now() + timedelta(days=5), once="x",
    )  # fmt: skip
    body = get(manager, "review").text
    assert "3 rows" in body
    assert "m.csv" in body
    task = WorkItem.objects.get()
    post(manager, "settle", task.public_id, outcome="anything")
    assert WorkItem.objects.get().closed_at is None
    post(manager, "settle", task.public_id, outcome="mapped")
    assert (WorkItem.objects.get().outcome, WorkItem.objects.get().closed_by_id) == (
        "mapped", world.person(Role.NETWORK_MANAGER).pk,
    )  # fmt: skip


def test_a_pair_shows_nobody_until_it_is_opened_and_both_members_see_who_looked(world, pair):
    supervisor = world.browser(Role.SUPERVISOR)
    body = get(supervisor, "pairs").text
    assert "91%" in body
    assert "The same birth date" in body
    assert "Quintero" not in body
    assert get(supervisor, "pair", pair.pk).status_code == 404
    post(supervisor, "compare", pair.pk)
    assert "Rossa Quintero" in get(supervisor, "pair", pair.pk).text
    for member in (pair.left_id, pair.right_id):
        looked = AuditEvent.objects.filter(
            member_id=member, user_id=world.person(Role.SUPERVISOR).pk, allowed=True
        )
        assert {"open", "read"} <= set(looked.values_list("action", flat=True))


def test_two_records_become_one_and_come_apart_again(world, pair):
    supervisor = world.browser(Role.SUPERVISOR)
    post(supervisor, "compare", pair.pk)
    post(supervisor, "decide", pair.pk, do="same")
    assert Member.objects.get(pk=pair.right_id).merged_into_id == pair.left_id
    assert WorkItem.objects.get(queue="duplicates").outcome == "same"
    assert "Take them apart again" in get(supervisor, "pair", pair.pk).text
    post(supervisor, "decide", pair.pk, do="undo")
    assert Member.objects.get(pk=pair.right_id).merged_into_id is None


def test_a_pair_is_not_decided_without_opening_it(world, pair):
    assert post(world.browser(Role.SUPERVISOR), "decide", pair.pk, do="same").status_code == 404
    assert Member.objects.get(pk=pair.right_id).merged_into_id is None
