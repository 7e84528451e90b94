"""An idle connection is looked at without asking; one that has ended is noticed and replaced."""

import psycopg
import pytest
from django.db import connection

from switchboard.platform.backend import base
from switchboard.platform.prepared import first_row

pytestmark = pytest.mark.django_db(transaction=True)


def pid() -> int:
    row = first_row("SELECT pg_backend_pid()", [])
    assert row is not None
    return int(row[0])


def begin_request() -> None:
    """Do what Django does with the connection at the beginning of a request."""
    connection.close_if_unusable_or_obsolete()


def test_a_connection_that_was_asked_just_now_is_not_asked_again(monkeypatch):
    """One question, then a look at the socket: no round trip before a booking."""
    asked = []
    before = base.base.DatabaseWrapper.is_usable
    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", lambda self: asked.append(1) or before(self))
    connection.asked_at = 0.0
    for _ in range(5):
        begin_request()
        assert pid()
    assert len(asked) == 1
    connection.asked_at = 0.0  # as if five seconds had passed
    begin_request()
    assert pid()
    assert len(asked) == 2


def test_a_connection_that_the_server_ended_is_replaced_before_the_request():
    """A restart between two requests costs nobody an error. Seen to fail with the socket never looked at."""
    begin_request()
    first = pid()
    begin_request()
    assert pid() == first
    told = connection.get_connection_params()
    with psycopg.connect(
        dbname=told["dbname"], user=told["user"], host=told["host"], autocommit=True
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    begin_request()
    assert pid() != first


def test_a_small_statement_is_prepared_and_fails_as_djangos_do():
    """Planned once on each connection; a database that is away is told in Django's own words."""
    from django.db import DatabaseError

    for _ in range(4):
        assert first_row("SELECT %s::int + 1", [41]) == (42,)
    held = first_row(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT $1::int + 1"]
    )
    assert held == (1,)
    with pytest.raises(DatabaseError):
        first_row("SELECT no_such_column", [])
