"""The network in bulk, by COPY. Fields are the tables' columns; the caller brings the ids."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.types.range import DateRange

from switchboard.network.models import Practitioner
from switchboard.platform.copying import copy_rows

Progress = Callable[[int], object]


class SourceRow(NamedTuple):
    """Where records or time come from."""

    id: int
    name: str
    kind: str
    rank: int = 50


class OrganizationRow(NamedTuple):
    """A group, clinic, aggregator or program."""

    id: int
    name: str
    npi: str | None = None
    phone: str = ""
    active: bool = True


class LocationRow(NamedTuple):
    """A place where care is given. Latitude and longitude in degrees."""

    id: int
    organization_id: int | None
    name: str
    address_line: str
    city: str
    state: str
    zip5: str
    county_fips: str
    latitude: float | None
    longitude: float | None
    time_zone: str = "America/New_York"
    phone: str = ""
    accessible: bool | None = None


class PractitionerRow(NamedTuple):
    """One clinician."""

    id: int
    npi: str | None
    family_name: str
    given_name: str
    credential: str
    gender: str
    languages: list[str]
    backgrounds: list[str]
    taxonomies: list[str]
    profession: str
    behavioral: bool
    prescribes: bool
    updated_at: datetime
    active: bool = True
    user_id: int | None = None


class LicenceRow(NamedTuple):
    """A licence in one state."""

    practitioner_id: int
    state: str
    number: str
    kind: str
    period: DateRange | None
    status: str = "active"


class RoleRow(NamedTuple):
    """A practitioner at a location under an organization, as one source offers them."""

    id: int
    practitioner_id: int
    organization_id: int | None
    location_id: int | None
    source_id: int
    specialties: list[str]
    treats: list[str]
    levels_of_care: list[str]
    modalities: list[str]
    lines_of_business: list[str]
    age_min: int
    age_max: int
    accepting_new: bool
    panel_capacity: int | None
    panel_count: int
    updated_at: datetime
    active: bool = True


class KeyRow(NamedTuple):
    """What a source calls a record."""

    source_id: int
    kind: str
    key: str
    subject_id: int


class EvidenceRow(NamedTuple):
    """How one field is known. ``value`` is a ``psycopg.types.json.Jsonb``."""

    kind: str
    subject_id: int
    field: str
    source_id: int
    method: str
    value: Any
    verified_at: datetime
    due_at: datetime


def load_sources(rows: Iterable[SourceRow], *, progress: Progress | None = None) -> int:
    """Write sources."""
    return copy_rows("network_source", SourceRow, rows, progress=progress)


def load_organizations(rows: Iterable[OrganizationRow], *, progress: Progress | None = None) -> int:
    """Write organizations."""
    return copy_rows("network_organization", OrganizationRow, rows, progress=progress)


def load_locations(rows: Iterable[LocationRow], *, progress: Progress | None = None) -> int:
    """Write locations."""
    return copy_rows("network_location", LocationRow, rows, progress=progress)


def load_practitioners(rows: Iterable[PractitionerRow], *, progress: Progress | None = None) -> int:
    """Write practitioners."""
    return copy_rows("network_practitioner", PractitionerRow, rows, progress=progress)


def load_licences(rows: Iterable[LicenceRow], *, progress: Progress | None = None) -> int:
    """Write licences."""
    return copy_rows("network_licence", LicenceRow, rows, progress=progress)


def load_roles(rows: Iterable[RoleRow], *, progress: Progress | None = None) -> int:
    """Write roles."""
    return copy_rows("network_practitionerrole", RoleRow, rows, progress=progress)


def load_keys(rows: Iterable[KeyRow], *, progress: Progress | None = None) -> int:
    """Write the sources' own names of records."""
    return copy_rows("network_networkkey", KeyRow, rows, progress=progress)


def load_evidence(rows: Iterable[EvidenceRow], *, progress: Progress | None = None) -> int:
    """Write evidence."""
    return copy_rows("network_fieldevidence", EvidenceRow, rows, progress=progress)


def any_practitioners() -> bool:
    """Tell whether there is any practitioner yet."""
    return Practitioner.objects.exists()
