"""Where a practitioner may practise on a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

IN_FORCE = frozenset({"active"})


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """One licence: ``since`` the first day in, ``until`` the first day out; None where not known."""

    state: str
    number: str
    status: str = "active"
    since: date | None = None
    until: date | None = None


def valid_on(licence: LicenceFacts, day: date) -> bool:
    """Say whether a licence holds on a day; the day it ends is the first it does not."""
    begun = licence.since is None or licence.since <= day
    going = licence.until is None or day < licence.until
    return licence.status in IN_FORCE and begun and going


def licensed_states(licences: Iterable[LicenceFacts], day: date) -> frozenset[str]:
    """Give the states a practitioner may practise in on a day."""
    return frozenset(licence.state for licence in licences if valid_on(licence, day))
