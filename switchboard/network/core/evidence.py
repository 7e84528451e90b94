"""How a directory field is known: when it is due again, and which source is believed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source's word on one field. ``rank``: the lower is believed first."""

    field: str
    value: Any
    source: str
    rank: int
    method: str
    verified_at: datetime
    due_at: datetime


def due_again(verified_at: datetime, rules: Value) -> datetime:
    """Give when a field must be verified again, by the rule ``network/directory_verification``."""
    return verified_at + timedelta(days=rules["days"])


def overdue(evidence: Evidence, now: datetime) -> bool:
    """Say whether nobody has verified it in time."""
    return evidence.due_at <= now


def believed(words: Iterable[Evidence], now: datetime) -> Decision[Evidence]:
    """Choose which source's word stands: one still in date, then the lower rank, then the later.

    Raises ``ValueError`` when nobody has said anything.
    """
    order = sorted(words, key=lambda e: (overdue(e, now), e.rank, -e.verified_at.timestamp()))
    if not order:
        raise ValueError("Nobody has said anything about this field: there is nothing to choose from.")
    first = order[0]
    because = [Reason("evidence_believed", {"source": first.source, "method": first.method})]
    if overdue(first, now):
        because.append(Reason("evidence_overdue", {"days": (now - first.due_at).days}))
    if any(e.value != first.value for e in order[1:]):
        because.append(Reason("sources_disagree", {"sources": len(order)}))
    return Decision(first, tuple(because))
