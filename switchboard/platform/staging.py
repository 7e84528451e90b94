"""Rows on their way in bulk: gathered, copied to a temporary table, and from there put in place by SQL."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Generic, Self, TypeVar

from django.db import connection, transaction
from psycopg import sql

BATCH = 5_000  # rows gathered before one COPY; keeps memory constant
Row = TypeVar("Row", bound=Sequence[Any])
SPOOLED = 1 << 20  # bytes of a spool held in memory; more lies in a temporary file


class Stage:
    """A temporary table of this transaction that takes rows by COPY; ``seq`` numbers them as they came."""

    def __init__(self, table: str, columns: Sequence[tuple[str, str]]) -> None:
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("A stage needs a transaction: what it loads stands or falls together.")
        self.table = table
        self.rows = 0
        self._waiting: list[Sequence[Any]] = []
        spelled = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns
        )
        self._copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
        )
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{table}"')
            cursor.execute(
                sql.SQL(
                    "CREATE TEMPORARY TABLE {} (seq bigint GENERATED ALWAYS AS IDENTITY, {}) ON COMMIT DROP"
                ).format(sql.Identifier(table), spelled)
            )

    def add(self, row: Sequence[Any]) -> None:
        """Take one row, in the order of the columns; a list of text comes as a tuple."""
        self._waiting.append(row)
        self.rows += 1
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Copy what is waiting."""
        if not self._waiting:
            return
        with connection.cursor() as cursor, cursor.copy(self._copy) as copy:
            for row in self._waiting:
                copy.write_row([_listed(v) if type(v) is tuple else v for v in row])
        self._waiting.clear()


@lru_cache(maxsize=4096)
def _listed(values: tuple[str, ...]) -> str:
    """Spell a list of text as PostgreSQL reads an array: much quicker than a driver that looks at each."""
    quoted = (v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return "{" + ",".join(f'"{v}"' for v in quoted) + "}"


def put(statement: str, params: Iterable[Any] = ()) -> int:
    """Run one statement of a load; give how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        return int(cursor.rowcount)


def ask(statement: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement of a load; give the rows it returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        return list(cursor.fetchall())


def flow(statement: str, params: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Run one statement of a load and yield its rows as they come: it may be every line of a file."""
    with connection.cursor() as cursor:
        yield from cursor.cursor.stream(statement, list(params))


class Spool(Generic[Row]):
    """A list that only grows and is read from its beginning; what exceeds a megabyte lies on disk."""

    def __init__(self, make: Callable[..., Row], rows: Iterable[Row] = ()) -> None:
        self._make, self._many = make, 0
        self._file = tempfile.SpooledTemporaryFile(SPOOLED, "w+", encoding="utf-8")  # noqa: SIM115 - it lives as long
        self += rows

    def append(self, row: Row) -> None:
        """Take one row."""
        self += (row,)

    def __iadd__(self, rows: Iterable[Row]) -> Self:
        self._file.seek(0, 2)
        for row in rows:
            self._file.write(json.dumps(row) + "\n")
            self._many += 1
        return self

    def __iter__(self) -> Iterator[Row]:
        self._file.seek(0)
        return (self._make(*json.loads(line)) for line in self._file)

    def __len__(self) -> int:
        return self._many


def count(statement: str, params: Iterable[Any] = ()) -> tuple[int, int]:
    """Run an upsert that returns ``new`` (was it added?); give how many it added and how many it changed.

    Counted by PostgreSQL: rows that come back one by one would fill memory with the file.
    """
    found = ask(
        f"WITH placed AS ({statement}) SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new)"  # noqa: S608 - our own words
        " FROM placed",
        params,
    )
    return int(found[0][0]), int(found[0][1])
