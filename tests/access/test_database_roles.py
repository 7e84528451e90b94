"""What the application's role can do in a database whose roles are those of ``compose.yaml``: tried.

A database is made by the statements of ``compose.yaml`` (its roles under other names, since the server of the
tests has those names already), migrated as its owner and granted from as ``switchboard migrate`` does.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.test import Client

COMPOSE = (Path(__file__).parents[2] / "compose.yaml").read_text()
# Roles belong to the whole server of the tests: each worker has its own.
NAME = f"compose_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
OWNER, APP = f"{NAME}_owner", f"{NAME}_app"
HISTORY = {
    "frontdoor_triage",
    "outcomes_answer",
    "outcomes_crisisevent",
    "platform_auditevent",
    "platform_auditseal",
    "scheduling_appointmenthistory",
}


def composed() -> tuple[list[str], list[str]]:
    """The statements that make the server's roles and database, and those inside that database."""
    told = COMPOSE.partition("<<'SQL'\n")[2].partition("\n      SQL")[0]
    for old, new in (
        ("switchboard_owner", OWNER), ("switchboard_app", APP),
        ("DATABASE switchboard ", f"DATABASE {NAME} "),
        (":'owner'", "'x'"), (":'app'", "'x'"),
    ):  # fmt: skip
        told = told.replace(old, new)
    outside, _, inside = told.partition("\\c switchboard")
    return [s for s in outside.splitlines() if s.strip()], [s for s in inside.splitlines() if s.strip()]


@pytest.fixture(scope="module")
def tell(server, django_db_setup, django_db_blocker) -> Iterator[Callable]:
    """Give a way to say a statement to that database as a role."""
    from django.core.management import call_command
    from django.db import connection

    from switchboard.platform.privileges import grant_to_application

    outside, inside = composed()

    def say(statement: str, role: str = APP, database: str = NAME) -> list[tuple]:
        with psycopg.connect(server.url(role, database), autocommit=True) as one:
            cursor = one.execute(statement)
            return cursor.fetchall() if cursor.description else []

    for statement in outside:
        say(statement, "postgres", "postgres")
    say(
        "DROP EXTENSION btree_gist, citext, pg_trgm", "postgres"
    )  # of our launcher's template; compose has none
    for statement in inside:
        say(statement, "postgres")
    ours = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update(NAME=NAME, USER=OWNER)
        call_command("migrate", verbosity=0)
        assert grant_to_application(APP)
        connection.close()
        connection.settings_dict.update(ours)
    yield say
    say(f"DROP DATABASE {NAME} WITH (FORCE)", "postgres", "postgres")
    say(f"DROP ROLE {APP}, {OWNER}", "postgres", "postgres")


@pytest.fixture
def connected(tell, django_db_blocker) -> Iterator[Callable[[str], None]]:
    """Let Django itself speak to that database, as the application or as whom the test says."""
    from django.db import connection

    ours = dict(connection.settings_dict)

    def as_role(role: str) -> None:
        connection.close()
        connection.settings_dict.update(NAME=NAME, USER=role)

    with django_db_blocker.unblock():
        as_role(APP)
        yield as_role
        connection.close()
        connection.settings_dict.update(ours)


def test_the_role_is_an_ordinary_one(tell):
    powers = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    assert tell(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert tell("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole") == [(0,)]
    assert tell(
        "SELECT has_schema_privilege('public', 'CREATE'),"
        " has_database_privilege(current_database(), 'CREATE')"
    ) == [(False, False)]


def test_it_owns_nothing(tell):
    for catalog, owner in (("pg_class", "relowner"), ("pg_proc", "proowner"), ("pg_type", "typowner"),
                           ("pg_namespace", "nspowner"), ("pg_database", "datdba")):  # fmt: skip
        assert tell(f"SELECT count(*) FROM {catalog} WHERE {owner} = current_user::regrole") == [(0,)], (
            catalog
        )


def test_no_function_lends_it_the_owners_rights(tell):
    asked = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    assert tell(asked) == []


def test_history_is_all_that_is_history(tell):
    """A new append-only table joins by its trigger's name; one that lost its trigger is missed here."""
    from switchboard.platform.privileges import HISTORY as QUESTION

    assert {table for (table,) in tell(QUESTION)} == HISTORY


@pytest.mark.parametrize("table", sorted(HISTORY))
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"],
)
def test_history_cannot_even_be_tried_to_change(tell, table, statement):
    key = "number" if table == "platform_auditseal" else "pgh_id" if table.endswith("history") else "id"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table"):
        tell(statement.format(table, key))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE platform_auditevent DISABLE TRIGGER ALL",
        "DROP TABLE platform_auditevent",
        "SET session_replication_role = replica",
        "SET ROLE {owner}",
        "GRANT UPDATE ON platform_auditevent TO {app}; UPDATE platform_auditevent SET id = id",
        "ALTER ROLE {app} CREATEROLE",
        "CREATE TABLE mine (n int)",
        "COPY platform_user TO PROGRAM 'cat'",
    ],
)
def test_it_has_no_way_round(tell, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(statement.format(app=APP, owner=OWNER))


def test_what_it_must_do_it_may(tell):
    assert tell("SELECT count(*) FROM platform_auditevent")
    undoable = tell(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT has_table_privilege(oid, 'SELECT, INSERT')"
    )
    assert undoable == []


def role_finding():
    from switchboard.platform.health import findings

    return next(one for one in findings() if one.what == "role")


def test_it_is_found_ordinary(connected):
    assert role_finding().state.value == "fine"


@pytest.mark.parametrize(
    ("given", "taken", "named"),
    [
        ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER", "superuser"),
        ("ALTER ROLE {app} BYPASSRLS", "ALTER ROLE {app} NOBYPASSRLS", "bypasses row security"),
        ("ALTER ROLE {app} CREATEROLE", "ALTER ROLE {app} NOCREATEROLE", "creates roles"),
        ("ALTER ROLE {app} CREATEDB", "ALTER ROLE {app} NOCREATEDB", "creates databases"),
        ("GRANT {owner} TO {app}", "REVOKE {owner} FROM {app}", "owns tables"),
        ("GRANT UPDATE ON platform_auditevent TO {app}", "REVOKE UPDATE ON platform_auditevent FROM {app}",
         "may change history"),
        ("GRANT TRUNCATE ON outcomes_answer TO {app}", "REVOKE TRUNCATE ON outcomes_answer FROM {app}",
         "may change history"),
    ],
)  # fmt: skip
def test_each_power_too_many_is_found_and_told_to_no_stranger(tell, connected, capfd, given, taken, named):
    from switchboard.platform.health import tell_of_role

    tell(given.format(app=APP, owner=OWNER), "postgres")
    try:
        found = role_finding()
        assert (found.state.value, bool(found.mend)) == ("warning", True)
        assert named in found.said
        for where in ({}, {"REMOTE_ADDR": "10.1.2.3"}):
            told = Client().get("/readyz", HTTP_HOST="localhost", **where)
            assert (told.status_code, told.json()["ready"]) == (200, True)
            assert "role" not in told.content.decode()
            assert named not in told.content.decode()
        tell_of_role()
        assert capfd.readouterr().err.count("role too powerful") == 1
    finally:
        tell(taken.format(app=APP, owner=OWNER), "postgres")
