"""What an import refuses lies on disk, not in memory: a file may have every one of its lines refused."""

import tracemalloc
from typing import NamedTuple

import pytest

from switchboard.platform import staging
from switchboard.platform.staging import Spool, flow


class Row(NamedTuple):
    """A refusal."""

    file: str
    line: int
    code: str


def test_it_keeps_its_rows_in_order_and_may_be_read_and_grown_again(monkeypatch):
    monkeypatch.setattr(staging, "SPOOLED", 10)  # so that it lies on disk at once
    held = Spool(Row, [Row("ä\n.csv", 1, "x")])
    held.append(Row("b.csv", 2, "y"))
    assert list(held) == [Row("ä\n.csv", 1, "x"), Row("b.csv", 2, "y")]
    held += (Row("c.csv", n, "z") for n in (3, 4))
    assert [row.line for row in held] == [1, 2, 3, 4]
    assert len(held) == 4
    assert not Spool(Row)


def test_two_hundred_thousand_refusals_take_no_more_memory_than_a_few():
    tracemalloc.start()
    try:
        held = Spool(Row, (Row("roster.csv", n, "member_not_found") for n in range(200_000)))
        assert sum(1 for _ in held) == 200_000
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 4 * (1 << 20), f"{most / 2**20:.1f} MB"


@pytest.mark.django_db
def test_rows_of_a_statement_come_one_by_one():
    found = flow("SELECT n FROM generate_series(1, %s) n ORDER BY n", [3])
    assert next(found) == (1,)
    assert list(found) == [(2,), (3,)]
