"""Import slots in bulk from one source: stage, check against each other, put in place.

A slot is known by its schedule and start. What is past is kept for the record and never offered; what the
source no longer names, or says is busy, is withdrawn, and a seat already taken stays taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from switchboard.platform.clock import now
from switchboard.platform.outbox import tell
from switchboard.platform.staging import Spool, Stage, ask, count, flow, put
from switchboard.scheduling.core.timetable import ImportedSchedule, ImportedSlot
from switchboard.scheduling.models import Schedule

SLOTS = (
    ("file", "text"), ("line", "int"), ("schedule_key", "text"), ("key", "text"),
    ("starts_at", "timestamptz"),
    ("ends_at", "timestamptz"), ("seats", "int"), ("free", "bool"), ("modalities", "int"),
    ("for_new", "bool"), ("for_returning", "bool"), ("booking_link", "text"), ("booking_phone", "text"),
)  # fmt: skip
COPIED = (
    "ends_at",
    "seats",
    "modalities",
    "for_new",
    "for_returning",
    "booking_link",
    "booking_phone",
    "withdrawn",
)


class Unfit(NamedTuple):
    """A slot that was not taken (or taken with a remark), and the code of why."""

    file: str
    line: int
    column: str
    code: str


@dataclass(slots=True)
class SlotsImported:
    """What an import did: slots by outcome, refusals and remarks."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: Spool[Unfit] = field(default_factory=lambda: Spool(Unfit))
    remarks: Spool[Unfit] = field(default_factory=lambda: Spool(Unfit))


def coming_slots(source_id: int) -> int:
    """Give how many slots of a source are on offer and still to come."""
    rows = ask(
        "SELECT count(*) FROM scheduling_slot t JOIN scheduling_schedule c ON c.id = t.schedule_id"
        " WHERE c.source_id = %s AND NOT t.withdrawn AND t.starts_at > %s",
        [source_id, now()],
    )
    return int(rows[0][0])


class SlotImport:
    """Takes slots one by one inside a transaction; :meth:`finish` puts them in place.

    ``whole``: the files are all the source offers, so coming slots they leave out are withdrawn.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self._stage = Stage("load_slot", SLOTS)

    def add(self, slot: ImportedSlot) -> None:
        """Take a slot."""
        self._stage.add(slot)

    def finish(self, *, source_id: int, schedules: list[ImportedSchedule]) -> SlotsImported:
        """Put schedules and slots in place and tell about it."""
        self._stage.flush()
        for schedule in schedules:
            _place_schedule(source_id, schedule)
        done = SlotsImported()
        _refuse(source_id, done)
        _place(source_id, done, whole=self.whole)
        if any(done.counts[k] for k in ("slots_added", "slots_changed", "slots_withdrawn")):
            roles = ask(
                "SELECT DISTINCT role_id FROM scheduling_schedule"
                " WHERE source_id = %s AND role_id IS NOT NULL",
                [source_id],
            )
            tell("slots.imported", {"source": source_id, "role_ids": sorted(role for (role,) in roles)})
        return done


def _place_schedule(source_id: int, schedule: ImportedSchedule) -> None:
    Schedule.objects.update_or_create(
        source_id=source_id,
        source_key=schedule.key,
        defaults={
            "role_id": schedule.role_id,
            "practitioner_id": schedule.practitioner_id,
            "location_id": schedule.location_id,
            "name": schedule.name[:200],
            "time_zone": schedule.time_zone,
            "modalities": list(schedule.modalities),
            "service_types": [s[:80] for s in schedule.service_types],
        },
    )


def _refused(statement: str, column: str, code: str) -> Iterator[Unfit]:
    gone = f"WITH gone AS ({statement}) SELECT file, line FROM gone ORDER BY 1, 2"
    return (Unfit(file, line, column, code) for file, line in flow(gone))


def _refuse(source_id: int, done: SlotsImported) -> None:
    """Leave out what has no schedule and what overlaps another slot of its schedule."""
    put("ALTER TABLE load_slot ADD schedule_id bigint, ADD role_id bigint, ADD practitioner_id bigint")
    put(
        "UPDATE load_slot s SET schedule_id = c.id, role_id = c.role_id, practitioner_id = c.practitioner_id"
        " FROM scheduling_schedule c WHERE c.source_id = %s AND c.source_key = s.schedule_key",
        [source_id],
    )
    put("ANALYZE load_slot")
    done.refused += _refused(
        "DELETE FROM load_slot WHERE schedule_id IS NULL RETURNING file, line",
        "schedule",
        "schedule_not_found",
    )
    done.remarks += _refused(
        "DELETE FROM load_slot a USING load_slot b WHERE a.schedule_id = b.schedule_id"
        " AND a.starts_at = b.starts_at AND a.seq < b.seq RETURNING a.file, a.line",
        "",
        "twice_in_file",
    )
    done.refused += _refused(
        "DELETE FROM load_slot s USING (SELECT seq, starts_at < max(ends_at) OVER (PARTITION BY schedule_id"
        " ORDER BY starts_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS hit FROM load_slot) o"
        " WHERE o.seq = s.seq AND o.hit RETURNING s.file, s.line",
        "start",
        "slot_overlaps",
    )
    done.refused += _refused(
        "DELETE FROM load_slot s USING scheduling_slot t WHERE t.schedule_id = s.schedule_id AND t.taken > 0"
        " AND t.starts_at <> s.starts_at"
        " AND tstzrange(t.starts_at, t.ends_at) && tstzrange(s.starts_at, s.ends_at)"
        " RETURNING s.file, s.line",
        "start",
        "slot_overlaps",
    )


def _place(source_id: int, done: SlotsImported, *, whole: bool) -> None:
    at = now()
    past = flow("SELECT file, line FROM load_slot WHERE starts_at <= %s ORDER BY seq", [at])
    done.remarks += (Unfit(file, line, "start", "slot_past") for file, line in past)
    moved = put(  # an open slot that a new one overlaps was moved by its source
        "UPDATE scheduling_slot t SET withdrawn = true FROM load_slot s WHERE t.schedule_id = s.schedule_id"
        " AND t.starts_at <> s.starts_at AND NOT t.withdrawn AND t.taken = 0 AND t.starts_at > %s"
        " AND tstzrange(t.starts_at, t.ends_at) && tstzrange(s.starts_at, s.ends_at)",
        [at],
    )
    changes = ", ".join(f"{c} = excluded.{c}" for c in COPIED if c != "seats")
    old, new = (", ".join(f"{side}.{c}" for c in COPIED if c != "seats") for side in ("t", "excluded"))
    added, changed = count(
        "INSERT INTO scheduling_slot AS t (schedule_id, role_id, practitioner_id, starts_at, taken,"
        f" source_key, {', '.join(COPIED)})"
        " SELECT schedule_id, role_id, practitioner_id, starts_at, 0, left(key, 200),"
        " ends_at, seats, modalities, for_new, for_returning, booking_link, booking_phone,"
        " NOT free OR starts_at <= %s FROM load_slot ORDER BY seq"
        f" ON CONFLICT (schedule_id, starts_at) DO UPDATE SET {changes},"
        " seats = greatest(excluded.seats, t.taken), source_key = excluded.source_key"
        f" WHERE excluded.starts_at > %s AND (({old}) IS DISTINCT FROM ({new})"
        " OR t.seats <> greatest(excluded.seats, t.taken)) RETURNING t.xmax = 0 AS new",
        [at, at],
    )
    gone = _withdraw_unnamed(source_id) if whole else 0
    total = ask("SELECT count(*) FROM load_slot")[0][0]
    done.counts |= {
        "slots_added": added,
        "slots_changed": changed,
        "slots_unchanged": total - added - changed,
        "slots_withdrawn": moved + gone,
    }


def _withdraw_unnamed(source_id: int) -> int:
    return put(
        "UPDATE scheduling_slot t SET withdrawn = true FROM scheduling_schedule c WHERE c.id = t.schedule_id"
        " AND c.source_id = %s AND NOT t.withdrawn AND t.starts_at > %s"
        " AND NOT EXISTS (SELECT 1 FROM load_slot s"
        " WHERE s.schedule_id = t.schedule_id AND s.starts_at = t.starts_at)",
        [source_id, now()],
    )
