"""Take turns: what two people must not do at the same instant."""

from django.db import connection


def one_at_a_time(what: str) -> None:
    """Wait for one's turn at ``what``; it ends with the present transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(70, hashtext(%s))", [what])
