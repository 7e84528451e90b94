"""Reads of bookable time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from numpy.typing import NDArray
from psycopg import sql

from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import now
from switchboard.platform.copying import columns_of
from switchboard.rulebook.listings import entries
from switchboard.scheduling.core.answer import MODALITIES
from switchboard.scheduling.models import Appointment, Slot


class OpenSlots(NamedTuple):
    """Open slots as columns, by role and start.

    ``start`` in minutes since 1970 UTC; ``kind`` bits: 1 in person, 2 video, 4 phone, 8 for people new to the
    practitioner, 16 for those who return, and from 32 on the kinds of visit in the order of
    ``codes/visit_types``.
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
#: What a schedule says of its services, as bits of ``kind``; nothing known: every visit for one person.
OPEN = """
COPY (
  WITH kinds AS MATERIALIZED (
    SELECT c.id, CASE WHEN said.bits IS NULL THEN {single} WHEN said.bits = {grouped} THEN {grouped}
                      ELSE said.bits | {individual} END AS visits
    FROM scheduling_schedule c
    LEFT JOIN (SELECT t.id, bit_or(known.bits) AS bits
               FROM scheduling_schedule t, unnest(t.service_types) AS named (word)
               JOIN (VALUES {words}) AS known (word, bits) ON known.word = lower(btrim(named.word))
               WHERE true {of_schedule} GROUP BY t.id) said ON said.id = c.id
    WHERE true {of_schedules}
  )
  SELECT s.id, s.role_id, (extract(epoch FROM starts_at) / 60)::int4,
         (extract(epoch FROM ends_at - starts_at) / 60)::int2,
         ((modalities & 7) | CASE WHEN for_new THEN 8 ELSE 0 END
                           | CASE WHEN for_returning THEN 16 ELSE 0 END
                           | CASE WHEN seats > 1 THEN {grouped} ELSE kinds.visits END)::int2
  FROM scheduling_slot s JOIN kinds ON kinds.id = s.schedule_id
  WHERE NOT withdrawn AND taken < seats AND starts_at > now() AND s.role_id IS NOT NULL {of_slot}
  ORDER BY s.role_id, starts_at, s.id
) TO STDOUT (FORMAT binary)
"""
VISIT_BIT = 5  # the place in ``kind`` of the first kind of visit


def open_slots(*, roles: Sequence[int] | None = None) -> OpenSlots:
    """Give every open slot that begins later than now (of the roles named, or of all) as columns."""
    buffer = bytearray()
    with connection.cursor() as cursor, cursor.copy(_open_statement(roles)) as copy:
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


def _open_statement(roles: Sequence[int] | None) -> sql.Composed:
    kinds = entries("visit_types")
    bits = {code: 1 << (VISIT_BIT + place) for place, code in enumerate(kinds)}
    words: dict[str, int] = {}
    for code, kind in kinds.items():
        for word in kind["known_as"]:
            words[word] = words.get(word, 0) | bits[code]

    def only(text: str) -> sql.Composable:
        return sql.SQL("" if roles is None else text).format(roles=sql.Literal(list(map(int, roles or ()))))

    of_role = (
        "SELECT schedule_id FROM scheduling_slot WHERE NOT withdrawn AND role_id = ANY({roles}::bigint[])"
    )
    return sql.SQL(OPEN).format(
        single=sql.Literal(sum(bits.values()) - bits["group"]),
        grouped=sql.Literal(bits["group"]),
        individual=sql.Literal(bits["individual"]),
        words=sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(word), sql.Literal(bit)) for word, bit in words.items()
        ),
        of_schedule=only(f"AND t.id IN ({of_role})"),
        of_schedules=only(f"AND c.id IN ({of_role})"),
        of_slot=only("AND s.role_id = ANY({roles}::bigint[])"),
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


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot as pages show it."""

    id: int
    role_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    seats_left: int


def slot_of(slot_id: int) -> SlotView | None:
    """Give one slot; None when there is none. Open directory data, about nobody."""
    row = Slot.objects.filter(pk=slot_id).select_related("schedule").first()
    if row is None:
        return None
    left = 0 if row.withdrawn else row.seats - row.taken
    return SlotView(row.pk, row.role_id, row.starts_at, row.ends_at, row.schedule.time_zone, left)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """An appointment as pages show it. ``starts_at`` and ``ends_at`` in UTC, ``time_zone`` the place's."""

    id: int
    public_id: UUID
    slot_id: int
    member_id: int
    practitioner_id: int | None
    role_id: int | None
    request_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    state: str
    queue: str
    modality: str
    hold_expires_at: datetime | None
    reason: str


def appointments_of(*, viewer: Viewer, member_id: int, limit: int = 50) -> list[AppointmentView]:
    """Give a member's appointments, latest start first, audited."""
    with transaction.atomic():
        _touch(viewer, member_id)
        rows = Appointment.objects.filter(member_id=member_id).exclude(state="expired")
        return [_view(row) for row in rows.order_by("-during")[:limit]]


def coming_appointments_of(*, viewer: Viewer, member_ids: Sequence[int]) -> list[AppointmentView]:
    """Give what is still to come for each of these members, soonest first, in one statement; audited."""
    with transaction.atomic():
        for member_id in member_ids:
            _touch(viewer, member_id)
        rows = Appointment.objects.filter(member_id__in=member_ids, during__endswith__gt=now())
        return [_view(row) for row in rows.exclude(state="expired").order_by("during")]


def appointment_of(*, viewer: Viewer, public_id: UUID) -> AppointmentView | None:
    """Give one appointment, audited; None when there is none."""
    with transaction.atomic():
        row = Appointment.objects.filter(public_id=public_id).first()
        if row is None:
            return None
        _touch(viewer, row.member_id)
        return _view(row)


def _touch(viewer: Viewer, member_id: int) -> None:
    touch(
        viewer=viewer,
        member_id=member_id,
        data_class=DataClass.IDENTITY,
        what="appointments",
        scope="appointments",
    )


def _view(row: Appointment) -> AppointmentView:
    return AppointmentView(
        row.pk,
        row.public_id,
        row.slot_id,
        row.member_id,
        row.practitioner_id,
        row.role_id,
        row.request_id,
        row.during.lower,
        row.during.upper,
        row.time_zone,
        row.state,
        row.queue,
        row.modality,
        row.hold_expires_at,
        row.reason,
    )


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A time that can be booked: open directory data."""

    slot_id: int
    role_id: int | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    modalities: tuple[str, ...]


NEAR = """
SELECT s.id, s.role_id, s.starts_at, s.ends_at, c.time_zone, s.modalities
FROM scheduling_slot s JOIN scheduling_schedule c ON c.id = s.schedule_id, scheduling_slot lost
WHERE lost.id = %(slot)s AND s.role_id = lost.role_id AND s.id <> lost.id AND NOT s.withdrawn
  AND s.taken < s.seats AND s.starts_at > %(now)s AND s.modalities & %(bit)s <> 0
  AND CASE WHEN %(returning)s THEN s.for_returning ELSE s.for_new END
ORDER BY abs(extract(epoch FROM s.starts_at - lost.starts_at)), s.id LIMIT %(limit)s
"""


def times_near(*, slot_id: int, modality: str, returning: bool = False, limit: int = 3) -> list[OpenTime]:
    """Give the open times of the same practitioner nearest to a slot that could not be had."""
    with connection.cursor() as cursor:
        asked = {"slot": slot_id, "bit": MODALITIES[modality], "returning": returning}
        cursor.execute(NEAR, asked | {"now": now(), "limit": limit})
        return [_open_time(*row) for row in cursor.fetchall()]


def open_times(*, role_id: int, limit: int = 100) -> list[OpenTime]:
    """Give the open times of a role, soonest first."""
    rows = Slot.objects.filter(role_id=role_id, withdrawn=False, taken__lt=F("seats"), starts_at__gt=now())
    told = rows.order_by("starts_at", "id").values_list(
        "id", "role_id", "starts_at", "ends_at", "schedule__time_zone", "modalities"
    )
    return [_open_time(*row) for row in told[:limit]]


def _open_time(
    slot: int, role: int | None, starts: datetime, ends: datetime, zone: str, bits: int
) -> OpenTime:
    ways = tuple(name for name, bit in MODALITIES.items() if bits & bit)
    return OpenTime(slot, role, starts, ends, zone, ways)


class SeatTime(NamedTuple):
    """Bookable time as columns, by role and week: minutes of seats still open, and of seats taken.

    ``week`` is its Monday, in days since 1970, where the clocks of the schedule hang.
    """

    role: NDArray[np.int64]
    week: NDArray[np.int64]
    open: NDArray[np.int64]
    used: NDArray[np.int64]


SEATS = """
  SELECT s.role_id, (date_trunc('week', starts_at AT TIME ZONE c.time_zone)::date - date '1970-01-01')::int8,
         sum(extract(epoch FROM ends_at - starts_at)::int4 / 60 * (seats - taken))::int8,
         sum(extract(epoch FROM ends_at - starts_at)::int4 / 60 * taken)::int8
  FROM scheduling_slot s JOIN scheduling_schedule c ON c.id = s.schedule_id
  WHERE NOT withdrawn AND s.role_id IS NOT NULL AND starts_at >= {since} AND starts_at < {until}
  GROUP BY 1, 2
"""


def seat_time(*, since: datetime, until: datetime) -> SeatTime:
    """Give the open and the used time of every role and week between two instants; about nobody."""
    statement = sql.SQL(SEATS).format(since=sql.Literal(since), until=sql.Literal(until))
    return SeatTime(*columns_of(statement, len(SeatTime._fields)))
