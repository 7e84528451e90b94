"""Reads of bookable time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray


class OpenSlots(NamedTuple):
    """Open slots as columns, by role and start.

    ``start`` in minutes since 1970 UTC; ``kind`` bits: 1 in person, 2 video, 4 phone, 8 for people new to the
    practitioner, 16 for those who return.
    """

    slot: NDArray[np.int64]
    role: NDArray[np.int64]
    start: NDArray[np.int32]
    minutes: NDArray[np.uint16]
    kind: NDArray[np.uint16]


class Engagement(NamedTuple):
    """A practitioner is engaged alone with somebody; minutes since 1970 UTC."""

    practitioner: int
    appointment: int
    start: int
    end: int


# Binary COPY writes each row as a count of fields, then length and bytes of each: with columns that are
# never null every row is as long as the next, and the whole answer is one array.
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("l1", ">i4"),
        ("slot", ">i8"),
        ("l2", ">i4"),
        ("role", ">i8"),
        ("l3", ">i4"),
        ("start", ">i4"),
        ("l4", ">i4"),
        ("minutes", ">i2"),
        ("l5", ">i4"),
        ("kind", ">i2"),
    ]
)
HEADER = 19  # signature 11, flags 4, extension length 4
OPEN = """
COPY (
  SELECT id, role_id, (extract(epoch FROM starts_at) / 60)::int4,
         (extract(epoch FROM ends_at - starts_at) / 60)::int2,
         ((modalities & 7) | CASE WHEN for_new THEN 8 ELSE 0 END
                           | CASE WHEN for_returning THEN 16 ELSE 0 END)::int2
  FROM scheduling_slot
  WHERE NOT withdrawn AND taken < seats AND starts_at > now() AND role_id IS NOT NULL {only}
  ORDER BY role_id, starts_at, id
) TO STDOUT (FORMAT binary)
"""


def open_slots(*, roles: Sequence[int] | None = None) -> OpenSlots:
    """Give every open slot that begins later than now (of the roles named, or of all) as columns."""
    only = "" if roles is None else f"AND role_id = ANY('{{{','.join(str(int(r)) for r in roles)}}}')"
    buffer = bytearray()
    with connection.cursor() as cursor, cursor.copy(OPEN.format(only=only)) as copy:
        for block in copy:
            buffer += block
    rows: Any = np.frombuffer(buffer, ROW, offset=HEADER, count=(len(buffer) - HEADER - 2) // ROW.itemsize)
    return OpenSlots(
        rows["slot"].astype(np.int64),
        rows["role"].astype(np.int64),
        rows["start"].astype(np.int32),
        rows["minutes"].astype(np.uint16),
        rows["kind"].astype(np.uint16),
    )


def engagements() -> list[Engagement]:
    """Give every appointment to come, held or booked, that its practitioner has with one person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practitioner_id, id, (extract(epoch FROM lower(during)) / 60)::int,"
            " (extract(epoch FROM upper(during)) / 60)::int"
            " FROM scheduling_appointment WHERE state IN ('held', 'booked') AND upper(during) > now()"
            " AND practitioner_id IS NOT NULL AND NOT grouped"
        )
        return [Engagement(*row) for row in cursor.fetchall()]
