"""Matches as cards: what the match found, in words, with a small map; the same for members and navigators."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import formats, translation
from django.utils.translation import gettext as _

from switchboard.matching.core.facts import MODALITIES, Need, Pair
from switchboard.matching.queries import more_times
from switchboard.network.queries import RoleCard, role_cards
from switchboard.portals.cards import MatchCard, OpenTime
from switchboard.portals.maps import Pin, place_map
from switchboard.rulebook.listings import label
from switchboard.rulebook.words import say
from switchboard.scheduling.queries import slot_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(minute: int) -> datetime:
    """Give the instant of a minute since 1970 UTC."""
    return EPOCH + timedelta(minutes=minute)


def how(modality: str) -> str:
    """Say how a visit takes place, in the reader's language."""
    return label("modalities", modality, translation.get_language() or "en")


def day_of(at: datetime, zone: str) -> str:
    """Say a day the way people do: ``Tue, Dec 1``."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), _("D, M j"))


def hour_of(at: datetime, zone: str) -> str:
    """Say a time of day where the clocks of ``zone`` hang: ``9:30 AM``."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), _("g:i A"))


def match_cards(
    pairs: Sequence[Pair], need: Need, place: tuple[float, float] | None, times: int = 4
) -> list[MatchCard]:
    """Give the cards of a match, best first, each with its next few times and a small map."""
    cards = role_cards(pair.role for pair in pairs)
    return [
        _card(rank, pair, cards[pair.role], need, place, times)
        for rank, pair in enumerate(pairs, start=1)
        if pair.role in cards
    ]


def other_times(need: Need, slot_id: int, count: int = 3) -> MatchCard | None:
    """Give the next times of the practitioner whose slot has just gone; None when there are none."""
    slot = slot_of(slot_id)
    role = role_cards([slot.role_id]).get(slot.role_id) if slot and slot.role_id else None
    if slot is None or role is None:
        return None
    after = int((slot.starts_at - EPOCH).total_seconds()) // 60
    next_ones = [(t.slot, t.start, t.modality) for t in more_times(need, role.practitioner_id, after, count)]
    if not next_ones:
        return None
    return _shown_card(0, role, _times(next_ones, role.time_zone), key=f"{slot_id}-next")


def _card(
    rank: int, pair: Pair, role: RoleCard, need: Need, place: tuple[float, float] | None, times: int
) -> MatchCard:
    language = translation.get_language() or "en"
    zone = role.time_zone if pair.modality == "in_person" else need.zone
    further = more_times(need, pair.practitioner, pair.start, times - 1)
    shown = [(pair.slot, pair.start, pair.modality)] + [(t.slot, t.start, t.modality) for t in further]
    return _shown_card(
        rank,
        role,
        _times(shown, zone),
        key=str(pair.slot),
        reasons=[say(reason, language) for reason in pair.because],
        map=_map(role, place) if pair.miles is not None else "",
    )


def _shown_card(
    rank: int,
    role: RoleCard,
    times: Sequence[OpenTime],
    *,
    key: str,
    reasons: Sequence[str] = (),
    map: str = "",
) -> MatchCard:
    return MatchCard(
        key=key,
        rank=rank,
        name=", ".join(part for part in (role.name, role.credential) if part),
        what=label("professions", role.profession, translation.get_language() or "en"),
        where=" · ".join(part for part in (role.organization, role.city) if part),
        reasons=reasons,
        times=times,
        map=map,
    )


def _times(shown: Iterable[tuple[int, int, str]], zone: str) -> list[OpenTime]:
    return [
        OpenTime(f"{slot}:{way}", day_of(instant(start), zone), hour_of(instant(start), zone), how(way))
        for slot, start, way in shown
    ]


def _map(role: RoleCard, place: tuple[float, float] | None) -> str:
    if place is None or role.latitude is None or role.longitude is None:
        return ""
    return place_map(place, [Pin(role.latitude, role.longitude, role.location or role.organization, 1)])


def chosen_slot(value: str) -> tuple[int, str] | None:
    """Read what a time's button sends (``slot:modality``); None when it is not that."""
    slot, _colon, way = value.partition(":")
    return (int(slot), way) if slot.isdigit() and len(slot) < 19 and way in MODALITIES else None


def local_phone(number: str) -> str:
    """Give a telephone number the way people here write it; as it stands when it is none."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number, "US"), phonenumbers.PhoneNumberFormat.NATIONAL
        )
    except phonenumbers.NumberParseException:
        return number
