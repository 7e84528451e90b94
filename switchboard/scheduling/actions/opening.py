"""Open time and withdraw it: slots from a source, slots from weekly hours."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from psycopg import sql

from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import record
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.rulebook.rules import rule
from switchboard.scheduling.core.answer import MODALITIES
from switchboard.scheduling.core.availability import DifferentDay, Hours, openings
from switchboard.scheduling.models import Schedule, ScheduleException, WeeklyHours

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class OfferedSlot(NamedTuple):
    """A slot as a source offers it; role and practitioner are its schedule's; ``modalities`` are bits."""

    schedule_id: int
    starts_at: datetime
    ends_at: datetime
    seats: int = 1
    modalities: int = 7
    for_new: bool = True
    for_returning: bool = True
    booking_link: str = ""
    booking_phone: str = ""
    source_key: str | None = None


class Published(NamedTuple):
    """How many slots are new or changed, and how many are no longer offered."""

    offered: int
    withdrawn: int


OFFERED = """
CREATE TEMP TABLE offered (schedule_id bigint, starts_at timestamptz, ends_at timestamptz, seats smallint,
  modalities smallint, for_new boolean, for_returning boolean, booking_link text, booking_phone text,
  source_key text) ON COMMIT DROP"""
#: A slot in which somebody sits keeps its time; its seats never fall below those taken.
MERGE = """
INSERT INTO scheduling_slot AS s (schedule_id, role_id, practitioner_id, starts_at, ends_at, seats, taken,
  withdrawn, modalities, for_new, for_returning, booking_link, booking_phone, source_key)
SELECT DISTINCT ON (o.schedule_id, o.starts_at) o.schedule_id, c.role_id, c.practitioner_id, o.starts_at,
  o.ends_at, o.seats, 0, false, o.modalities, o.for_new, o.for_returning, o.booking_link, o.booking_phone,
  o.source_key
FROM offered o JOIN scheduling_schedule c ON c.id = o.schedule_id
ORDER BY o.schedule_id, o.starts_at
ON CONFLICT (schedule_id, starts_at) DO UPDATE SET
  ends_at = CASE WHEN s.taken = 0 THEN excluded.ends_at ELSE s.ends_at END,
  seats = greatest(excluded.seats, s.taken), withdrawn = s.withdrawn AND NOT %(reopen)s,
  modalities = excluded.modalities,
  for_new = excluded.for_new, for_returning = excluded.for_returning,
  booking_link = excluded.booking_link, booking_phone = excluded.booking_phone,
  source_key = excluded.source_key
WHERE (s.ends_at, s.seats, s.withdrawn, s.modalities, s.for_new, s.for_returning, s.booking_link,
       s.booking_phone, s.source_key)
  IS DISTINCT FROM (excluded.ends_at, excluded.seats, s.withdrawn AND NOT %(reopen)s, excluded.modalities,
       excluded.for_new,
       excluded.for_returning, excluded.booking_link, excluded.booking_phone, excluded.source_key)"""
WITHDRAW_OTHERS = """
UPDATE scheduling_slot s SET withdrawn = true
WHERE s.schedule_id = ANY(%s) AND NOT s.withdrawn AND s.starts_at > %s AND s.starts_at < %s
  AND NOT EXISTS (SELECT FROM offered o WHERE o.schedule_id = s.schedule_id AND o.starts_at = s.starts_at)"""


def publish_slots(
    slots: Iterable[OfferedSlot],
    *,
    by: Viewer,
    whole: Sequence[int] = (),
    until: datetime = FOR_EVER,
    reopen: bool = True,
) -> Published:
    """Offer slots, new ones and changed ones; the same slots again change nothing. Constant memory.

    ``whole``: schedules of which this is everything from now to ``until``; what they offered before and do
    not offer now is withdrawn. ``reopen``: a slot withdrawn before is offered again. Appointments
    stand whatever a source says. Slots are one a schedule and
    start. Raises IntegrityError on a slot that ends before it starts.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OFFERED)
        columns = sql.SQL(", ").join(map(sql.Identifier, OfferedSlot._fields))
        with cursor.copy(sql.SQL("COPY offered ({}) FROM STDIN").format(columns)) as out:
            for slot in slots:
                out.write_row(slot)
        cursor.execute("ANALYZE offered")
        cursor.execute(MERGE, {"reopen": reopen})
        offered = cursor.rowcount
        cursor.execute(WITHDRAW_OTHERS, [list(whole), now(), until])
        published = Published(offered, cursor.rowcount)
        cursor.execute(
            "SELECT DISTINCT c.id, c.role_id FROM scheduling_schedule c"
            " WHERE c.id = ANY(%s) OR EXISTS (SELECT FROM offered o WHERE o.schedule_id = c.id)",
            [list(whole)],
        )
        touched = cursor.fetchall()
        cursor.execute("DROP TABLE offered")
        if any(published):
            _tell_loaded(touched, by)
    return published


def withdraw_slots(*, slots: Sequence[int], by: Viewer, reason: str = "") -> int:
    """Offer these slots no longer; appointments in them stand. Give how many were still offered."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduling_slot SET withdrawn = true WHERE id = ANY(%s) AND NOT withdrawn"
            " RETURNING id, role_id",
            [list(slots)],
        )
        gone = cursor.fetchall()
        if gone:
            roles = sorted({role for _, role in gone if role})
            tell("slots.withdrawn", {"slots": [slot for slot, _ in gone], "role_ids": roles})
            _audit(by, "slots:withdrawn", reason)
    return len(gone)


def set_hours(
    *,
    schedule_id: int,
    hours: Sequence[Hours],
    different: Sequence[DifferentDay] = (),
    by: Viewer,
    buffer_minutes: int | None = None,
) -> Published:
    """Say anew when a schedule is open, by hand, and open its slots; ValueError on hours turned round.

    ``buffer_minutes``: between two visits; None keeps what is. Past days that differed stay on file.
    """
    if any(h.closes <= h.opens for h in hours):
        raise ValueError("Hours close after they open: over midnight, enter the two days separately.")
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().get(pk=schedule_id)
        WeeklyHours.objects.filter(schedule=schedule).delete()
        ScheduleException.objects.filter(schedule=schedule, day__gte=today(schedule.time_zone)).delete()
        if buffer_minutes is not None:
            Schedule.objects.filter(pk=schedule_id).update(buffer_minutes=buffer_minutes)
        WeeklyHours.objects.bulk_create(_hours_row(schedule, h) for h in hours)
        ScheduleException.objects.bulk_create(
            ScheduleException(schedule=schedule, day=d.day, opens=d.opens, closes=d.closes) for d in different
        )
        return open_hours(schedules=[schedule_id], by=by, reopen=True)


NEW_SCHEDULE = """
INSERT INTO scheduling_schedule (source_id, role_id, practitioner_id, location_id, name, time_zone,
  visit_minutes, buffer_minutes, modalities, service_types, active)
SELECT r.source_id, r.id, r.practitioner_id, r.location_id, '', coalesce(l.time_zone, 'America/New_York'),
  50, 10, r.modalities, '{}', true
FROM network_practitionerrole r LEFT JOIN network_location l ON l.id = r.location_id WHERE r.id = %s
RETURNING id"""


@transaction.atomic
def schedule_by_hand(*, role_id: int, by: Viewer) -> int | None:
    """Give the schedule whose hours people enter for a role, made on first asking; None without such a role.

    It is nobody's import (no ``source_key``), so no file of a source changes it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM network_practitionerrole WHERE id = %s FOR UPDATE", [role_id])
        if cursor.fetchone() is None:
            return None
        made = Schedule.objects.filter(role_id=role_id, source_key__isnull=True).order_by("id").first()
        if made is not None:
            return made.pk
        cursor.execute(NEW_SCHEDULE, [role_id])
        row = cursor.fetchone()
    _audit(by, "schedule:added", "")
    return int(row[0]) if row else None


def open_hours(*, by: Viewer, schedules: Sequence[int] | None = None, reopen: bool = False) -> Published:
    """Turn weekly hours into slots from today to the horizon (rule ``scheduling/horizon``).

    Of the schedules named, or of every active one that has hours. Again changes nothing; a slot no longer
    within the hours is withdrawn, never deleted; one withdrawn by hand stays so, unless ``reopen``.
    """
    days: int = rule("scheduling/horizon").on(today())["days"]
    rows = Schedule.objects.filter(active=True).prefetch_related("hours", "exceptions").order_by("id")
    rows = rows.filter(hours__isnull=False).distinct() if schedules is None else rows.filter(pk__in=schedules)
    total = Published(0, 0)
    for batch in _batches(list(rows.values_list("pk", flat=True)), 500):
        chosen = list(rows.filter(pk__in=batch))
        done = publish_slots(
            (slot for row in chosen for slot in _slots(row, days)),
            by=by,
            whole=batch,
            until=now() + timedelta(days=days),
            reopen=reopen,
        )
        total = Published(total.offered + done.offered, total.withdrawn + done.withdrawn)
    return total


def _batches(ids: list[int], size: int) -> Iterator[list[int]]:
    return (ids[n : n + size] for n in range(0, len(ids), size))


def _slots(schedule: Schedule, days: int) -> Iterator[OfferedSlot]:
    first = today(schedule.time_zone)
    hours = [hours_of_row(row, schedule) for row in schedule.hours.all()]
    different = [DifferentDay(row.day, row.opens, row.closes) for row in schedule.exceptions.all()]
    zone, at = ZoneInfo(schedule.time_zone), now()
    for opening in openings(hours, different, zone, first, first + timedelta(days=days)):
        if opening.starts_at > at:
            h = opening.hours
            yield OfferedSlot(
                schedule.pk,
                opening.starts_at,
                opening.ends_at,
                h.seats,
                h.modalities,
                h.for_new,
                h.for_returning,
            )


def hours_of_row(row: WeeklyHours, schedule: Schedule) -> Hours:
    """Give hours as they are kept; what they do not say themselves, their schedule says."""
    return Hours(
        row.weekday,
        row.opens,
        row.closes,
        row.period.lower or date.min,
        row.period.upper or date.max,
        row.visit_minutes or schedule.visit_minutes,
        schedule.buffer_minutes,
        bits(row.modalities or schedule.modalities),
        row.for_new,
        row.for_returning,
        row.seats,
    )


def _hours_row(schedule: Schedule, hours: Hours) -> WeeklyHours:
    return WeeklyHours(
        schedule=schedule,
        weekday=hours.weekday,
        opens=hours.opens,
        closes=hours.closes,
        period=(hours.since, None if hours.until == date.max else hours.until),
        visit_minutes=hours.visit_minutes,
        modalities=[name for name, bit in MODALITIES.items() if hours.modalities & bit],
        for_new=hours.for_new,
        for_returning=hours.for_returning,
        seats=hours.seats,
    )


def bits(modalities: Iterable[str]) -> int:
    """Give the modalities as bits; all three when none is named."""
    return sum({MODALITIES[name] for name in modalities}) or 7


def _tell_loaded(touched: Iterable[tuple[int, int | None]], by: Viewer) -> None:
    schedules, roles = zip(*touched, strict=True)
    tell("slots.loaded", {"schedule_ids": list(schedules), "role_ids": sorted({r for r in roles if r})})
    _audit(by, "slots:loaded", "")


def _audit(by: Viewer, what: str, reason: str) -> None:
    record(
        viewer=by, action="write", data_class=DataClass.DIRECTORY, member_id=None, what=what, reason=reason
    )
