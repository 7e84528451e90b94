"""The words matching speaks: what a need is, what a role and a slot are, what a pair is, what may change.

Times are whole minutes since 1970-01-01 UTC (``int``); distances are miles; codes are plain strings that
a :class:`Vocabulary` turns into bits. Nothing here knows how the columns lie in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from switchboard.kernel.reasons import Reason, RuleRef

IN_PERSON, VIDEO, PHONE = "in_person", "video", "phone"
MODALITIES = (IN_PERSON, VIDEO, PHONE)
NEW, RETURNING = "new", "returning"
RELATIONS = (NEW, RETURNING)

# How many codes of each kind fit their column.
LIMITS = {
    "states": 64,
    "lines": 16,
    "levels": 16,
    "conditions": 64,
    "languages": 64,
    "cultures": 64,
    "genders": 16,
    "visit_types": 11,
    "groups": 8,
    "zones": 64,
}


@dataclass(frozen=True)
class Vocabulary:
    """Every code the world may use, in the order of its bits. Raises ``ValueError`` on too many codes.

    ``groups`` are the groups of people whose results are counted; ``zones`` the places' time zones.
    Append new codes at the end; a changed order needs a fresh load.
    """

    states: tuple[str, ...]
    lines: tuple[str, ...]
    levels: tuple[str, ...]
    conditions: tuple[str, ...]
    languages: tuple[str, ...]
    cultures: tuple[str, ...]
    genders: tuple[str, ...]
    visit_types: tuple[str, ...]
    groups: tuple[str, ...]
    zones: tuple[str, ...]

    def __post_init__(self) -> None:
        for kind, limit in LIMITS.items():
            codes = getattr(self, kind)
            if len(codes) > limit or len(set(codes)) != len(codes):
                raise ValueError(f"The vocabulary holds at most {limit} different {kind}: got {len(codes)}.")

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, int]]:
        """Give the bit of every code, by kind."""
        kinds = {kind: getattr(self, kind) for kind in LIMITS}
        kinds |= {"modalities": MODALITIES, "relations": RELATIONS}
        return {kind: {code: bit for bit, code in enumerate(codes)} for kind, codes in kinds.items()}

    @cached_property
    def _read(self) -> dict[tuple[str, int], frozenset[str]]:
        return {}

    def bit(self, kind: str, code: str | None) -> int:
        """Give the bit of a code, or -1 when the vocabulary does not hold it (then nothing offers it)."""
        return self.places[kind].get(code, -1) if code is not None else -1

    def mask(self, kind: str, codes: frozenset[str]) -> int:
        """Give the bits of the codes that are known."""
        bits = self.places[kind]
        return sum(1 << bits[code] for code in codes if code in bits)

    def codes(self, kind: str, mask: int) -> frozenset[str]:
        """Read codes back from their bits."""
        known = self._read.get((kind, mask))
        if known is None:
            known = frozenset(code for code, bit in self.places[kind].items() if mask >> bit & 1)
            if len(self._read) < 100_000:
                self._read[kind, mask] = known
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """One practitioner at one location under one organization through one source.

    Latitude and longitude in degrees, or None when unknown; ages in whole years, both ends included;
    ``room`` is how many more new members the panel takes; ``load`` the share of capacity in use, 0 to 1;
    ``results`` how people fared, 0 to 1 and one half as with everybody, by group; absent when not known.
    Who owns the role (the kind of source) is left out on purpose: it may not sway the match.
    """

    practitioner: int
    role: int
    latitude: float | None
    longitude: float | None
    zone: str
    states: frozenset[str]
    lines: frozenset[str]
    levels: frozenset[str]
    treats: frozenset[str]
    youngest: int
    oldest: int
    languages: frozenset[str]
    modalities: frozenset[str]
    gender: str | None
    cultures: frozenset[str]
    accepting: bool
    room: int
    load: float
    results: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFacts:
    """One bookable time of a role: ``start`` in minutes since 1970 UTC, ``minutes`` long."""

    slot: int
    role: int
    start: int
    minutes: int
    modalities: frozenset[str]
    relations: frozenset[str]
    visit_types: frozenset[str]
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one member needs, and what they would like. A gate that is None is not asked.

    ``now`` is the minute of asking; waits are counted from it. ``zone`` is the member's own.
    ``every_condition`` asks that a practitioner treats all ``conditions``, otherwise any of them.
    ``modalities`` are those acceptable, liked best first. ``week_hours`` are the hours of the week liked
    (0 is Monday 0:00 to 1:00 ... 167), read on the clock of the place for visits in person and on the
    member's clock otherwise. ``consent``: the member agreed that sensitive conditions and preferences about
    gender and background are used; without it they are left aside.
    """

    now: int
    earliest: int
    latest: int
    zone: str
    state: str | None
    line: str | None
    age: int | None
    latitude: float | None = None
    longitude: float | None = None
    conditions: frozenset[str] = frozenset()
    every_condition: bool = False
    helpful: frozenset[str] = frozenset()
    level: str | None = None
    language: str | None = None
    modalities: tuple[str, ...] = MODALITIES
    max_miles: float | None = None
    relation: str = NEW
    visit_type: str | None = None
    minutes: int = 0
    excluded: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    likes_gender: str | None = None
    likes_language: str | None = None
    likes_modality: bool = False
    likes_cultures: frozenset[str] = frozenset()
    week_hours: frozenset[int] = frozenset()
    group: str | None = None
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What counts how much, from ``rulebook/matching/weights``; a part earns 0 to 1000 of its weight."""

    soonest: int
    nearest: int
    preferences: int
    fit: int
    results: int
    load: int
    seen: int
    wait_hours: tuple[int, ...]
    wait_points: tuple[int, ...]
    far_miles: int
    telehealth_nearness: int
    unknown_nearness: int
    unknown_results: int
    good_results: int
    shares: Mapping[str, int]
    ref: RuleRef

    def __hash__(self) -> int:
        return hash(self.ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A practitioner and a time that fit, with the points it was ranked by (of 1,000,000) and why."""

    practitioner: int
    role: int
    slot: int
    start: int
    minutes: int
    modality: str
    miles: float | None
    points: int
    because: tuple[Reason, ...] = ()

    @property
    def score(self) -> float:
        """Give the points as a share of the most there could be, 0 to 1."""
        return self.points / 1_000_000


@dataclass(frozen=True, slots=True)
class Time:
    """A further open time of one practitioner."""

    role: int
    slot: int
    start: int
    minutes: int
    modality: str


# What may change in the world; each is idempotent.


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """A slot is held, booked or withdrawn."""

    slot: int


@dataclass(frozen=True, slots=True)
class SlotReleased:
    """A slot is open again."""

    slot: int


@dataclass(frozen=True, slots=True)
class SlotsReplaced:
    """These are now all the slots of the role."""

    role: int
    slots: tuple[SlotFacts, ...]


@dataclass(frozen=True, slots=True)
class RolePut:
    """The role is new or its facts changed; its slots stay as they are."""

    role: RoleFacts


@dataclass(frozen=True, slots=True)
class RoleRemoved:
    """The role is gone, with its slots."""

    role: int


@dataclass(frozen=True, slots=True)
class PanelChanged:
    """The role's panel opened, closed, or has other room."""

    role: int
    accepting: bool
    room: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Engaged from ``start`` to ``end`` (not included): no slot of any of their roles overlaps it.

    ``key`` names the engagement (the appointment's id), so that :class:`Free` can end it.
    """

    practitioner: int
    key: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Free:
    """The engagement ``key`` of the practitioner is over or called off."""

    practitioner: int
    key: int


Change = SlotTaken | SlotReleased | SlotsReplaced | RolePut | RoleRemoved | PanelChanged | Busy | Free
