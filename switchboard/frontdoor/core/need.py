"""From a triage and what the member would like to the question put to the match."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from switchboard.frontdoor.core.triage import Needs
from switchboard.matching.core.facts import MODALITIES, NEW, Need

HORIZON_DAYS = 56
DAY = 24 * 60
# Hours of the week (0 is Monday 0:00) behind each choice of times.
HOURS = {
    "weekday-am": [d * 24 + h for d in range(5) for h in range(6, 12)],
    "weekday-pm": [d * 24 + h for d in range(5) for h in range(12, 17)],
    "weekday-eve": [d * 24 + h for d in range(5) for h in range(17, 22)],
    "weekend": [d * 24 + h for d in (5, 6) for h in range(6, 22)],
}


@dataclass(frozen=True, slots=True)
class Asker:
    """What the match needs to know of the member besides their needs."""

    age: int
    state: str
    line_of_business: str | None
    latitude: float | None
    longitude: float | None
    zone: str
    language: str
    max_miles: float | None = None
    seen: frozenset[int] = frozenset()


def need_of(asker: Asker, needs: Needs, wishes: Mapping[str, Any], now: datetime) -> Need:
    """Put the question to the match. ``wishes``: the front door's answers meet, times, gender, language..."""
    minute = int(now.timestamp()) // 60
    chosen = tuple(m for m in MODALITIES if m in (wishes.get("meet") or ())) or MODALITIES
    language = wishes.get("language") or asker.language.partition("-")[0]
    gender = wishes.get("gender")
    hours = frozenset(h for choice in wishes.get("times") or () for h in HOURS.get(choice, ()))
    cultures = wishes.get("background") or ()
    return Need(
        now=minute,
        earliest=minute,
        latest=minute + HORIZON_DAYS * DAY,
        zone=asker.zone,
        state=asker.state or None,
        line=asker.line_of_business,
        age=asker.age,
        latitude=asker.latitude,
        longitude=asker.longitude,
        conditions=frozenset(needs.conditions),
        every_condition=needs.every,
        helpful=frozenset(needs.helpful),
        level=needs.level_of_care,
        # Whoever asks for a language other than English needs it; English is never a gate.
        language=language if language != "en" else None,
        modalities=chosen,
        max_miles=asker.max_miles,
        relation=NEW,
        visit_type=None if wishes.get("any_visit") else needs.visit,
        minutes=0 if wishes.get("any_visit") else needs.visit_minutes,
        seen=asker.seen,
        likes_gender=gender if gender in ("female", "male") else None,
        likes_modality=bool(wishes.get("meet")),
        likes_cultures=frozenset(cultures),
        week_hours=hours,
        group=needs.group,
        # The member answered these questions for this very purpose.
        consent=True,
    )
