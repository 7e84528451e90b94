"""The match, answered from a snapshot in this process's memory that follows the outbox.

The snapshot is an index for reading: a stale look costs one polite "just taken", never a double booking.
A serving process calls :func:`follow` once; every other caller gets the news before each match.
The compiled kernel is imported when a world is first loaded: most processes never need it.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import structlog
from django.db import close_old_connections

from switchboard.kernel.reasons import Decision
from switchboard.matching.core import facts
from switchboard.matching.core.facts import Need, Pair, RoleFacts, SlotFacts, Time, Vocabulary
from switchboard.matching.core.ranking import weights_on
from switchboard.matching.core.results import groups, standing
from switchboard.matching.models import MeasuredResult
from switchboard.network.queries import BookableRole, bookable_roles
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import Event, Reader, latest
from switchboard.rulebook.listings import codes
from switchboard.scheduling.queries import VISIT_BIT, OpenSlots, engagements, open_slots

if TYPE_CHECKING:
    from switchboard.matching.core.world import World

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.05  # well under the quarter of a second in which a booking must leave every offer
REST_SECONDS = 1.0  # between tries while the database is away
RELOAD_ABOVE = 2000  # roles told of at once; beyond it a fresh load is quicker
STATES = tuple(dict.fromkeys(codes("states")))
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/Detroit",
    "America/Indiana/Indianapolis",
    "America/Kentucky/Louisville",
    "America/Boise",
    "America/Juneau",
    "America/Adak",
    "Pacific/Guam",
    "Pacific/Pago_Pago",
    "UTC",
)


class Snapshot:
    """One world with the reader that keeps it fresh."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.world: World | None = None
        self.reader = Reader()
        self.loaded_at: datetime | None = None
        self.day: date | None = None
        self.following = False

    def load(self) -> "World":
        """Read the whole world from the database. The outbox's position is taken first: news may repeat."""
        from switchboard.matching.core.columns import SlotColumns
        from switchboard.matching.core.world import World, role_columns

        position = latest()
        roles = list(bookable_roles(day=today()))
        words = _vocabulary(roles)
        slots = open_slots()
        known = np.isin(slots.role, np.array([r.role for r in roles], np.int64))
        columns = SlotColumns(*(c[known] for c in _columns(slots)))
        busy = [facts.Busy(*engaged) for engaged in engagements()]
        known_results = _known_results()
        told = (_role(row, known_results) for row in roles)
        world = World.from_arrays(words, role_columns(words, told), columns, busy)
        self.world, self.reader, self.loaded_at, self.day = world, Reader(position), now(), today()
        log.info("match_snapshot_loaded", roles=len(roles), slots=len(columns.slot))
        return world

    def ready(self) -> "World":
        """Give the world, loading it the first time and taking in the news where nobody follows."""
        if self.world is not None and self.following:
            return self.world
        with self.lock:
            if self.world is None:
                return self.load()
            self.catch_up()
            return self.world

    def catch_up(self) -> int:
        """Take in what the outbox tells; give how many events."""
        if self.world is None:
            return 0
        if self.day != today():
            self.load()  # licences begin and end with the day
        news = self.reader.news()
        stale = _stale_roles(news, self.world)
        if stale is None or len(stale) > RELOAD_ABOVE:
            self.load()
            return len(news)
        if stale:
            self.world.apply(*_reread(sorted(stale)))
        self.world.apply(*(change for event in news for change in _changes(event)))
        return len(news)


_snapshot = Snapshot()


def match_now(need: Need, *, urgent: bool = False) -> Decision[tuple[Pair, ...]]:
    """Give the best pairs of practitioner and time, with reasons; when none, which gate emptied the list.

    ``urgent``: a visit is due within days, so the soonest counts most.
    """
    from switchboard.matching.core.match import match

    return match(_snapshot.ready(), need, weights_on(today(), urgent=urgent))


def more_times(need: Need, practitioner: int, after: int, count: int = 3) -> tuple[Time, ...]:
    """Give a practitioner's next open times after a minute that fit the need."""
    from switchboard.matching.core.match import next_times

    return next_times(_snapshot.ready(), need, practitioner, after, count)


def third_next(need: Need) -> datetime | None:
    """Give the start of the third soonest practitioner's first time: the field's measure of access."""
    from switchboard.matching.core.match import match

    weights = replace(
        weights_on(today()), soonest=1000, nearest=0, preferences=0, fit=0, results=0, load=0, seen=0
    )
    pairs = match(_snapshot.ready(), need, weights, 3).outcome
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=pairs[2].start) if len(pairs) > 2 else None


def forget() -> None:
    """Drop the snapshot: the next match loads afresh. For tests and after a restore."""
    with _snapshot.lock:
        _snapshot.world = None


def age() -> datetime | None:
    """Give when the snapshot of this process was loaded; None before the first load."""
    return _snapshot.loaded_at


def follow() -> None:
    """Load the snapshot and keep it fresh from a thread of this process; once a process."""
    with _snapshot.lock:
        if _snapshot.following:
            return
        _snapshot.following = True
    threading.Thread(target=_follow, name="match-follower", daemon=True).start()


def _follow() -> None:
    while True:
        try:
            with _snapshot.lock:
                if _snapshot.world is None:
                    _snapshot.load()
                _snapshot.catch_up()
        except Exception as wrong:
            # The database may be away: offers stay as they were, booking refuses what is gone, we try again.
            log.warning("match_snapshot_behind", error=type(wrong).__name__)
            close_old_connections()
            time.sleep(REST_SECONDS)
        time.sleep(POLL_SECONDS)


def _vocabulary(roles: Iterable[BookableRole]) -> Vocabulary:
    further = sorted({role.zone for role in roles} - set(ZONES))
    return Vocabulary(
        states=STATES,
        lines=codes("lines_of_business"),
        levels=codes("levels_of_care"),
        conditions=codes("conditions"),
        languages=codes("languages"),
        cultures=codes("backgrounds"),
        genders=("female", "male", "other"),
        visit_types=codes("visit_types"),
        groups=groups(),
        zones=(*ZONES, *further),
    )


def _known_results(practitioners: Iterable[int] | None = None) -> dict[int, dict[str, float]]:
    """Give what is known of how people fared, by practitioner and group; nothing where too few say so."""
    rows = MeasuredResult.objects.all()
    if practitioners is not None:
        rows = rows.filter(practitioner_id__in=set(practitioners))
    found: dict[int, dict[str, float]] = {}
    for one, group, share, mean in rows.values_list("practitioner_id", "group", "share", "mean"):
        found.setdefault(one, {})[group] = standing(share, mean)
    return found


def _role(row: BookableRole, known: Mapping[int, Mapping[str, float]]) -> RoleFacts:
    capacity = row.capacity
    return RoleFacts(
        practitioner=row.practitioner,
        role=row.role,
        latitude=row.latitude,
        longitude=row.longitude,
        zone=row.zone,
        states=frozenset(STATES if row.states is None else row.states),
        lines=frozenset(row.lines),
        levels=frozenset(row.levels),
        treats=frozenset(row.treats),
        youngest=row.youngest,
        oldest=row.oldest,
        languages=frozenset(row.languages),
        modalities=frozenset(row.modalities),
        gender=row.gender if row.gender in ("female", "male", "other") else None,
        cultures=frozenset(row.backgrounds),
        accepting=row.accepting,
        room=10_000 if capacity is None else max(0, capacity - row.panel),
        load=min(1.0, row.panel / capacity) if capacity else 0.0,
        results=known.get(row.practitioner, {}),
    )


def _columns(slots: OpenSlots) -> tuple[np.ndarray, ...]:
    opened = np.ones(len(slots.slot), bool)
    return slots.slot, slots.role, slots.start, slots.minutes, slots.kind, opened


def _stale_roles(news: Sequence[Event], world: "World") -> set[int] | None:
    """Give the roles whose facts or slots must be read anew; None when that is everything."""
    stale: set[int] = set()
    for event in news:
        if event.kind.startswith(("slots.", "roles.", "demo.")):
            named = event.payload.get("role_ids")
            if named is None:
                return None
            stale.update(named)
        elif event.kind.startswith("results."):
            stale.update(world.roles_of(event.payload["practitioner_ids"]))
    return stale


def _reread(roles: list[int]) -> Iterator[facts.Change]:
    found = {row.role: row for row in bookable_roles(day=today(), roles=roles)}
    known = _known_results(row.practitioner for row in found.values())
    slots: dict[int, list[SlotFacts]] = {role: [] for role in found}
    for slot, role, start, minutes, kind in zip(*(c.tolist() for c in open_slots(roles=roles)), strict=True):
        if role in slots:
            slots[role].append(_slot(slot, role, start, minutes, kind))
    for role in roles:
        if role not in found:
            yield facts.RoleRemoved(role)
            continue
        yield facts.RolePut(_role(found[role], known))
        yield facts.SlotsReplaced(role, tuple(slots[role]))


def _slot(slot: int, role: int, start: int, minutes: int, kind: int) -> SlotFacts:
    return SlotFacts(
        slot=slot,
        role=role,
        start=start,
        minutes=minutes,
        modalities=frozenset(m for bit, m in enumerate(facts.MODALITIES) if kind >> bit & 1),
        relations=frozenset(r for bit, r in enumerate(facts.RELATIONS) if kind >> 3 >> bit & 1),
        visit_types=frozenset(
            v for bit, v in enumerate(codes("visit_types")) if kind >> VISIT_BIT >> bit & 1
        ),
    )


def _changes(event: Event) -> Iterator[facts.Change]:
    """Turn what happened to an appointment into what changes in the world."""
    if not event.kind.startswith("appointment."):
        return
    told, what = event.payload, event.kind.partition(".")[2]
    slot, practitioner = told["slot_id"], told["practitioner_id"]
    if what in ("held", "booked", "rescheduled"):
        if told["seats_left"] == 0:
            yield facts.SlotTaken(slot)
        if practitioner is not None and not told.get("grouped"):
            yield facts.Busy(practitioner, told["appointment_id"], told["starts"], told["ends"])
    elif what in ("released", "expired", "cancelled"):
        if practitioner is not None:
            yield facts.Free(practitioner, told["appointment_id"])
        yield facts.SlotReleased(slot)
