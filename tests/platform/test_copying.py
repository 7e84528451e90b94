"""Rows in bulk: counted, all or nothing, and the next id lies beyond them."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from switchboard.platform.copying import BATCH
from switchboard.platform.loading import UserRow, load_users
from switchboard.platform.models import User

pytestmark = pytest.mark.django_db
THEN = datetime(2026, 11, 2, tzinfo=UTC)


def row(number: int, role: str = "navigator") -> UserRow:
    return UserRow(number, f"u{number}@demo.example.org", f"User {number}", role, THEN, "!x", synthetic=True)


def test_rows_are_written_counted_and_told_batch_by_batch():
    heard: list[int] = []
    assert load_users((row(n) for n in range(1, BATCH + 3)), progress=heard.append) == BATCH + 2
    assert heard == [BATCH, 2]
    assert User.objects.count() == BATCH + 2


def test_the_next_id_lies_beyond_the_loaded_ones():
    load_users([row(41)])
    assert User.objects.create_user("after@demo.example.org", role="navigator").pk == 42


@pytest.mark.django_db(transaction=True)
def test_a_row_that_breaks_a_constraint_leaves_nothing_behind():
    with pytest.raises(IntegrityError):
        load_users([row(1), row(2, role="emperor")])
    assert not User.objects.exists()
