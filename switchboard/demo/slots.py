"""Slots, and the appointments in them, drawn for some practitioners at a time and streamed out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

import numpy as np
from psycopg.types.range import TimestamptzRange

from switchboard.demo.clinicians import PROFESSIONS, Clinician
from switchboard.demo.hours import (
    BITS,
    GROUP_HOURS,
    GROUP_SEATS,
    PART,
    Clock,
    Diaries,
    instant,
    of_role,
)
from switchboard.demo.plan import PAST_WEEKS, ZONE, Plan, uuids
from switchboard.scheduling.actions.loading import AppointmentRow, SlotRow

WAYS = {1: "in_person", 2: "video", 4: "phone"}
GROUP_CELLS = (9, 57, 105)  # Monday, Wednesday, Friday at nine
SEATED = ("booked", "fulfilled", "noshow")
Chance = Callable[..., np.ndarray]
SAMPLE = 40  # open slots remembered of each part, to be named in past offers


@dataclass(slots=True, eq=False)
class Visits:
    """Appointments to be, as columns, ordered by practitioner; ``practitioner`` counts from 0.

    ``request``: 0 for a standing visit. ``appointment`` and ``slot``: ids, the latter once drawn.
    """

    practitioner: np.ndarray
    week: np.ndarray
    cell: np.ndarray
    member: np.ndarray
    request: np.ndarray
    state: np.ndarray
    queue: np.ndarray
    reason: np.ndarray
    done: np.ndarray  # minute at which the queue was left, or 0
    made: np.ndarray  # minute at which it was booked
    grouped: np.ndarray
    appointment: np.ndarray
    slot: np.ndarray

    def booked(self) -> dict[int, tuple[int, int]]:
        """Give the appointment and the slot of every request that came to one."""
        mine = np.nonzero(self.request)[0]
        each = (self.request[mine], self.appointment[mine], self.slot[mine])
        return {
            request: (made, slot) for request, made, slot in zip(*(c.tolist() for c in each), strict=True)
        }


def merged(*some: Visits) -> Visits:
    """Join visits in the order of practitioners, and number the appointments."""
    names = [each.name for each in fields(Visits)]
    columns = [np.concatenate([getattr(one, name) for one in some]) for name in names]
    order = columns[0].argsort(kind="stable")
    joined = Visits(*(column[order] for column in columns))
    joined.appointment = np.arange(1, len(order) + 1)
    return joined


@dataclass(slots=True, eq=False)
class Part:
    """The slots of some practitioners as columns, with the ids they got."""

    first_id: int
    practitioner: np.ndarray
    week: np.ndarray
    cell: np.ndarray
    taken: np.ndarray
    seats: np.ndarray
    returning_only: np.ndarray
    shown: slice = field(default_factory=lambda: slice(0, 0))  # of the visits


@dataclass(frozen=True, slots=True)
class Opening:
    """One open slot, as past offers name it."""

    slot: int
    role: int
    minute: int


def parts(
    plan: Plan, when: Clock, book: Diaries, leads: np.ndarray, ahead: np.ndarray, visits: Visits
) -> Iterator[tuple[int, Part]]:
    """Draw all slots, the practitioners of one part at a time; ids run on."""
    first_id = 1
    for number, first in enumerate(range(0, len(book.count), PART)):
        last = min(first + PART, len(book.count))
        low, high = np.searchsorted(visits.practitioner, [first, last]).tolist()
        part = _part(plan, when, book, leads, ahead, visits, (number, first, last, low, high, first_id))
        first_id += len(part.week)
        yield number, part


def _part(
    plan: Plan,
    when: Clock,
    book: Diaries,
    leads: np.ndarray,
    ahead: np.ndarray,
    visits: Visits,
    spot: tuple[int, int, int, int, int, int],
) -> Part:
    number, first, last, low, high, first_id = spot
    draw = plan.stream("slots", number)
    mine = slice(low, high)
    key = (visits.practitioner[mine] * when.weeks + visits.week[mine]) * 168 + visits.cell[mine]
    groups = _group_keys(when, leads, first, last)
    opens = _open_keys(plan, when, book, ahead, (first, last), draw.random)
    kept, where = np.unique(np.concatenate([key, groups]), return_inverse=True)
    taken = np.zeros(len(kept), dtype=np.int64)
    np.add.at(taken, where[: len(key)], np.isin(visits.state[mine], SEATED).astype(int))
    every = np.concatenate([kept, opens])
    order = every.argsort(kind="stable")
    practitioner, rest = np.divmod(every[order], when.weeks * 168)
    week, cell = np.divmod(rest, 168)
    seats = np.where(leads[practitioner], GROUP_SEATS, 1)
    place = np.empty(len(every), dtype=np.int64)
    place[order] = np.arange(len(every))
    visits.slot[mine] = first_id + place[where[: len(key)]]
    for_care = np.zeros(len(every), dtype=bool)
    np.logical_or.at(for_care, where[: len(key)], visits.request[mine] == 0)
    full = np.concatenate([taken, np.zeros(len(opens), dtype=np.int64)])
    return Part(first_id, practitioner, week, cell, full[order], seats, for_care[order], mine)


def _group_keys(when: Clock, leads: np.ndarray, first: int, last: int) -> np.ndarray:
    leaders = np.nonzero(leads[first:last])[0] + first
    weeks = np.arange(when.weeks)
    grid = (leaders[:, None, None] * when.weeks + weeks[None, :, None]) * 168 + np.array(GROUP_CELLS)
    return grid.ravel()


def _open_keys(
    plan: Plan, when: Clock, book: Diaries, ahead: np.ndarray, span: tuple[int, int], chance: Chance
) -> np.ndarray:
    """Choose which free cells of which weeks are open: ``ahead`` of them each in the future, a third as
    often in the past, where most of what was open has been used.
    """
    first, last = span
    cells = book.cells[first:last]
    width = cells.shape[1]
    free = (cells >= 0) & (np.arange(width) >= book.taken[first:last, None])
    minutes = when.minutes[:, cells].transpose(1, 0, 2)  # [practitioner, week, cell]
    weeks = np.arange(when.weeks)[None, :, None]
    late = weeks >= PAST_WEEKS + book.delay[first:last, None, None]
    future = (minutes >= when.start) & (minutes < when.horizon) & late & free[:, None, :]
    past = (minutes < when.start) & free[:, None, :]
    count = ahead[first:last]
    back = (count * (PAST_WEEKS / plan.weeks) * 0.35).astype(np.int64)
    found = [_chosen(future, count, chance), _chosen(past, back, chance)]
    who, week, rank = (np.concatenate(each) for each in zip(*found, strict=True))
    return ((who + first) * when.weeks + week) * 168 + cells[who, rank]


def _chosen(may: np.ndarray, count: np.ndarray, chance: Chance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose ``count`` of the possible (week, cell) places of each row at random."""
    rows, weeks, width = may.shape
    key = np.where(may.reshape(rows, -1), chance((rows, weeks * width), dtype=np.float32), np.float32(2))
    most = int(count.max(initial=0))
    if not most:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, empty
    order = np.argpartition(key, min(most, key.shape[1] - 1), axis=1)[:, :most]
    ranked = np.take_along_axis(order, np.take_along_axis(key, order, 1).argsort(axis=1), 1)
    chosen = (np.arange(most) < count[:, None]) & (np.take_along_axis(key, ranked, 1) < 2)
    who = np.nonzero(chosen)[0]
    week, rank = np.divmod(ranked[chosen], width)
    return who, week, rank


def slot_rows(
    plan: Plan, when: Clock, clinicians: list[Clinician], number: int, part: Part
) -> Iterator[SlotRow]:
    """Give the slots of a part."""
    draw, count = plan.stream("slot.kinds", number), len(part.week)
    starts = when.minutes[part.week, part.cell].tolist()
    kinds, ways = draw.random(count).tolist(), draw.random(count).tolist()
    columns = zip(
        part.practitioner.tolist(), (part.cell // 24).tolist(), part.seats.tolist(), part.taken.tolist(),
        part.returning_only.tolist(), starts, kinds, ways, strict=True,
    )  # fmt: skip
    for i, (who, weekday, seats, taken, returning, start, kind, way) in enumerate(columns):
        one = clinicians[who]
        which = of_role(one, weekday)
        bits = 2 if which else sum(BITS[m] for m in one.modalities)
        if bits & 3 == 3 and way > 0.6:
            bits = 2 if way > 0.75 else 1
        known = returning and seats == 1
        new = seats > 1 or (not known and kind < 0.8)
        old = seats > 1 or known or kind >= 0.35
        minutes = _minutes(one, seats, new)
        role = one.roles[which]
        yield SlotRow(
            part.first_id + i, role, role, one.id, instant(start), instant(start + minutes), seats, taken,
            bits, new, old,
        )  # fmt: skip


def _minutes(one: Clinician, seats: int, new: bool) -> int:
    """Give the length of a visit in minutes: prescribers see new members for an hour, others for half."""
    if seats > 1:
        return GROUP_HOURS * 60
    if PROFESSIONS[one.profession].prescribes:
        return 60 if new else 30
    return 50


def appointment_rows(
    plan: Plan, when: Clock, clinicians: list[Clinician], number: int, part: Part, visits: Visits
) -> Iterator[AppointmentRow]:
    """Give the appointments in a part's slots; their ids run on in the order of the visits."""
    mine = part.shown
    names = uuids(plan.stream("appointments", number), mine.stop - mine.start)
    columns = zip(
        *(getattr(visits, c)[mine].tolist() for c in (
            "practitioner", "week", "cell", "member", "request", "state", "queue", "reason", "done", "made",
            "grouped", "appointment", "slot",
        )), names, strict=True,
    )  # fmt: skip
    for (
        who,
        week,
        cell,
        member,
        request,
        state,
        queue,
        reason,
        done,
        made,
        grouped,
        ident,
        slot,
        name,
    ) in columns:
        one = clinicians[who]
        which = of_role(one, cell // 24)
        start = int(when.minutes[week, cell])
        minutes = _minutes(one, GROUP_SEATS if grouped else 1, request > 0)
        changed = made if state == "booked" else min(start + minutes, when.start)
        yield AppointmentRow(
            ident, name, slot, member, one.id, one.roles[which], request or None,
            TimestamptzRange(instant(start), instant(start + minutes)), ZONE, when.wall(week, cell), state,
            queue, instant(done) if done else None, "video" if which else one.modalities[0],
            not request and not grouped, grouped, reason, instant(made), instant(changed),
        )  # fmt: skip


def openings(part: Part, when: Clock, clinicians: list[Clinician]) -> list[Opening]:
    """Remember some of the open slots ahead."""
    minutes = when.minutes[part.week, part.cell]
    ahead = np.nonzero((part.taken < part.seats) & (minutes >= when.start))[0]
    some = ahead[:: max(1, len(ahead) // SAMPLE)]
    return [
        Opening(
            part.first_id + i,
            clinicians[part.practitioner[i]].roles[
                of_role(clinicians[part.practitioner[i]], int(part.cell[i]) // 24)
            ],
            int(minutes[i]),
        )
        for i in some.tolist()
    ]
