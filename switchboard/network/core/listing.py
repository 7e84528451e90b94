"""What an import of the network is made of: rows of organizations, places, practitioners, licences and roles.

Keys are the source's own names. Text that is empty, and lists that are empty, mean "not said".
"""

from datetime import date
from typing import NamedTuple


class ImportedOrganization(NamedTuple):
    """A group, clinic or program."""

    file: str
    line: int
    key: str
    name: str
    npi: str | None = None
    phone: str = ""
    active: bool = True


class ImportedLocation(NamedTuple):
    """A place where care is given; degrees, None where not known."""

    file: str
    line: int
    key: str
    name: str
    organization_key: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""
    county_fips: str = ""
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = ""
    phone: str = ""
    accessible: bool | None = None


class ImportedPractitioner(NamedTuple):
    """One clinician as one source describes them."""

    file: str
    line: int
    key: str
    npi: str | None
    family_name: str
    given_name: str = ""
    credential: str = ""
    gender: str = ""
    languages: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()
    active: bool = True


class ImportedLicence(NamedTuple):
    """A licence in one state; ``ends`` is the first day out."""

    file: str
    line: int
    practitioner_key: str
    state: str
    number: str
    kind: str = ""
    starts: date | None = None
    ends: date | None = None
    status: str = "active"


class ImportedService(NamedTuple):
    """What a role takes part in: where, and whether by video or phone."""

    file: str
    line: int
    key: str
    modalities: tuple[str, ...] = ()
    location_keys: tuple[str, ...] = ()


class ImportedPlanNetwork(NamedTuple):
    """A network that a line of business uses."""

    file: str
    line: int
    key: str
    line_of_business: str


class ImportedRole(NamedTuple):
    """A practitioner at a place under an organization.

    ``taxonomies`` say what the role is; ``treats`` is what the source says, empty: by the codes.
    """

    file: str
    line: int
    key: str
    practitioner_key: str
    organization_key: str = ""
    location_key: str = ""
    taxonomies: tuple[str, ...] = ()
    treats: tuple[str, ...] = ()
    levels_of_care: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    lines_of_business: tuple[str, ...] = ()
    network_keys: tuple[str, ...] = ()
    service_keys: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None
    accepting_new: bool | None = None
    panel_capacity: int | None = None
    active: bool = True


Imported = (
    ImportedOrganization
    | ImportedLocation
    | ImportedPractitioner
    | ImportedLicence
    | ImportedService
    | ImportedPlanNetwork
    | ImportedRole
)
