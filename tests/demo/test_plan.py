"""The same plan gives the same world; another seed another one; a world too large or too late is refused."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from switchboard.demo.actions import build, is_demo
from switchboard.demo.plan import Plan, PlanError, uuids

START = datetime(2026, 11, 18, 15, tzinfo=UTC)


def small(**changes: object) -> Plan:
    return Plan(**{"start": START, "members": 200, "practitioners": 60, "weeks": 2, "seed": 7} | changes)


def fingerprint(plan: Plan) -> dict[str, str]:
    """Build, hash every row of every table of ours in order, and undo."""
    with transaction.atomic(), connection.cursor() as cursor:
        build(plan)
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename ~ '^(members|network|scheduling|frontdoor|outcomes|platform)_'"
            " AND tablename !~ '(history|outboxevent)$' ORDER BY 1"
        )
        found = {}
        for (table,) in cursor.fetchall():
            # The moment of writing is the clock's and not the plan's; a licence's number is the database's.
            cursor.execute(
                "SELECT (to_jsonb(t) - 'recorded_at' - 'id' - CASE to_jsonb(t) ->> 'kind'"
                f" WHEN 'licence' THEN 'subject_id' ELSE '' END)::text FROM {table} t ORDER BY 1"
            )
            rows = "\n".join(row for (row,) in cursor.fetchall())
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_the_same_plan_gives_the_same_rows_and_another_seed_does_not():
    once, again, other = fingerprint(small()), fingerprint(small()), fingerprint(small(seed=8))
    assert once == again
    assert once["members_member"] != other["members_member"]
    assert once["scheduling_slot"] != other["scheduling_slot"]


@pytest.mark.django_db
def test_the_number_of_open_slots_can_be_asked_for():
    """A few freed by cancellations come on top."""
    with transaction.atomic(), connection.cursor() as cursor:
        build(small(practitioners=300, weeks=6, open_slots=20_000))
        cursor.execute(
            "SELECT count(*) FROM scheduling_slot s WHERE taken = 0 AND seats = 1 AND starts_at >= %s"
            " AND NOT EXISTS (SELECT 1 FROM scheduling_appointment a WHERE a.slot_id = s.id)",
            [START],
        )
        assert cursor.fetchone() == (20_000,)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_database_that_holds_members_is_left_alone():
    assert not is_demo()
    build(small())
    assert is_demo()
    with pytest.raises(PlanError, match="empty database"):
        build(small())


@pytest.mark.django_db
def test_one_can_sign_in_in_every_role_of_the_staff():
    from switchboard.platform.roles import STAFF

    built = build(small())
    assert {role.value for role in STAFF} <= {one.role for one in built.sign_ins}
    assert {"member", "proxy"} <= {one.role for one in built.sign_ins}
    assert len({one.email for one in built.sign_ins}) == len(built.sign_ins)


@pytest.mark.parametrize(
    "wrong", [{"members": 5}, {"members": 2_000_000}, {"practitioners": 1}, {"weeks": 0}, {"seed": -1}]
)
def test_sizes_out_of_range_are_refused_with_the_range(wrong):
    with pytest.raises(PlanError, match=r"to|from"):
        small(**wrong)


def test_a_start_without_a_zone_is_refused():
    with pytest.raises(PlanError, match="time zone"):
        small(start=datetime(2026, 11, 18, 15))


def test_streams_of_chance_do_not_touch_each_other():
    """Drawing more from one table's stream changes nothing in another's."""
    plan = small()
    plan.stream("members").random(1000)
    assert plan.stream("slots").random() == small().stream("slots").random()
    assert uuids(plan.stream("a"), 2) != uuids(plan.stream("b"), 2)
