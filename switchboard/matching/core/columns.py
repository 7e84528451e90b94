"""How the world lies in memory: a row a role, its slots side by side in order of start, gates as bit planes.

The arrays given to :func:`tables` are the seam to the database: fill them from a binary COPY or by hand.
Give the roles in order of place (state, then ZIP or latitude): neighbours on the map are then neighbours in
memory, and a question reads fewer cache lines. Any order gives the same answers.
Sizes: about 220 bytes a role and 32 bytes a slot (20 for the slot, 12 to find it by its id).
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from switchboard.matching.core import kernel as k
from switchboard.matching.core import planes

# Where each gate's planes begin; one plane holds one bit of each role.
LIVE, ACCEPTS, WAYS, OFFERS, VISITS = 0, 1, 2, 5, 11
STATES, LINES, LEVELS, TREATS, LANGUAGES, AGES, NOTHING = 22, 86, 102, 118, 182, 246, 367
PLANES = 368
BASES = np.array([LIVE, ACCEPTS, WAYS, STATES, LINES, LEVELS, TREATS, LANGUAGES, AGES], np.int64)
MOST = 32_767  # the largest small number a column holds
TAIL = 4096  # least room for slots of roles that outgrow their place

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class RoleColumns:
    """One element a role, all of length R. Bits and small numbers are places in the :class:`Vocabulary`."""

    practitioner: Array  # int64
    role: Array  # int64, unique
    latitude: Array  # float64 degrees, NaN unknown
    longitude: Array  # float64 degrees, NaN unknown
    zone: Array  # uint8, place in vocabulary.zones
    states: Array  # uint64 bits
    lines: Array  # uint16 bits
    levels: Array  # uint16 bits
    treats: Array  # uint64 bits
    youngest: Array  # uint8 years
    oldest: Array  # uint8 years; 120 and over mean no upper end
    languages: Array  # uint64 bits
    modalities: Array  # uint8 bits: in person, video, phone
    gender: Array  # int8 place in vocabulary.genders, -1 unknown
    cultures: Array  # uint64 bits
    accepting: Array  # bool
    room: Array  # int32 more new members (counted to 32,767)
    load: Array  # float 0 to 1
    results: Array  # float[R, groups] 0 to 1, NaN unknown


@dataclass(frozen=True, slots=True)
class SlotColumns:
    """One element a slot, all of one length N, in any order.

    Taken as they are when in the order (role as in RoleColumns, start, slot); else it costs a sort.
    """

    slot: Array  # int64, unique
    role: Array  # int64, a role of RoleColumns
    start: Array  # int32 minutes since 1970 UTC
    minutes: Array  # uint16
    kind: Array  # uint16 bits: 0-2 modalities, 3 new, 4 returning, 5-15 visit types
    open: Array  # bool


@dataclass(slots=True)
class Tables:
    """The arrays the kernel reads. Only :class:`World` writes them."""

    words: int  # 64-role words in use
    used: int  # slots in use, gaps included
    planes: Array
    masks: Array
    small: Array
    where: Array
    results: Array
    who: Array
    first: Array
    span: Array
    start: Array
    length: Array
    kind: Array
    status: Array
    ids: Array
    sorted_ids: Array
    sorted_rows: Array

    @property
    def rows(self) -> int:
        """Give how many roles there is room for."""
        return len(self.who)


def checked(roles: RoleColumns, slots: SlotColumns) -> None:
    """Raise ``ValueError`` naming the column that does not fit."""
    for columns, key in ((roles, "role"), (slots, "slot")):
        size = len(getattr(columns, key))
        for column in fields(columns):
            if len(getattr(columns, column.name)) != size:
                raise ValueError(f"The column '{column.name}' must be as long as '{key}': {size}.")
    if len(np.unique(roles.role)) != len(roles.role):
        raise ValueError("Two rows have the same role: give each role once.")


def units(latitude: Array, longitude: Array) -> Array:
    """Give points on the unit sphere, ``float64[n, 3]``."""
    up, across = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up)], axis=-1)


def thousandths(shares: Array, unknown: int) -> Array:
    """Give shares of 0 to 1 in whole thousandths, ``unknown`` for NaN."""
    whole = np.clip(np.floor(np.asarray(shares, np.float64) * 1000 + 0.5), 0, 1000)
    return np.where(np.isnan(whole), unknown, whole).astype(np.int16)


def tables(roles: RoleColumns, slots: SlotColumns) -> Tables:
    """Build the tables; raise ``ValueError`` on columns of unequal length, or slots of an unknown role."""
    checked(roles, slots)
    count = len(roles.role)
    rows = (count + count // 8 + 127) // 64 * 64
    built = Tables(words=(count + 63) // 64, used=0, **_empty(rows))
    built.who[:count, 0], built.who[:count, 1] = roles.practitioner, roles.role
    for column, name in enumerate(("treats", "languages", "cultures", "states", "lines", "levels")):
        built.masks[:count, column] = getattr(roles, name)
    small = ("gender", "modalities", "load", "zone", "youngest", "oldest", "accepting", "room")
    for column, name in enumerate(small):
        built.small[:count, column] = (
            thousandths(roles.load, 0)
            if name == "load"
            else np.clip(np.asarray(getattr(roles, name), np.int64), -1, MOST)
        )
    built.where[:count] = units(roles.latitude, roles.longitude)
    built.results[:] = -1
    built.results[:count, : roles.results.shape[1]] = thousandths(roles.results, -1)
    _lay_slots(built, roles, slots)
    write_planes(built, 0, count)
    return built


def _empty(rows: int) -> dict[str, Array]:
    """Give empty tables. What the kernel reads of a role lies in two cache lines, side by side."""
    room = np.zeros(rows * 128 + 64, np.uint8)
    packed = room[-room.ctypes.data % 64 :][: rows * 128].reshape(rows, 128)
    none = np.empty(0, np.int64)
    return {
        "planes": np.zeros((PLANES, rows // 64), np.uint64),
        "where": packed[:, 0:24].view(np.float64),
        "first": packed[:, 24:48].view(np.int32),
        "small": packed[:, 48:64].view(np.int16),
        "masks": packed[:, 64:112].view(np.uint64),
        "results": packed[:, 112:128].view(np.int16),
        "who": np.zeros((rows, 2), np.int64),
        "span": np.zeros((rows, 3), np.int64),
        **dict.fromkeys(("start", "length", "kind", "status", "ids", "sorted_ids", "sorted_rows"), none),
    }


def _rows_of(roles: RoleColumns, slots: SlotColumns) -> Array:
    order = np.argsort(roles.role, kind="stable")
    ranked = np.asarray(roles.role)[order]
    at = np.minimum(np.searchsorted(ranked, slots.role), max(0, len(ranked) - 1))
    if len(slots.role) and (not len(ranked) or bool((ranked[at] != slots.role).any())):
        raise ValueError(
            "Some slots belong to a role that is not among the roles: load both from one snapshot."
        )
    return order.astype(np.int32)[at] if len(ranked) else np.empty(0, np.int32)


def _lay_slots(built: Tables, roles: RoleColumns, slots: SlotColumns) -> None:
    row = _rows_of(roles, slots)
    step = (np.diff(row) > 0) | ((np.diff(row) == 0) & (np.diff(slots.start) >= 0))
    order: Any = slice(None)
    if not step.all() or _ties_out_of_order(row, slots):
        order = np.lexsort((slots.slot, slots.start, row))
        row = row[order]
    size = len(row)
    allocate(built, size + size // 20 + TAIL)
    built.used = size
    built.start[:size], built.length[:size] = slots.start[order], slots.minutes[order]
    built.kind[:size], built.ids[:size] = slots.kind[order], slots.slot[order]
    built.status[:size] = np.where(slots.open[order], 0, k.TAKEN)
    counts = np.bincount(row, minlength=built.rows) if size else np.zeros(built.rows, np.int64)
    built.span[:, k.BEGIN] = np.cumsum(counts) - counts
    built.span[:, k.COUNT] = built.span[:, k.FITS] = counts
    index_ids(built, built.ids[:size], row)


def _ties_out_of_order(row: Array, slots: SlotColumns) -> bool:
    same = (np.diff(row) == 0) & (np.diff(slots.start) == 0)
    return bool((np.diff(slots.slot)[same] <= 0).any())


def allocate(built: Tables, size: int) -> None:
    """Make the slot columns ``size`` long, empty. What the kernel reads of a slot lies side by side."""
    packed = np.zeros((size, 12), np.uint8)
    built.start, built.length = packed[:, 0:4].view(np.int32)[:, 0], packed[:, 4:6].view(np.uint16)[:, 0]
    built.kind, built.status = packed[:, 6:8].view(np.uint16)[:, 0], packed[:, 8]
    built.ids = np.zeros(size, np.int64)


def index_ids(built: Tables, ids: Array, row: Array) -> None:
    """Make slots findable by id; raise ``ValueError`` when one stands twice."""
    if (np.diff(ids) > 0).all():
        built.sorted_ids, built.sorted_rows = ids.copy(), row.astype(np.int32)
        return
    order = np.argsort(ids)
    built.sorted_ids, built.sorted_rows = ids[order], row[order].astype(np.int32)
    if (np.diff(built.sorted_ids) == 0).any():
        raise ValueError("Two slots have the same id: give each slot once.")


def write_planes(built: Tables, first: int, last: int) -> None:
    """Bring all planes of the roles from row ``first`` to before ``last`` in line with columns and slots."""
    planes.write_roles(built.planes, first, last, built.masks, built.small, BASES)
    write_open(built, first, last)


def write_open(built: Tables, first: int, last: int) -> None:
    """Bring first open starts, and the planes of what is open, in line with the slots of these rows."""
    t = built
    planes.write_open(t.planes, first, last, t.span, t.start, t.kind, t.status, t.first, OFFERS, VISITS)


def clear_planes(built: Tables, row: int) -> None:
    """Take a role out of every plane."""
    built.planes[:, row >> 6] &= ~(np.uint64(1) << np.uint64(row & 63))


def relaid(old: Tables, live: list[int], more_rows: int, more_slots: int) -> Tables:
    """Give the tables laid anew: the live rows' slots side by side, room for more rows and slots."""
    rows = old.rows + more_rows
    fresh = Tables(words=old.words, used=0, **_empty(rows))
    for name in ("masks", "small", "where", "results", "who", "first"):
        getattr(fresh, name)[: old.rows] = getattr(old, name)
    fresh.planes[:, : old.rows // 64] = old.planes
    spans = [(row, int(old.span[row, k.BEGIN]), int(old.span[row, k.COUNT])) for row in live]
    size = sum(count for _, _, count in spans)
    allocate(fresh, size + size // 20 + TAIL + more_slots)
    owner = np.zeros(size, np.int32)
    at = 0
    for row, begin, count in spans:
        for name in ("start", "length", "kind", "status", "ids"):
            getattr(fresh, name)[at : at + count] = getattr(old, name)[begin : begin + count]
        owner[at : at + count] = row
        fresh.span[row] = (at, count, count)
        at += count
    fresh.used = size
    index_ids(fresh, fresh.ids[:size], owner)
    return fresh
