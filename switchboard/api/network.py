"""The directory for those who keep it: search, and a record whose every field says how we know."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from switchboard.api.callers import READS
from switchboard.api.problems import Problem, bad_value
from switchboard.api.shapes import ReasonTold, Told, reasons
from switchboard.members.queries import viewer_of
from switchboard.network.queries_directory import (
    Page,
    Wanted,
    find_organizations,
    find_practitioners,
    source_kinds,
)
from switchboard.network.queries_record import (
    KnownField,
    LicenceView,
    RoleView,
    organization_record,
    practitioner_record,
)
from switchboard.platform.doors import for_roles
from switchboard.rulebook.listings import codes
from switchboard.scheduling.queries_schedules import (
    count_without_practitioner,
    next_open,
    schedules_of_roles,
    schedules_without_practitioner,
    weeks_ahead,
)

router = Router(tags=["network"])
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
At = Annotated[int, Query(ge=1, le=10_000)]
Text = Annotated[str, Query(max_length=100)]
A_PAGE = 20


class EvidenceTold(Told):
    """One source's word on a field."""

    value: Any
    source: str
    method: str
    verified_at: datetime
    due_at: datetime


class FieldTold(Told):
    """A field: what we hold, whose word stands and why, and every other word."""

    name: str
    value: Any
    overdue: bool
    word: EvidenceTold | None
    because: list[ReasonTold]
    words: list[EvidenceTold]


class PlaceTold(Told):
    """Where care is given."""

    location_id: int
    name: str
    address: str
    city: str
    state: str
    zip5: str
    phone: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    fields: list[FieldTold]


class RoleTold(Told):
    """A role as one source offers it. ``offered``: somebody can be matched to it."""

    role_id: int
    practitioner_id: int
    practitioner: str
    organization_id: int | None
    organization: str
    source: str
    source_kind: str
    place: PlaceTold | None
    treats: list[str]
    levels_of_care: list[str]
    modalities: list[str]
    lines_of_business: list[str]
    age_min: int
    age_max: int
    accepting_new: bool
    panel_capacity: int | None
    panel_count: int
    active: bool
    offered: bool
    fields: list[FieldTold]


class LicenceTold(Told):
    """A licence; ``valid`` today; ``known``: whose word it is, and when that is due again."""

    state: str
    number: str
    kind: str
    status: str
    since: date | None
    until: date | None
    valid: bool
    known: FieldTold


class ScheduleLineTold(Told):
    """A schedule with its slots counted."""

    schedule_id: int
    name: str
    practitioner_id: int | None
    practitioner: str
    place: str
    source: str
    time_zone: str
    weekly: int
    past: int
    open: int
    next_at: datetime | None
    last_at: datetime | None

    @classmethod
    def of(cls, line: Any) -> "ScheduleLineTold":
        """Give a line of a list."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


class WeekTold(Told):
    """A week's seats, and how many are taken."""

    starts_at: datetime
    seats: int
    taken: int


class OpenTold(Told):
    """A time that is open."""

    role_id: int
    starts_at: datetime
    time_zone: str


class PractitionerTold(Told):
    """One clinician, however many sources name them, and their time."""

    practitioner_id: int
    npi: str
    name: str
    credential: str
    profession: str
    behavioral: bool
    prescribes: bool
    active: bool
    languages: list[str]
    sources: list[str]
    overdue: int
    fields: list[FieldTold]
    licences: list[LicenceTold]
    roles: list[RoleTold]
    weeks: list[WeekTold]
    next_open: list[OpenTold]
    schedules: list[ScheduleLineTold]


class OrganizationTold(Told):
    """One organization: a page of its places and of who works there, and how many there are of each."""

    organization_id: int
    npi: str
    name: str
    phone: str
    active: bool
    fields: list[FieldTold]
    places: list[PlaceTold]
    roles: list[RoleTold]
    page: int
    pages: int
    place_count: int
    role_count: int


class FoundTold(Told):
    """A practitioner of a search."""

    practitioner_id: int
    npi: str
    name: str
    credential: str
    profession: str
    languages: list[str]
    behavioral: bool
    active: bool
    sources: list[str]
    verified_at: datetime | None
    due_at: datetime | None
    overdue: int


class GroupTold(Told):
    """An organization of a search."""

    organization_id: int
    npi: str
    name: str
    phone: str
    active: bool
    places: int
    practitioners: int
    sources: list[str]


class PractitionersTold(Told):
    """A page of practitioners; ``total`` stops counting at 1,001."""

    practitioners: list[FoundTold]
    page: int
    pages: int
    total: int


class OrganizationsTold(Told):
    """A page of organizations; ``total`` stops counting at 1,001."""

    organizations: list[GroupTold]
    page: int
    pages: int
    total: int


class PlacesTold(Told):
    """A page of schedules that name a place and nobody: kept, and never offered."""

    schedules: list[ScheduleLineTold]
    page: int
    pages: int
    total: int


@router.get("/network/practitioners", response=PractitionersTold)
@for_roles(*READS)
def practitioners(
    request: HttpRequest,
    q: Text = "",
    place: Text = "",
    profession: Text = "",
    treats: Text = "",
    language: Text = "",
    source: Text = "",
    accepting: bool = False,
    overdue: bool = False,
    page: At = 1,
) -> PractitionersTold:
    """Search practitioners by name or NPI, place, and what they offer; twenty a page."""
    offered = {"profession": codes("professions"), "treats": codes("conditions"),
               "language": codes("languages"), "source": source_kinds()}  # fmt: skip
    given = {"profession": profession, "treats": treats, "language": language, "source": source}
    for name, code in given.items():
        if code and code not in offered[name]:
            raise bad_value(f"/{name}", "not_an_option")
    wanted = Wanted(q.strip(), place.strip(), profession, treats, language, source, accepting, overdue)
    found = find_practitioners(wanted, page=page)
    rows = [
        FoundTold(
            **{n: getattr(row, n) for n in FoundTold.model_fields if hasattr(row, n)},
            sources=row.known.sources if row.known else [],
            verified_at=row.known.verified_at if row.known else None,
            due_at=row.known.due_at if row.known else None,
            overdue=row.known.overdue if row.known else 0,
        )
        for row in found.rows
    ]
    return PractitionersTold(practitioners=rows, **_paged(found))


def _paged(found: Page[Any]) -> dict[str, int]:
    return {"page": found.number, "pages": found.pages, "total": found.total}


@router.get("/network/practitioners/{practitioner}", response=PractitionerTold)
@for_roles(*READS)
def practitioner(request: HttpRequest, practitioner: Number) -> PractitionerTold:
    """Give one record, every field with its evidence, and the time that is open."""
    found, language = practitioner_record(practitioner_id=practitioner), viewer_of(request).language
    if found is None:
        raise _none()
    roles = [role.role_id for role in found.roles]
    plain = (
        *("practitioner_id", "npi", "name", "credential", "profession", "behavioral", "prescribes"),
        *("active", "overdue"),
    )
    return PractitionerTold(
        **{name: getattr(found, name) for name in plain},
        languages=list(found.languages),
        sources=list(found.sources),
        fields=_fields(found.fields, language),
        licences=[_licence(one, language) for one in found.licences],
        roles=[_role(role, language) for role in found.roles],
        weeks=[WeekTold(**week._asdict()) for week in weeks_ahead(roles=roles)],
        next_open=[OpenTold(role_id=r, starts_at=at, time_zone=z) for r, at, z in next_open(roles=roles)],
        schedules=[ScheduleLineTold.of(line) for line in schedules_of_roles(roles=roles)],
    )


@router.get("/network/organizations", response=OrganizationsTold)
@for_roles(*READS)
def organizations(request: HttpRequest, q: Text = "", page: At = 1) -> OrganizationsTold:
    """Search organizations by name or NPI; twenty a page."""
    found = find_organizations(q.strip(), page=page)
    return OrganizationsTold(
        organizations=[GroupTold(**group._asdict()) for group in found.rows], **_paged(found)
    )


@router.get("/network/organizations/{organization}", response=OrganizationTold)
@for_roles(*READS)
def organization(request: HttpRequest, organization: Number, page: At = 1) -> OrganizationTold:
    """Give one organization: its places, who works there, how we know; twenty-five of each a page."""
    found = organization_record(organization_id=organization, page=page)
    language = viewer_of(request).language
    if found is None:
        raise _none()
    return OrganizationTold(
        organization_id=found.organization_id, npi=found.npi, name=found.name, phone=found.phone,
        active=found.active, fields=_fields(found.fields, language), page=found.page, pages=found.pages,
        place_count=found.place_count, role_count=found.role_count,
        places=[_place(place, language) for place in found.places],
        roles=[_role(role, language) for role in found.roles],
    )  # fmt: skip


@router.get("/network/places", response=PlacesTold)
@for_roles(*READS)
def places(request: HttpRequest, page: At = 1) -> PlacesTold:
    """Give the schedules that name a place and nobody, twenty a page."""
    total = count_without_practitioner()
    lines = schedules_without_practitioner(page=page, size=A_PAGE)
    return PlacesTold(
        schedules=[ScheduleLineTold.of(line) for line in lines], page=page,
        pages=max(1, -(-total // A_PAGE)), total=total,
    )  # fmt: skip


def _licence(one: LicenceView, language: str) -> LicenceTold:
    own = {n: getattr(one, n) for n in LicenceTold.model_fields if n != "known"}
    return LicenceTold(**own, known=_fields((one.known,), language)[0])


def _role(role: RoleView, language: str) -> RoleTold:
    own = {n: getattr(role, n) for n in RoleTold.model_fields if n not in ("place", "fields")}
    lists = {n: list(v) for n, v in own.items() if isinstance(v, tuple)}
    place = _place(role.place, language) if role.place else None
    return RoleTold(**own | lists, place=place, fields=_fields(role.fields, language))


def _place(place: Any, language: str) -> PlaceTold:
    own = {n: getattr(place, n) for n in PlaceTold.model_fields if n != "fields"}
    return PlaceTold(**own, fields=_fields(place.fields, language))


def _fields(known: tuple[KnownField, ...], language: str) -> list[FieldTold]:
    return [
        FieldTold(
            name=one.name, value=one.value, overdue=one.overdue,
            word=_word(one.decision.outcome) if one.decision else None,
            because=reasons(one.decision.because, language) if one.decision else [],
            words=[_word(said) for said in one.words],
        )
        for one in known
    ]  # fmt: skip


def _word(said: Any) -> EvidenceTold:
    return EvidenceTold(**{name: getattr(said, name) for name in EvidenceTold.model_fields})


def _none() -> Problem:
    return Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
