"""Who looked at whom cannot be rewritten by the application, and who has more rights is found out."""

import psycopg
import pytest
from django.db import Error, connection, transaction

from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import record
from switchboard.platform.models import AuditEvent, AuditSeal
from switchboard.platform.roles import Role
from switchboard.platform.seal import seal, verify


def look(member_id=1, what="record"):
    someone = Viewer(7, "Invented", Role.NAVIGATOR)
    record(viewer=someone, action="read", data_class=DataClass.IDENTITY, member_id=member_id, what=what)


@pytest.fixture
def chain(server, transactional_db):
    """Three sealed links of two rows each; rewrite() changes rows as the database's own superuser."""

    def rewrite(statement):
        with psycopg.connect(
            server.url("postgres", connection.settings_dict["NAME"]), autocommit=True
        ) as owner:
            owner.execute("SET session_replication_role = replica")  # no trigger fires
            owner.execute(statement)

    for _link in range(3):
        look()
        look()
        assert seal() == 2
    assert seal() == 0
    assert verify() == verify()
    assert verify().broken == ""
    return rewrite


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE platform_auditevent SET member_id = 0",
        "DELETE FROM platform_auditevent",
        "UPDATE platform_auditseal SET position = 0",
        "DELETE FROM platform_auditseal",
    ],
)
def test_the_application_may_only_add(statement):
    look()
    seal()
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["platform_auditevent", "platform_auditseal"])
def test_the_database_itself_refuses_to_change_history(table):
    """Not only the grant: the owner's own statement is stopped by the trigger."""
    with connection.cursor() as cursor:
        for right, held in {"INSERT": True, "SELECT": True, "UPDATE": False, "DELETE": False}.items():
            cursor.execute("SELECT has_table_privilege('switchboard_app', %s, %s)", [table, right])
            assert cursor.fetchone() == (held,), right
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [table])
        assert any("append_only" in name for (name,) in cursor.fetchall())


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE platform_auditevent SET user_name = 'Nobody'"
        " WHERE id = (SELECT min(id) FROM platform_auditevent)",
        "UPDATE platform_auditevent SET at = at - interval '1 second'"
        " WHERE id = (SELECT max(id) FROM platform_auditevent)",
        "DELETE FROM platform_auditevent WHERE id = (SELECT min(id) + 2 FROM platform_auditevent)",
        "UPDATE platform_auditevent SET allowed = NOT allowed"
        " WHERE id = (SELECT min(id) + 3 FROM platform_auditevent)",
        "UPDATE platform_auditevent SET id = -id WHERE id = (SELECT min(id) FROM platform_auditevent)",
        "DELETE FROM platform_auditseal WHERE number = 2",
        "UPDATE platform_auditseal SET number = CASE number WHEN 2 THEN 3 ELSE 2 END + 10 WHERE number > 1",
        "INSERT INTO platform_auditevent (id, role, purpose, action, data_class, what, allowed, user_name,"
        " reason, request_id) VALUES (-1, 'member', 'x', 'read', 'D2', 'slipped in', true, '', '', '')",
    ],
)
def test_rewritten_history_is_found(chain, crime):
    chain(crime)
    assert verify().broken


def test_a_chain_cut_short_is_found_by_its_anchor(chain):
    """Who deletes the newest rows with their seal leaves a chain that holds; the log's digest does not."""
    last = AuditSeal.objects.get(number=3)
    anchor = {3: bytes(last.digest).hex()}
    assert verify(anchor).broken == ""
    ids = ",".join(map(str, last.event_ids))
    chain(f"DELETE FROM platform_auditevent WHERE id IN ({ids})")
    chain("DELETE FROM platform_auditseal WHERE number = 3")
    assert verify().broken == ""
    assert verify(anchor).broken


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_committed_late_is_sealed_too(server):
    """Ids are drawn before commits: the seal keeps the gap and takes the row in when it appears."""
    look()
    url = server.url("switchboard_app", connection.settings_dict["NAME"])
    with psycopg.connect(url) as slow:
        slow.execute(
            "INSERT INTO platform_auditevent (role, purpose, action, data_class, what, allowed, user_name,"
            " reason, request_id) VALUES ('member', 'x', 'read', 'D2', 'slow', true, '', '', '')"
        )
        look()
        assert seal() == 2
        assert verify().broken == ""
        slow.commit()
    assert seal() == 1
    assert (verify().broken, verify().rows) == ("", AuditEvent.objects.count())
