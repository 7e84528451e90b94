"""Put a small statement that is asked again and again: parsed and planned once on each connection.

Django's cursors send every statement as text. The first times it is sent so here too; then it is prepared.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 2  # executions on one connection


def first_row(statement: str, params: Sequence[Any]) -> tuple[Any, ...] | None:
    """Give the first row of a reading statement, or None. It must not fail: it would end the transaction."""
    with connection.cursor():  # opens the connection where there is none, or none that lives
        ours = connection.connection
    if ours.prepare_threshold is None:
        ours.prepare_threshold = PREPARE_AFTER  # Django's own cursors never prepare, whatever this says
    with connection.wrap_database_errors, psycopg.Cursor(ours) as cursor:
        return cursor.execute(statement, params).fetchone()
