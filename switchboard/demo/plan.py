"""How large a world, from which seed, seen from which instant; and one stream of chance for each table."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

ZONE = "America/New_York"
LIMITS = {"members": (50, 1_000_000), "practitioners": (40, 53_000), "weeks": (1, 26)}
PAST_WEEKS = 6
CHUNK = 10_000
FIRST_USER = 10_001  # below lies whoever was enrolled before the demo was built
PRACTITIONER_USER = FIRST_USER + 5  # the practitioner among them (staff.py)


class PlanError(ValueError):
    """The world asked for cannot be built; the message says what to ask for instead."""


class Progress(Protocol):
    """Told what is being written, how many rows just were, and how many are expected (0: not known)."""

    def __call__(self, what: str, done: int, total: int, /) -> object:
        """Take note of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A world to build. The same plan gives the same rows, byte for byte.

    ``start`` is the instant it is seen from (aware; whole hours): six weeks of life lie before it, ``weeks``
    weeks of bookable time after it. ``open_slots`` asks for an exact number of future open slots; None gives
    what the practitioners would offer. Raises :class:`PlanError` on sizes out of range.
    """

    start: datetime
    members: int = 10_000
    practitioners: int = 1_500
    weeks: int = 8
    seed: int = 7
    open_slots: int | None = None

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise PlanError(
                    f"The demo builds {least:,} to {most:,} {name}: {getattr(self, name):,} is out of range."
                )
        if self.seed < 0:
            raise PlanError(f"A seed is a whole number from 0 on: {self.seed} is not.")
        if self.start.tzinfo is None:
            raise PlanError("The start needs a time zone, so that everybody means the same instant.")
        whole = self.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        object.__setattr__(self, "start", whole)

    @property
    def today(self) -> date:
        """Give the date of the start where the plan's clocks hang."""
        return self.start.astimezone(ZoneInfo(ZONE)).date()

    @property
    def first_day(self) -> date:
        """Give the Monday on which the past weeks begin."""
        return self.today - timedelta(days=self.today.weekday() + 7 * PAST_WEEKS)

    def stream(self, name: str, part: int = 0) -> Generator:
        """Give the stream of chance of one table (and one part of it), independent of all others."""
        return Generator(PCG64(SeedSequence([self.seed, zlib.crc32(name.encode()), part])))


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way into the demo: which role, whose email, and what to know about them."""

    role: str
    email: str
    name: str
    note: str = ""


def uuids(draw: Generator, count: int) -> list[str]:
    """Give random UUIDs (version 4) as text."""
    raw = np.frombuffer(draw.bytes(16 * count), dtype=np.uint8).reshape(count, 16).copy()
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    return [f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}" for h in (row.tobytes().hex() for row in raw)]


def chosen(draw: Generator, shares: dict[str, float], count: int) -> np.ndarray:
    """Draw ``count`` positions in ``shares`` by their weights."""
    edges = np.cumsum(np.fromiter(shares.values(), float))
    return np.searchsorted(edges / edges[-1], draw.random(count), side="right")
