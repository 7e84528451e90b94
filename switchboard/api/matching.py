"""The match for a need, without a person: who fits, when, and why. And the open directory behind it."""

from typing import Annotated, Any
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import AfterValidator, Field

from switchboard.api.callers import SYSTEMS, answer
from switchboard.api.shapes import (
    Asked,
    Code,
    Language,
    MatchTold,
    Modality,
    Number,
    TimeTold,
    Told,
    Whole,
    Yes,
    pair,
    reasons,
)
from switchboard.kernel.reasons import Decision
from switchboard.matching.core.facts import MODALITIES, Need, Pair
from switchboard.matching.queries import match_now
from switchboard.network.queries import role_cards
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles
from switchboard.scheduling.queries import open_times

router = Router(tags=["match"])
DAY = 24 * 60
HORIZON_DAYS = 56
Age = Annotated[int, Field(strict=True, ge=0, le=130)]
ZONES = available_timezones()
Hour = Annotated[int, Field(strict=True, ge=0, le=167)]


def _known_zone(given: str) -> str:
    if given not in ZONES:
        raise ValueError("no time zone")
    return given


Zone = Annotated[str, Field(max_length=60), AfterValidator(_known_zone)]


class NeedAsked(Asked):
    """What is needed and what would be liked. Codes are the rulebook's; a gate left out is not asked.

    ``hours_liked``: hours of the week, 0 is Monday 0:00. ``exclude``: practitioners not to show.
    """

    state: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    line_of_business: Code | None = None
    age: Age | None = None
    latitude: Annotated[Number, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Number, Field(ge=-180, le=180)] | None = None
    time_zone: Zone = "America/New_York"
    conditions: Annotated[list[Code], Field(max_length=20)] = []
    every_condition: Yes = False
    level_of_care: Code | None = None
    language: Code | None = None
    modalities: Annotated[list[Modality], Field(min_length=1, max_length=3)] = list(MODALITIES)  # type: ignore[arg-type]
    max_miles: Annotated[Number, Field(gt=0, le=1000)] | None = None
    returning: Yes = False
    within_days: Annotated[int, Field(strict=True, ge=1, le=HORIZON_DAYS)] = HORIZON_DAYS
    likes_gender: Annotated[str, Field(pattern="^(female|male)$")] | None = None
    likes_language: Code | None = None
    likes_backgrounds: Annotated[list[Code], Field(max_length=20)] = []
    hours_liked: Annotated[list[Hour], Field(max_length=168)] = []
    exclude: Annotated[list[Whole], Field(max_length=200)] = []
    consent: Yes = False
    say_in: Language = "en"


@router.post("/match", response=MatchTold)
@for_roles(*SYSTEMS)
def match(request: HttpRequest, need: NeedAsked) -> HttpResponse:
    """Give the ten best pairs of practitioner and time for a need, with reasons. Nothing is kept."""
    return answer(200, matched(match_now(_need(need)), need.say_in))


def matched(decision: Decision[tuple[Pair, ...]], language: str) -> dict[str, Any]:
    """Give a match as JSON."""
    return {
        "pairs": [pair(one, language) for one in decision.outcome],
        "because": [told.model_dump() for told in reasons(decision.because, language)],
    }


def _need(asked: NeedAsked) -> Need:
    minute = int(now().timestamp()) // 60
    return Need(
        now=minute,
        earliest=minute,
        latest=minute + asked.within_days * DAY,
        zone=asked.time_zone,
        state=asked.state,
        line=asked.line_of_business,
        age=asked.age,
        latitude=asked.latitude if asked.longitude is not None else None,
        longitude=asked.longitude if asked.latitude is not None else None,
        conditions=frozenset(asked.conditions),
        every_condition=asked.every_condition,
        level=asked.level_of_care,
        language=asked.language,
        modalities=tuple(dict.fromkeys(asked.modalities)),
        max_miles=asked.max_miles,
        relation="returning" if asked.returning else "new",
        excluded=frozenset(asked.exclude),
        likes_gender=asked.likes_gender,
        likes_language=asked.likes_language,
        likes_cultures=frozenset(asked.likes_backgrounds),
        week_hours=frozenset(asked.hours_liked),
        consent=asked.consent,
    )


class CardTold(Told):
    """A practitioner at a place: open directory data."""

    role_id: int
    practitioner_id: int
    name: str
    credential: str
    profession: str
    gender: str
    languages: list[str]
    treats: list[str]
    organization: str
    source_kind: str
    location: str
    address: str
    city: str
    state: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    phone: str


@router.get("/roles", response=list[CardTold])
@for_roles(*SYSTEMS)
def roles(
    request: HttpRequest,
    id: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Query(max_length=100)],
) -> list[CardTold]:
    """Give directory cards by role id; unknown ids are left out."""
    cards = role_cards(id)
    return [CardTold(**{n: getattr(c, n) for n in CardTold.model_fields}) for _, c in sorted(cards.items())]


@router.get("/roles/{role_id}/times", response=list[TimeTold])
@for_roles(*SYSTEMS)
def times(request: HttpRequest, role_id: Annotated[int, Field(ge=1, le=2**63 - 1)]) -> list[TimeTold]:
    """Give the open times of a role, soonest first."""
    return [TimeTold.of(time) for time in open_times(role_id=role_id)]
