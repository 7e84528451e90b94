"""What an import of bookable time is made of, and what makes a slot impossible."""

from datetime import datetime, timedelta
from typing import NamedTuple

from switchboard.kernel.reasons import Reason

LONGEST = timedelta(hours=24)
BITS = {"in_person": 1, "video": 2, "phone": 4}


class ImportedSchedule(NamedTuple):
    """The bookable time of a role, or of a place where nobody is named; ids of the network, None when not."""

    key: str
    role_id: int | None
    practitioner_id: int | None
    location_id: int | None
    name: str
    time_zone: str
    modalities: tuple[str, ...] = ()
    service_types: tuple[str, ...] = ()


class ImportedSlot(NamedTuple):
    """A stretch of time, aware. ``free``: whether the source still offers it."""

    file: str
    line: int
    schedule_key: str
    key: str
    starts_at: datetime
    ends_at: datetime
    seats: int = 1
    free: bool = True
    modalities: int = 7
    for_new: bool = True
    for_returning: bool = True
    booking_link: str = ""
    booking_phone: str = ""


def impossible(starts_at: datetime, ends_at: datetime) -> Reason | None:
    """Say why a stretch of time can be no slot; None when it can."""
    if ends_at <= starts_at:
        return Reason("slot_backwards")
    if ends_at - starts_at > LONGEST:
        return Reason("slot_too_long")
    return None
