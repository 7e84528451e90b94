"""The shapes that the larger components show; pages fill them from what the queries give."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenTime:
    """One time to choose: ``day`` ("Tue, Dec 1"), ``hour`` ("9:30 AM"), ``value`` is what the form sends."""

    value: str
    day: str
    hour: str
    how: str = ""  # "Video", "In person", "Phone"


@dataclass(frozen=True, slots=True)
class MatchCard:
    """A practitioner with times: ``reasons`` say why, ``buts`` what fits less well; ``map`` is an SVG."""

    key: str
    rank: int
    name: str
    what: str  # "Psychologist, sees adults"
    where: str  # "Lakeview Counseling, 3.2 miles"
    reasons: Sequence[str]
    times: Sequence[OpenTime]
    buts: Sequence[str] = ()
    map: str = ""
    pills: Sequence[tuple[str, str]] = field(default=())  # (words, tone)


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a timeline; ``tone`` is "", good, now, warning or crisis."""

    when: str
    title: str
    text: str = ""
    tone: str = ""
