"""Rows in bulk: in by COPY, a batch a statement with constant memory; out as columns.

A row is a ``NamedTuple`` whose fields are the table's columns. Each room keeps its own row types and doors
in ``actions/loading.py``; nobody else names its tables.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple, TypeVar

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg import sql

BATCH = 20_000  # foreign keys are checked after every statement: so many checks wait at most

Row = TypeVar("Row", bound=NamedTuple)


def copy_rows(
    table: str, kind: type[Row], rows: Iterable[Row], *, progress: Callable[[int], object] | None = None
) -> int:
    """Write rows of one kind to a table and give their number; ``progress`` hears the size of each batch.

    All or nothing: it joins the transaction it is called in, or makes one. A row that breaks a constraint
    raises ``IntegrityError``. Rows that bring their own ``id`` move the table's sequence beyond it.
    """
    names: tuple[str, ...] = kind._fields
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    source, total = iter(rows), 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        while batch := list(islice(source, BATCH)):
            with connection.wrap_database_errors, cursor.copy(statement) as out:
                for row in batch:
                    out.write_row(row)
            total += len(batch)
            if progress:
                progress(len(batch))
        if total and "id" in names:
            _move_sequence(table)
    return total


def _move_sequence(table: str) -> None:
    """Let the next number drawn for ``id`` lie beyond every one in use."""
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
            sql.Literal(table), sql.Identifier(table)
        )
        cursor.execute(statement)


def columns_of(select: sql.Composable, count: int) -> list[NDArray[np.int64]]:
    """Give what a SELECT of ``count`` whole numbers (int8, never null) answers, as that many columns.

    Each column comes as one string of bytes: a row at a time, the driver would take most of the time.
    """
    names = [sql.Identifier(f"c{n}") for n in range(count)]
    packed = sql.SQL(", ").join(sql.SQL("string_agg(int8send({}), '')").format(name) for name in names)
    statement = sql.SQL("SELECT {} FROM ({}) AS t({})").format(packed, select, sql.SQL(", ").join(names))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return [np.frombuffer(content or b"", ">i8").astype(np.int64) for content in row or ()]
