"""Every touch of a person's record is written down in the transaction that touches it, or does not happen."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, DataError, OperationalError, transaction
from psycopg.types.numeric import Int8

from switchboard.platform.access import AccessDenied, DataClass, Extent, Relation, Viewer, extent
from switchboard.platform.clock import now
from switchboard.platform.insider import watch
from switchboard.platform.models import AuditEvent, Relationship
from switchboard.platform.prepared import first_row
from switchboard.platform.roles import Role


class NotWrittenDown(Exception):  # noqa: N818 - it is an answer, not a fault
    """The audit row could not be written, so what it would have told of must not happen either."""


_gathered: ContextVar[list[AuditEvent] | None] = ContextVar("gathered", default=None)
AT_ONCE = frozenset({"open", "refused"})  # the alarm counts these rows in the same breath


@contextmanager
def together() -> Iterator[None]:
    """One transaction whose reads and writes are written down with one statement, before it is kept.

    For a page that touches a record in several places: when the rows cannot be written, nothing it did is
    kept and nothing it read is shown, since the page's answer is sent only after the block has ended.
    """
    if _gathered.get() is not None:
        yield  # inside another: that one writes
        return
    rows: list[AuditEvent] = []
    with transaction.atomic():
        before = _gathered.set(rows)
        try:
            yield
        finally:
            _gathered.reset(before)
        if rows:
            _write(rows)


#: Until when a viewer is tied to a member; wants user, at and at again where ``member`` is a column.
TIED = (
    "(SELECT max(ends_at) FROM platform_relationship WHERE user_id = %s::bigint AND member_id = {member}"
    " AND starts_at <= %s AND ends_at > %s)"
)


def relation_to(viewer: Viewer, member_id: int | None, *, scope: str = "") -> Relation:
    """Say what ties a viewer to a member now; ``scope`` is what a proxy's grant must name."""
    if member_id is None:
        return Relation.NONE
    if viewer.member_id == member_id:
        return Relation.OWN
    if scope in viewer.proxied.get(member_id, ()):
        return Relation.PROXY
    if viewer.user_id is None:
        return Relation.NONE
    at = now()
    if viewer.ties.get(member_id, at) > at:
        return Relation.ASSIGNED
    row = first_row(
        f"SELECT {TIED.format(member='%s::bigint')}",  # asked at every touch, so prepared
        [Int8(viewer.user_id), Int8(member_id), at, at],
    )
    ends = row[0] if row else None
    if ends is None:
        return Relation.NONE
    viewer.ties[member_id] = ends
    return Relation.ASSIGNED


def at_work_on(member_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Give who has each of these records open for a call or a task now (user id, name): the latest."""
    live = Relationship.objects.filter(
        member_id__in=member_ids, kind__in=["call", "task"], starts_at__lte=now(), ends_at__gt=now()
    )
    rows = live.order_by("starts_at").values_list("member_id", "user_id", "user__name")
    return {member_id: (user_id, name) for member_id, user_id, name in rows}


def relate(*, viewer: Viewer, member_id: int, kind: str, reason: str, minutes: int = 60) -> datetime:
    """Open a member's record to a viewer for a while, saying why; give the instant it ends."""
    if viewer.user_id is None:
        raise ValueError("Only a signed-in user can open a record: a process has no call and no case.")
    ends = now() + timedelta(minutes=minutes)
    Relationship.objects.create(
        user_id=viewer.user_id, member_id=member_id, kind=kind, reason=reason, starts_at=now(), ends_at=ends
    )
    record(
        viewer=viewer,
        action="open",
        data_class=DataClass.IDENTITY,
        member_id=member_id,
        what=f"record:{kind}",
        reason=reason,
    )
    watch(viewer.user_id)
    return ends


def record(
    *,
    viewer: Viewer,
    action: str,
    data_class: DataClass,
    member_id: int | None,
    what: str,
    reason: str = "",
    allowed: bool = True,
) -> None:
    """Write one audit row in the present transaction; raise :class:`NotWrittenDown` when it cannot."""
    row = AuditEvent(
        user_id=viewer.user_id,
        user_name=viewer.name,
        role=viewer.role.value,
        purpose=viewer.purpose,
        reason=reason,
        action=action,
        data_class=data_class.value,
        member_id=member_id,
        what=what,
        allowed=allowed,
        request_id=viewer.request_id,
    )
    gathered = _gathered.get()
    if gathered is None or action in AT_ONCE:
        _write([row])
    else:
        gathered.append(row)


def _write(rows: list[AuditEvent]) -> None:
    try:
        if len(rows) == 1:
            rows[0].save(force_insert=True)
        else:
            AuditEvent.objects.bulk_create(rows)
    except (OperationalError, DataError):
        raise  # the database is away, or the caller's words do not fit: said elsewhere
    except DatabaseError as fault:
        raise NotWrittenDown from fault


def touch(
    *,
    viewer: Viewer,
    member_id: int | None,
    data_class: DataClass,
    what: str,
    write: bool = False,
    scope: str = "record",
) -> Extent:
    """Let a viewer read (or write) a member's data, or raise :class:`AccessDenied`; written down either way.

    Call it inside the transaction that reads. A denial is written down by :func:`record_denial`, which the
    web and API layers call once the refused transaction has been rolled back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("touch() needs a transaction: the read and its audit row stand or fall together.")
    decision = extent(
        viewer=viewer,
        data_class=data_class,
        write=write,
        relation=relation_to(viewer, member_id, scope=scope),
    )
    if decision.outcome is Extent.NOTHING:
        raise AccessDenied(viewer, member_id, data_class, what)
    record(
        viewer=viewer,
        action="write" if write else "read",
        data_class=data_class,
        member_id=member_id,
        what=what,
    )
    return decision.outcome


@dataclass(frozen=True, slots=True)
class Look:
    """One touch of a member's record, as the member sees it."""

    at: datetime
    who: str
    role: Role
    mine: bool
    action: str
    data_class: DataClass
    what: str
    reason: str
    allowed: bool


def looks_at(*, viewer: Viewer, member_id: int, limit: int = 200) -> list[Look]:
    """Give who touched a member's record, newest first; asking is itself written down."""
    touch(viewer=viewer, member_id=member_id, data_class=DataClass.AUDIT, what="who_looked")
    rows = AuditEvent.objects.filter(member_id=member_id).order_by("-at", "-id")[:limit]
    return [
        Look(
            at=row.at,
            who=row.user_name,
            role=Role(row.role),
            mine=row.user_id is not None and row.user_id == viewer.user_id,
            action=row.action,
            data_class=DataClass(row.data_class),
            what=row.what,
            reason=row.reason,
            allowed=row.allowed,
        )
        for row in rows
    ]


def record_denial(denied: AccessDenied) -> None:
    """Write down that somebody was refused."""
    record(
        viewer=denied.viewer,
        action="refused",
        data_class=denied.data_class,
        member_id=denied.member_id,
        what=denied.what,
        allowed=False,
    )
    watch(denied.viewer.user_id)
