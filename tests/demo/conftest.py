"""A small world, built once for the module that looks at it, and rolled back after it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

Sql = Callable[..., list[tuple[Any, ...]]]
START = datetime(2026, 11, 18, 15, tzinfo=UTC)  # a Wednesday, ten in the morning


def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def sql(django_db_setup, django_db_blocker) -> Iterator[Sql]:
    """Ask the small world."""
    from django.db import transaction

    from switchboard.demo.actions import build
    from switchboard.demo.plan import Plan

    with django_db_blocker.unblock(), transaction.atomic():
        build(Plan(start=START, members=600, practitioners=150, weeks=4, seed=7))
        yield ask
        transaction.set_rollback(True)
