"""One record of the directory: a practitioner or an organization, every field with how it is known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from switchboard.kernel.reasons import Decision
from switchboard.network.core.evidence import Evidence, believed, overdue
from switchboard.network.core.licences import LicenceFacts, valid_on
from switchboard.network.models import (
    FieldEvidence,
    Licence,
    Location,
    Organization,
    Practitioner,
    PractitionerRole,
)
from switchboard.platform.clock import now, today

#: The fields of each kind that people see, in order; those kept with evidence and those without.
SHOWN = {
    "practitioner": (
        "family_name", "given_name", "credential", "gender", "languages", "backgrounds", "taxonomies",
        "active",
    ),
    "organization": ("name", "phone", "active"),
    "location": ("name", "address_line", "city", "state", "zip5", "phone", "accessible"),
    "role": (
        "specialties", "treats", "levels_of_care", "modalities", "lines_of_business", "age_min", "age_max",
        "accepting_new", "panel_capacity", "active",
    ),
}  # fmt: skip
#: Parts of an address that follow from its ZIP code: kept with it, and not shown on their own.
FOLLOW = frozenset({"county_fips", "latitude", "longitude", "time_zone"})


@dataclass(frozen=True, slots=True)
class KnownField:
    """One field: what we hold, whose word stands and why, and everybody's words; no word, no ``decision``."""

    name: str
    value: Any
    decision: Decision[Evidence] | None
    words: tuple[Evidence, ...]
    overdue: bool


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence; ``valid`` on the day asked; ``known`` says whose word it is and until when that holds."""

    state: str
    number: str
    kind: str
    status: str
    since: date | None
    until: date | None
    valid: bool
    known: KnownField


@dataclass(frozen=True, slots=True)
class PlaceView:
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
    fields: tuple[KnownField, ...]


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as one source offers it. ``offered``: in force, taking people, for some line of business."""

    role_id: int
    practitioner_id: int
    practitioner: str
    organization_id: int | None
    organization: str
    source: str
    source_kind: str
    place: PlaceView | None
    treats: tuple[str, ...]
    levels_of_care: tuple[str, ...]
    modalities: tuple[str, ...]
    lines_of_business: tuple[str, ...]
    age_min: int
    age_max: int
    accepting_new: bool
    panel_capacity: int | None
    panel_count: int
    active: bool
    fields: tuple[KnownField, ...]

    @property
    def offered(self) -> bool:
        """Say whether anybody can be matched to it."""
        return self.active and self.accepting_new and bool(self.lines_of_business)


@dataclass(frozen=True, slots=True)
class PractitionerRecord:
    """One clinician, however many sources name them."""

    practitioner_id: int
    npi: str
    name: str
    credential: str
    profession: str
    behavioral: bool
    prescribes: bool
    active: bool
    languages: tuple[str, ...]
    user_id: int | None
    fields: tuple[KnownField, ...]
    licences: tuple[LicenceView, ...]
    roles: tuple[RoleView, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Name every source with a word on this record or a role of it, in order."""
        roles = [role.source for role in self.roles]
        fields = (*self.fields, *(licence.known for licence in self.licences))
        return tuple(sorted({*roles, *(word.source for f in fields for word in f.words)}))

    @property
    def overdue(self) -> int:
        """Count the fields that nobody has verified in time, those of roles and places in force included."""
        held = [*self.fields, *(f for role in self.roles if role.active for f in role.fields)]
        places = {role.place.location_id: role.place for role in self.roles if role.active and role.place}
        held += [f for place in places.values() for f in place.fields]
        held += [licence.known for licence in self.licences]
        return sum(f.overdue for f in held)


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """One group, clinic or program with a page of its places and roles, and how many there are of each."""

    organization_id: int
    npi: str
    name: str
    phone: str
    active: bool
    fields: tuple[KnownField, ...]
    places: tuple[PlaceView, ...]
    roles: tuple[RoleView, ...]
    page: int
    place_count: int
    role_count: int

    @property
    def pages(self) -> int:
        """Give how many pages hold all of them."""
        return max(1, -(-max(self.place_count, self.role_count) // A_PAGE))


Words = dict[tuple[str, int], dict[str, list[Evidence]]]
A_PAGE = 25


def practitioner_record(*, practitioner_id: int) -> PractitionerRecord | None:
    """Give a practitioner with everything known; None when there is none. Four statements."""
    person = Practitioner.objects.filter(pk=practitioner_id).first()
    if person is None:
        return None
    roles = list(_roles().filter(practitioner=person).order_by("-active", "source__rank", "id"))
    licences = list(Licence.objects.filter(practitioner=person).order_by("state", "number"))
    about = [("practitioner", [person.pk]), ("licence", [row.pk for row in licences]), *_about(roles)]
    words = _words(about)
    day = today()
    return PractitionerRecord(
        person.pk,
        person.npi or "",
        f"{person.given_name} {person.family_name}".strip(),
        person.credential,
        person.profession,
        person.behavioral,
        person.prescribes,
        person.active,
        tuple(person.languages),
        person.user_id,
        _fields("practitioner", person, words),
        tuple(_licence(row, day, words) for row in licences),
        tuple(_role(row, words) for row in roles),
    )


def organization_record(*, organization_id: int, page: int = 1) -> OrganizationRecord | None:
    """Give an organization with a page of what is known; None when there is none. Seven statements.

    A page beyond the last is the last: the largest groups have hundreds of places and thousands of roles.
    """
    group = Organization.objects.filter(pk=organization_id).first()
    if group is None:
        return None
    held = Location.objects.filter(organization=group)
    working = PractitionerRole.objects.filter(organization=group, active=True)
    place_count, role_count = held.count(), working.count()
    page = min(max(page, 1), max(1, -(-max(place_count, role_count) // A_PAGE)))
    part = slice((page - 1) * A_PAGE, page * A_PAGE)
    places = list(held.order_by("name", "id")[part])
    # The ids first: sorting all of a large group's roles with everything about them is what would take long.
    chosen = list(working.order_by("practitioner__family_name", "id").values_list("id", flat=True)[part])
    roles = list(_roles().filter(pk__in=chosen).order_by("practitioner__family_name", "id"))
    about = [("organization", [group.pk]), ("location", [row.pk for row in places]), *_about(roles)]
    words = _words(about)
    return OrganizationRecord(
        group.pk,
        group.npi or "",
        group.name,
        group.phone,
        group.active,
        _fields("organization", group, words),
        tuple(_place(row, words) for row in places),
        tuple(_role(row, words) for row in roles),
        page,
        place_count,
        role_count,
    )


def practitioner_of_user(*, user_id: int) -> int | None:
    """Give the practitioner a user is, or None."""
    return Practitioner.objects.filter(user_id=user_id).values_list("id", flat=True).first()


def _roles() -> Any:
    return PractitionerRole.objects.select_related("practitioner", "organization", "location", "source")


def _about(roles: Sequence[PractitionerRole]) -> list[tuple[str, list[int]]]:
    places = {row.location_id for row in roles if row.location_id}
    return [("role", [row.pk for row in roles]), ("location", sorted(places))]


def _words(about: Iterable[tuple[str, list[int]]]) -> Words:
    """Give every word said about these records, by record and field, in one statement."""
    asked = Q()
    for kind, ids in about:
        asked |= Q(kind=kind, subject_id__in=ids)
    found: Words = defaultdict(lambda: defaultdict(list))
    for row in FieldEvidence.objects.filter(asked).select_related("source").order_by("id").distinct():
        parts = {row.field: row.value}
        if row.kind != "licence" and isinstance(row.value, dict):
            parts = row.value
        for name, value in parts.items():
            word = Evidence(
                name, value, row.source.name, row.source.rank, row.method, row.verified_at, row.due_at
            )
            found[row.kind, row.subject_id][name].append(word)
    return found


def _fields(kind: str, record: Any, words: Words) -> tuple[KnownField, ...]:
    said = words.get((kind, record.pk), {})
    names = [name for name in dict.fromkeys((*SHOWN[kind], *said)) if name not in FOLLOW]
    return tuple(_field(name, getattr(record, name, None), said.get(name, [])) for name in names)


def _field(name: str, value: Any, said: list[Evidence]) -> KnownField:
    if not said:
        return KnownField(name, value, None, (), False)
    decision = believed(said, now())
    return KnownField(name, value, decision, tuple(said), overdue(decision.outcome, now()))


def _licence(row: Licence, day: date, words: Words) -> LicenceView:
    since, until = (row.period.lower, row.period.upper) if row.period else (None, None)
    valid = valid_on(LicenceFacts(row.state, row.number, row.status, since, until), day)
    said = words.get(("licence", row.pk), {}).get("licence", [])
    known = _field("licence", row.status, said)
    return LicenceView(row.state, row.number, row.kind, row.status, since, until, valid, known)


def _place(row: Location, words: Words) -> PlaceView:
    return PlaceView(
        row.pk,
        row.name,
        row.address_line,
        row.city,
        row.state,
        row.zip5,
        row.phone,
        row.latitude,
        row.longitude,
        row.time_zone,
        _fields("location", row, words),
    )


def _role(row: PractitionerRole, words: Words) -> RoleView:
    person = row.practitioner
    return RoleView(
        row.pk,
        person.pk,
        ", ".join(p for p in (f"{person.given_name} {person.family_name}".strip(), person.credential) if p),
        row.organization_id,
        row.organization.name if row.organization else "",
        row.source.name,
        row.source.kind,
        _place(row.location, words) if row.location else None,
        tuple(row.treats),
        tuple(row.levels_of_care),
        tuple(row.modalities),
        tuple(row.lines_of_business),
        row.age_min,
        row.age_max,
        row.accepting_new,
        row.panel_capacity,
        row.panel_count,
        row.active,
        _fields("role", row, words),
    )


def roles_of(*, practitioner_id: int) -> list[int]:
    """Give the roles in force of a practitioner."""
    rows = PractitionerRole.objects.filter(practitioner_id=practitioner_id, active=True)
    return list(rows.order_by("id").values_list("id", flat=True))
