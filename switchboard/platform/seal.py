"""Seal the audit rows into a chain of digests, so that a deleted, altered or slipped-in row is found.

Triggers and grants keep the application from changing audit rows; the chain tells when somebody with more
rights did. Each seal covers the rows that appeared since the last one and hashes them onto its digest. Who
could rewrite rows could rewrite the chain: the log of each seal, kept outside the database, is the anchor.
"""

from dataclasses import dataclass

import structlog
from django.db import connection, transaction

from switchboard.platform.clock import now
from switchboard.platform.models import AuditEvent, AuditSeal

BATCH = 10_000
GAP_SECONDS = 900  # an id drawn by a transaction that is still open; longer than any may live
log = structlog.get_logger("switchboard.seal")

_HASH = """
SELECT sha256(%s::bytea || convert_to(coalesce(string_agg(jsonb_build_array(
         id, extract(epoch FROM at), user_id, user_name, role, purpose, reason, action, data_class, member_id,
         what, allowed, request_id)::text, chr(10) ORDER BY id), ''), 'UTF8')), count(*)
FROM platform_auditevent WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found; ``broken`` names the first seal that does not hold."""

    seals: int
    rows: int
    broken: str = ""


@transaction.atomic
def seal() -> int:
    """Seal what appeared since the last seal; give how many rows. Of two at once one fails, harmless."""
    last = AuditSeal.objects.order_by("-number").first()
    position, gaps = (last.position, last.gaps) if last else (0, {})
    open_ids = [int(n) for n in gaps]
    found = AuditEvent.objects.filter(id__gt=position) | AuditEvent.objects.filter(id__in=open_ids)
    ids = list(found.order_by("id").values_list("id", flat=True)[:BATCH])
    if not ids:
        return 0
    top, present = max(position, ids[-1]), now().timestamp()
    gaps = gaps | {str(n): present for n in range(position + 1, top)}
    gaps = {n: t for n, t in gaps.items() if int(n) not in set(ids) and present - t < GAP_SECONDS}
    digest, _count = _hash(bytes(last.digest) if last else b"", ids)
    number = last.number + 1 if last else 1
    AuditSeal.objects.create(number=number, position=top, gaps=gaps, event_ids=ids, digest=digest)
    log.info("audit sealed", count=len(ids), rows=top, digest=digest.hex())
    return len(ids)


def verify(anchors: dict[int, str] | None = None) -> Verdict:
    """Walk the chain from its start; ``anchors``: the digest that the log kept for a seal, by its number."""
    rows, digest, number = 0, b"", 0
    for number, one in enumerate(AuditSeal.objects.order_by("number").iterator(chunk_size=50), start=1):
        digest, count = _hash(digest, one.event_ids)
        whole = one.number == number and count == len(one.event_ids) and digest == bytes(one.digest)
        if not whole or (anchors or {}).get(number, digest.hex()) != digest.hex():
            return Verdict(number, rows, f"seal {number} of {one.sealed_at:%Y-%m-%d %H:%M} does not hold")
        rows += count
    if anchors and max(anchors) > number:
        return Verdict(number, rows, f"seal {max(anchors)} is gone")
    return Verdict(number, rows, _slipped_in(rows))


def _slipped_in(sealed: int) -> str:
    last = AuditSeal.objects.order_by("-number").first()
    if last is None:
        return ""
    waiting = [int(n) for n in last.gaps]
    there = AuditEvent.objects.filter(id__lte=last.position).exclude(id__in=waiting).count()
    return "" if there == sealed else f"{there - sealed} row(s) stand among sealed ones and were never sealed"


def _hash(before: bytes, ids: list[int]) -> tuple[bytes, int]:
    with connection.cursor() as cursor:
        cursor.execute(_HASH, [before, ids])
        digest, count = cursor.fetchone()
    return bytes(digest), count
