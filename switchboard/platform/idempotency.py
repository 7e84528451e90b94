"""The same question under the same key gets the same answer, and happens once.

For writes that are not bookings; a booking keeps its answer in its own statement, in the same table.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from switchboard.platform.access import Viewer
from switchboard.platform.models import IdempotencyKey

ADVISORY = 71  # the kind of lock that is about a key, here and in the booking statement


class InFlight(Exception):  # noqa: N818 - it is an answer, not a fault
    """The same key is being answered at this moment."""


class OtherQuestion(Exception):  # noqa: N818 - it is an answer, not a fault
    """The key came before with another question."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer and whether it is that of an earlier call."""

    status: int
    body: Any
    replayed: bool


def once(*, by: Viewer, key: str, question: bytes, act: Callable[[], tuple[int, Any]]) -> Kept:
    """Run ``act`` (giving status and JSON-able body) unless this key was answered before; all or nothing.

    Raises :class:`InFlight` and :class:`OtherQuestion`. When ``act`` raises, nothing is kept.
    """
    principal = f"user:{by.user_id}" if by.user_id else by.role.value
    digest = hashlib.sha256(question).digest()
    with transaction.atomic():
        if not _my_turn(principal, key):
            raise InFlight
        before = IdempotencyKey.objects.filter(principal=principal, key=key).first()
        if before is not None:
            if bytes(before.digest) != digest:
                raise OtherQuestion
            return Kept(before.status or 200, before.body, replayed=True)
        status, body = act()
        IdempotencyKey.objects.create(principal=principal, key=key, digest=digest, status=status, body=body)
        return Kept(status, body, replayed=False)


def _my_turn(principal: str, key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s || chr(31) || %s))", [ADVISORY, principal, key]
        )
        return bool(cursor.fetchone()[0])
