"""Things for people to do, each in exactly one queue with a clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from switchboard.platform.access import Viewer
from switchboard.platform.clock import now
from switchboard.platform.models import WorkItem


@dataclass(frozen=True, slots=True)
class Work:
    """One open thing to do. ``urgency``: 1 now, 2 today, 3 routine; ``subject`` like ``request:12``."""

    public_id: UUID
    queue: str
    kind: str
    member_id: int | None
    subject: str
    note: str
    urgency: int
    opened_at: datetime
    due_at: datetime
    assigned_to: int | None


def open_work(
    *,
    queue: str,
    kind: str,
    subject: str,
    due_at: datetime,
    once: str,
    member_id: int | None = None,
    note: str = "",
    urgency: int = 3,
    not_before: datetime | None = None,
) -> None:
    """Put a thing in a queue; the same ``once`` opens it only once."""
    WorkItem.objects.get_or_create(
        once=once,
        defaults={
            "queue": queue,
            "kind": kind,
            "subject": subject,
            "due_at": due_at,
            "member_id": member_id,
            "note": note,
            "urgency": urgency,
            "not_before": not_before,
            "opened_at": now(),
        },
    )


def waiting(*queues: str, limit: int = 100) -> list[Work]:
    """Give open work, most urgent and soonest due first; every queue when none is named."""
    rows = WorkItem.objects.filter(closed_at__isnull=True).exclude(not_before__gt=now())
    if queues:
        rows = rows.filter(queue__in=queues)
    return [_work(row) for row in rows.order_by("urgency", "due_at", "id")[:limit]]


def work_numbered(*, public_id: UUID) -> Work | None:
    """Give one open thing to do; None when there is none, or it is closed."""
    row = WorkItem.objects.filter(public_id=public_id, closed_at__isnull=True).first()
    return None if row is None else _work(row)


def take(*, public_id: UUID, by: Viewer) -> None:
    """Put one's name on a thing to do."""
    WorkItem.objects.filter(public_id=public_id, closed_at__isnull=True).update(assigned_to_id=by.user_id)


def close_work(*, public_id: UUID, outcome: str, by: Viewer, queue: str = "") -> bool:
    """Say how it ended; give False when it was closed before, or is of another queue than the one named."""
    rows = WorkItem.objects.filter(public_id=public_id, closed_at__isnull=True)
    if queue:
        rows = rows.filter(queue=queue)
    return bool(rows.update(closed_at=now(), closed_by_id=by.user_id, outcome=outcome))


def _work(row: WorkItem) -> Work:
    return Work(
        row.public_id,
        row.queue,
        row.kind,
        row.member_id,
        row.subject,
        row.note,
        row.urgency,
        row.opened_at,
        row.due_at,
        row.assigned_to_id,
    )


def work_of(*, member_id: int, limit: int = 20) -> list[Work]:
    """Give what is still to do for one member, soonest due first."""
    rows = WorkItem.objects.filter(member_id=member_id, closed_at__isnull=True).order_by("due_at", "id")
    return [_work(row) for row in rows[:limit]]


def waiting_in(*queues: str) -> dict[str, int]:
    """Count the open work of these queues, in one statement; a queue without any is left out."""
    rows = WorkItem.objects.filter(closed_at__isnull=True, queue__in=queues).exclude(not_before__gt=now())
    return dict(rows.order_by().values_list("queue").annotate(Count("id"))) if queues else {}


def close_all(*, queue: str, subject: str, outcome: str, by: Viewer) -> int:
    """Say how everything in a queue about one subject ended; give how many things that closed."""
    rows = WorkItem.objects.filter(queue=queue, subject=subject, closed_at__isnull=True)
    return rows.update(closed_at=now(), closed_by_id=by.user_id, outcome=outcome)
