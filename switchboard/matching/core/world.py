"""The world: everybody bookable, in memory, changing while it is read.

Many threads read, one writes. The writer holds a lock and makes ``_version`` odd while it changes anything;
a reader notes the version, runs the compiled pass (which lets other threads run), and asks again if the
version moved. So each answer is of one moment of the world, readers never wait for one another, and a reader
that keeps losing the race takes the writer's lock for one turn. The kernel stays inside its arrays whatever
it meets, so a pass over half a change is thrown away, never a crash.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from switchboard.matching.core import columns, facts, planes
from switchboard.matching.core import kernel as k
from switchboard.matching.core.columns import Array, RoleColumns, SlotColumns, Tables
from switchboard.matching.core.facts import RoleFacts, SlotFacts, Vocabulary

T = TypeVar("T")
TRIES = 4
KEPT = 20_000  # roles whose facts are kept once read back


def role_columns(vocabulary: Vocabulary, roles: Iterable[RoleFacts]) -> RoleColumns:
    """Lay role facts in columns."""
    rows = list(roles)
    bits = vocabulary.mask

    def column(values: Iterable[Any], dtype: Any) -> Array:
        return np.array(list(values), dtype=dtype)

    return RoleColumns(
        practitioner=column((r.practitioner for r in rows), np.int64),
        role=column((r.role for r in rows), np.int64),
        latitude=column((np.nan if r.latitude is None else r.latitude for r in rows), np.float64),
        longitude=column((np.nan if r.longitude is None else r.longitude for r in rows), np.float64),
        zone=column((_zone(vocabulary, r) for r in rows), np.uint8),
        states=column((bits("states", r.states) for r in rows), np.uint64),
        lines=column((bits("lines", r.lines) for r in rows), np.uint16),
        levels=column((bits("levels", r.levels) for r in rows), np.uint16),
        treats=column((bits("conditions", r.treats) for r in rows), np.uint64),
        youngest=column((min(max(r.youngest, 0), 255) for r in rows), np.uint8),
        oldest=column((min(max(r.oldest, 0), 255) for r in rows), np.uint8),
        languages=column((bits("languages", r.languages) for r in rows), np.uint64),
        modalities=column((bits("modalities", r.modalities) for r in rows), np.uint8),
        gender=column((vocabulary.bit("genders", r.gender) for r in rows), np.int8),
        cultures=column((bits("cultures", r.cultures) for r in rows), np.uint64),
        accepting=column((r.accepting for r in rows), np.bool_),
        room=column((r.room for r in rows), np.int32),
        load=column((r.load for r in rows), np.float64),
        results=column(
            ([r.results.get(group, np.nan) for group in vocabulary.groups] for r in rows), np.float64
        ).reshape(len(rows), len(vocabulary.groups)),
    )


def _zone(vocabulary: Vocabulary, role: RoleFacts) -> int:
    place = vocabulary.bit("zones", role.zone)
    if place < 0:
        raise ValueError(f"Role {role.role} is in the zone '{role.zone}': add it to the vocabulary's zones.")
    return place


def slot_columns(vocabulary: Vocabulary, slots: Iterable[SlotFacts]) -> SlotColumns:
    """Lay slot facts in columns."""
    rows = sorted(slots, key=lambda s: (s.role, s.start, s.slot))
    bits = vocabulary.mask
    kinds = (
        bits("modalities", s.modalities)
        | bits("relations", s.relations) << k.RELATION_BIT
        | bits("visit_types", s.visit_types) << k.VISIT_BIT
        for s in rows
    )
    return SlotColumns(
        slot=np.array([s.slot for s in rows], np.int64),
        role=np.array([s.role for s in rows], np.int64),
        start=np.array([s.start for s in rows], np.int32),
        minutes=np.array([s.minutes for s in rows], np.uint16),
        kind=np.array(list(kinds), np.uint16),
        open=np.array([s.open for s in rows], np.bool_),
    )


class Scratch(NamedTuple):
    """Working space of one thread, so that a question allocates nothing."""

    rows: Array
    heap: Array
    notes: Array
    firsts: Array
    people: Array
    found: Array


class World:
    """All roles and slots, ready to be matched: ``from_arrays`` or ``from_facts``, then ``apply``."""

    def __init__(self, vocabulary: Vocabulary, tables: Tables, roles: int) -> None:
        self.vocabulary = vocabulary
        self._tables = tables
        self._version = 0
        self._lock = threading.Lock()
        self._row = {int(role): row for row, role in enumerate(tables.who[:roles, 1])}
        self._practitioner: dict[int, list[int]] = defaultdict(list)
        for row, practitioner in enumerate(tables.who[:roles, 0]):
            self._practitioner[int(practitioner)].append(row)
        self._free = list(range(tables.rows - 1, roles - 1, -1))
        self._moved: dict[int, int] = {}  # slots changed since the ids were sorted: their row, -1 when gone
        self._busy: dict[int, dict[int, tuple[int, int]]] = {}
        self._read: dict[int, RoleFacts] = {}  # facts read back since a role last changed
        self._own = threading.local()

    @classmethod
    def from_arrays(
        cls,
        vocabulary: Vocabulary,
        roles: RoleColumns,
        slots: SlotColumns,
        busy: Iterable[facts.Busy] = (),
    ) -> "World":
        """Build from columns (dtypes at their classes); raise ``ValueError`` naming what does not fit."""
        world = cls(vocabulary, columns.tables(roles, slots), len(roles.role))
        for one in busy:
            world._busy.setdefault(one.practitioner, {})[one.key] = (one.start, one.end)
        for practitioner in world._busy:
            world._engage(practitioner)
        return world

    @classmethod
    def from_facts(
        cls,
        vocabulary: Vocabulary,
        roles: Iterable[RoleFacts],
        slots: Iterable[SlotFacts],
        busy: Iterable[facts.Busy] = (),
    ) -> "World":
        """Build from facts, for small worlds and tests."""
        return cls.from_arrays(
            vocabulary, role_columns(vocabulary, roles), slot_columns(vocabulary, slots), busy
        )

    # Reading

    def read(self, look: Callable[[Tables], T]) -> T:
        """Give what ``look`` finds in the tables at one moment of the world."""
        for _ in range(TRIES):
            version = self._version
            if version % 2 == 0:
                found = look(self._tables)
                if self._version == version:
                    return found
        with self._lock:
            return look(self._tables)

    def rows_of(self, practitioners: Iterable[int]) -> list[int]:
        """Give the rows of practitioners; those unknown have none."""
        return [row for one in practitioners for row in self._practitioner.get(one, ())]

    def roles_of(self, practitioners: Iterable[int]) -> list[int]:
        """Give the roles of practitioners; for the writer, which alone moves rows."""
        return [int(self._tables.who[row, 1]) for row in self.rows_of(practitioners)]

    def scratch(self, tables: Tables, count: int) -> "Scratch":
        """Give this thread's own working space."""
        own = self._own.__dict__
        if own.get("rows") != tables.rows or own["count"] != count:
            size = tables.rows
            own["space"] = Scratch(
                rows=np.zeros(size, np.int64),
                heap=np.zeros(size, np.int64),
                notes=np.zeros((size, 5), np.int64),
                firsts=np.zeros(size, np.int32),
                people=np.zeros(4 * size, np.int64),
                found=np.zeros((count + 1, 5), np.int64),
            )
            own["rows"], own["count"] = size, count
        space: Scratch = own["space"]
        return space

    def role_facts(self, tables: Tables, row: int) -> RoleFacts:
        """Give one role's facts, read back from its columns.

        Kept until a role changes: then a fresh dictionary takes its place, once all is written,
        so that what a reader puts into the old one meanwhile is forgotten with it.
        """
        kept = self._read
        known = kept.get(row)
        if known is None:
            known = self._role_facts(tables, row)
            if len(kept) < KEPT:
                kept[row] = known
        return known

    def _role_facts(self, tables: Tables, row: int) -> RoleFacts:
        words, mask, small = self.vocabulary, tables.masks[row].tolist(), tables.small[row].tolist()
        x, y, z = tables.where[row].tolist()
        known = tables.results[row].tolist()
        return RoleFacts(
            practitioner=int(tables.who[row, 0]),
            role=int(tables.who[row, 1]),
            latitude=None if np.isnan(x) else float(np.degrees(np.arcsin(max(-1.0, min(1.0, z))))),
            longitude=None if np.isnan(x) else float(np.degrees(np.arctan2(y, x))),
            zone=words.zones[small[k.ZONE]],
            states=words.codes("states", mask[k.STATES]),
            lines=words.codes("lines", mask[k.LINES]),
            levels=words.codes("levels", mask[k.LEVELS]),
            treats=words.codes("conditions", mask[k.TREATS]),
            youngest=small[k.YOUNGEST],
            oldest=small[k.OLDEST],
            languages=words.codes("languages", mask[k.LANGUAGES]),
            modalities=words.codes("modalities", small[k.WAYS]),
            gender=words.genders[small[k.GENDER]] if small[k.GENDER] >= 0 else None,
            cultures=words.codes("cultures", mask[k.CULTURES]),
            accepting=bool(small[k.ACCEPTING]),
            room=small[k.ROOM],
            load=small[k.LOAD] / 1000,
            results={g: known[i] / 1000 for i, g in enumerate(words.groups) if known[i] >= 0},
        )

    # Changing

    def apply(self, *changes: facts.Change) -> int:
        """Make changes, each whole or not at all to every reader; give how many found what they name.

        A change of a slot or role the world does not hold is left aside: the outbox may tell of rows that
        the snapshot, taken later, no longer had. Every change may be applied twice.
        """
        made = 0
        with self._lock:
            for change in changes:
                prepared = self._prepare(change)
                self._version += 1
                try:
                    made += self._make(prepared)
                finally:
                    if isinstance(prepared, (Tables, facts.RoleRemoved, facts.PanelChanged)):
                        self._read = {}
                    self._version += 1
        return made

    def _prepare(self, change: facts.Change) -> Any:
        """Do the slow encoding before readers have to wait."""
        match change:
            case facts.SlotsReplaced(role, slots):
                kept = [slot for slot in slots if slot.role == role]
                if len(kept) != len(slots):
                    raise ValueError(
                        f"SlotsReplaced of role {role} holds slots of another role: send them apart."
                    )
                return (role, slot_columns(self.vocabulary, kept))
            case facts.RolePut(role):
                return columns.tables(
                    role_columns(self.vocabulary, [role]), slot_columns(self.vocabulary, ())
                )
        return change

    def _make(self, change: Any) -> bool:
        match change:
            case facts.SlotTaken(slot):
                return self._set_taken(slot, True)
            case facts.SlotReleased(slot):
                return self._set_taken(slot, False)
            case facts.PanelChanged(role, accepting, room):
                return self._set_panel(role, accepting, room)
            case facts.RoleRemoved(role):
                return self._remove(role)
            case facts.Busy(practitioner, key, start, end):
                self._busy.setdefault(practitioner, {})[key] = (start, end)
                return self._engage(practitioner)
            case facts.Free(practitioner, key):
                known = self._busy.get(practitioner, {}).pop(key, None)
                return known is not None and self._engage(practitioner)
            case Tables():
                return self._put(change)
            case (int(role), SlotColumns() as slots):
                return self._replace(role, slots)
        raise TypeError(f"The world knows no change called {type(change).__name__}.")

    def _set_taken(self, slot: int, taken: bool) -> bool:
        tables, row = self._tables, self._row_of_slot(slot)
        if row < 0:
            return False
        begin, count = tables.span[row, k.BEGIN], tables.span[row, k.COUNT]
        at = begin + np.flatnonzero(tables.ids[begin : begin + count] == slot)
        tables.status[at] = tables.status[at] & ~np.uint8(k.TAKEN) | np.uint8(k.TAKEN if taken else 0)
        columns.write_open(tables, row, row + 1)
        return len(at) > 0

    def _row_of_slot(self, slot: int) -> int:
        if slot in self._moved:
            return self._moved[slot]
        ids = self._tables.sorted_ids
        at = int(np.searchsorted(ids, slot))
        return int(self._tables.sorted_rows[at]) if at < len(ids) and ids[at] == slot else -1

    def _set_panel(self, role: int, accepting: bool, room: int) -> bool:
        row = self._row.get(role)
        if row is None:
            return False
        self._tables.small[row, k.ACCEPTING], self._tables.small[row, k.ROOM] = (
            accepting,
            min(room, columns.MOST),
        )
        planes.set_bits(self._tables.planes, columns.ACCEPTS, 1, row, np.uint64(accepting and room > 0))
        return True

    def _remove(self, role: int) -> bool:
        row = self._row.pop(role, None)
        if row is None:
            return False
        self._forget_slots(row)
        columns.clear_planes(self._tables, row)
        self._tables.span[row, k.COUNT] = 0
        self._practitioner[int(self._tables.who[row, 0])].remove(row)
        self._free.append(row)
        return True

    def _forget_slots(self, row: int) -> None:
        begin, count = self._tables.span[row, k.BEGIN], self._tables.span[row, k.COUNT]
        ids = self._tables.ids[begin : begin + count].tolist()
        self._moved.update((slot, -1) for slot in ids if self._moved.get(slot, row) == row)

    def _put(self, single: Tables) -> bool:
        practitioner, role = map(int, single.who[0])
        if role not in self._row and not self._free:
            self._grow(self._tables.rows // 4 + 64, 0)
        tables = self._tables
        row = self._row[role] if role in self._row else self._free.pop()
        if role in self._row:
            self._practitioner[int(tables.who[row, 0])].remove(row)
        self._row[role] = row
        self._practitioner[practitioner].append(row)
        for name in ("masks", "small", "where", "results", "who"):
            getattr(tables, name)[row] = getattr(single, name)[0]
        tables.words = max(tables.words, (row >> 6) + 1)
        columns.write_planes(tables, row, row + 1)
        self._engage(practitioner)
        return True

    def _replace(self, role: int, slots: SlotColumns) -> bool:
        row = self._row.get(role)
        if row is None:
            return False
        size = len(slots.slot)
        if size > self._tables.span[row, k.FITS]:
            self._move_to_tail(row, size)
        else:
            self._forget_slots(row)
        tables = self._tables
        begin = int(tables.span[row, k.BEGIN])
        place = slice(begin, begin + size)
        tables.start[place], tables.length[place] = slots.start, slots.minutes
        tables.kind[place], tables.ids[place] = slots.kind, slots.slot
        tables.status[place] = np.where(slots.open, 0, k.TAKEN)
        tables.span[row, k.COUNT] = size
        self._moved.update(dict.fromkeys(slots.slot.tolist(), row))
        self._engage(int(tables.who[row, 0]))
        return True

    def _move_to_tail(self, row: int, size: int) -> None:
        fits = size + size // 4 + 4
        if self._tables.used + fits > len(self._tables.start):
            self._grow(0, fits)
        self._forget_slots(row)
        self._tables.span[row] = (self._tables.used, 0, fits)
        self._tables.used += fits

    def _engage(self, practitioner: int) -> bool:
        """Bring the slots of a practitioner's every role in line with the engagements known."""
        known = self._busy.get(practitioner, {})
        pairs = np.array(list(known.values()), np.int32).reshape(len(known), 2)
        rows = self._practitioner.get(practitioner, [])
        for row in rows:
            planes.mark_engaged(
                row, self._tables.span, self._tables.start, self._tables.length, self._tables.status, pairs
            )
            columns.write_open(self._tables, row, row + 1)
        return bool(rows)

    def _grow(self, rows: int, slots: int) -> None:
        """Lay everything anew with more room, gaps closed; readers keep the old arrays until it is done."""
        old, live = self._tables, sorted(self._row.values())
        self._free = list(range(old.rows + rows // 64 * 64 - 1, old.rows - 1, -1)) + self._free
        self._tables = columns.relaid(old, live, rows // 64 * 64, slots)
        self._moved = {}
