"""What happened, told in the transaction in which it happened, and read by whoever follows.

Ids are drawn before commits, so a reader may see 12 before 11. It keeps the gaps and looks again until the
transaction that drew the number has ended: nothing is skipped, nothing is read twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from switchboard.platform.models import OutboxCursor, OutboxEvent

GAP_SECONDS = 900.0  # longer than any transaction may live


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its number, kind (``appointment.booked``) and payload (ids, never names)."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    at: float


def tell(kind: str, payload: Mapping[str, Any]) -> None:
    """Write an event in the present transaction. The payload carries ids and codes, never personal data."""
    OutboxEvent.objects.create(kind=kind, payload=dict(payload))


@dataclass(slots=True)
class Reader:
    """Follows the outbox from a position. Not shared between threads."""

    position: int = 0
    gaps: dict[int, float] = field(default_factory=dict)

    def news(self, limit: int = 5000) -> list[Event]:
        """Give the events that have appeared since the last call, in id order; late ones when they appear."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, kind, payload::text, extract(epoch FROM at)::float8,"
                " extract(epoch FROM clock_timestamp())::float8"
                " FROM platform_outboxevent WHERE id > %s OR id = ANY(%s) ORDER BY id LIMIT %s",
                [self.position, list(self.gaps), limit],
            )
            rows = cursor.fetchall()
        return self._accept(rows)

    def _accept(self, rows: Sequence[tuple[int, str, str, float, float]]) -> list[Event]:
        events = []
        for number, kind, payload, at, clock in rows:
            if number > self.position:
                # A number between was drawn by a transaction that is still open, or was rolled back.
                self.gaps.update(dict.fromkeys(range(self.position + 1, number), clock))
                self.position = number
            self.gaps.pop(number, None)
            events.append(Event(number, kind, orjson.loads(payload), at))
        if rows:
            self.gaps = {n: seen for n, seen in self.gaps.items() if rows[-1][4] - seen < GAP_SECONDS}
        return events


def latest() -> int:
    """Give the highest number in the outbox, 0 when it is empty."""
    last = OutboxEvent.objects.order_by("-id").values_list("id", flat=True).first()
    return last or 0


@contextmanager
def reading(consumer: str, limit: int) -> Iterator[list[Event]]:
    """Give a consumer the events it has not seen; its place is kept when the caller's transaction commits.

    One reader of a name at a time: while another holds the cursor, the list is empty.
    """
    OutboxCursor.objects.get_or_create(consumer=consumer)
    cursor = OutboxCursor.objects.select_for_update(skip_locked=True).filter(consumer=consumer).first()
    if cursor is None:
        yield []
        return
    reader = Reader(cursor.position, {int(number): seen for number, seen in cursor.gaps.items()})
    yield reader.news(limit)
    cursor.position, cursor.gaps = reader.position, {str(n): seen for n, seen in reader.gaps.items()}
    cursor.save()
