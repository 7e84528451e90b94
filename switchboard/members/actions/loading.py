"""Members in bulk, by COPY. Fields are the tables' columns; the caller brings the ids."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from psycopg.types.range import DateRange

from switchboard.members.models import Member
from switchboard.platform.copying import copy_rows

Progress = Callable[[int], object]


class MemberRow(NamedTuple):
    """One covered person. Latitude and longitude in degrees, both or neither."""

    id: int
    public_id: UUID | str
    member_number: str
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    created_at: datetime
    updated_at: datetime
    language: str = "en"
    needs_interpreter: bool = False
    preferred_name: str = ""
    pronouns: str = ""
    time_zone: str = "America/New_York"
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    county_fips: str = ""
    latitude: float | None = None
    longitude: float | None = None
    user_id: int | None = None
    synthetic: bool = False


class RouteRow(NamedTuple):
    """One way to reach a member."""

    member_id: int
    kind: str
    value: str
    rank: int = 1
    may_text: bool = False
    may_leave_message: bool = False
    discreet: bool = True
    confidential: bool = False


class CoverageRow(NamedTuple):
    """One period of cover: first day in, first day out."""

    member_id: int
    line_of_business: str
    plan_name: str
    period: DateRange
    subscriber_number: str = ""
    source_key: str | None = None


class ProxyRow(NamedTuple):
    """Somebody who may act for a member."""

    member_id: int
    user_id: int
    kind: str
    may: list[str]
    starts_on: date
    ends_on: date | None = None
    granted_by_id: int | None = None


class PreferenceRow(NamedTuple):
    """What a member would like."""

    member_id: int
    genders: list[str]
    languages: list[str]
    language_required: bool
    modalities: list[str]
    backgrounds: list[str]
    times: list[str]
    max_miles: int | None
    updated_at: datetime


def load_members(rows: Iterable[MemberRow], *, progress: Progress | None = None) -> int:
    """Write members as they are; an imported or invented person, never one the plan already holds."""
    return copy_rows("members_member", MemberRow, rows, progress=progress)


def load_routes(rows: Iterable[RouteRow], *, progress: Progress | None = None) -> int:
    """Write contact routes."""
    return copy_rows("members_contactroute", RouteRow, rows, progress=progress)


def load_coverages(rows: Iterable[CoverageRow], *, progress: Progress | None = None) -> int:
    """Write periods of cover."""
    return copy_rows("members_coverage", CoverageRow, rows, progress=progress)


def load_proxies(rows: Iterable[ProxyRow], *, progress: Progress | None = None) -> int:
    """Write who may act for whom."""
    return copy_rows("members_proxy", ProxyRow, rows, progress=progress)


def load_preferences(rows: Iterable[PreferenceRow], *, progress: Progress | None = None) -> int:
    """Write preferences, one row a member."""
    return copy_rows("members_preference", PreferenceRow, rows, progress=progress)


def any_members() -> bool:
    """Tell whether there is any member yet."""
    return Member.objects.exists()
