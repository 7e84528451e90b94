"""Reads of the network: the roles that can be booked, as the match needs them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection

from switchboard.network.models import Location, PractitionerRole


class BookableRole(NamedTuple):
    """One active role of an active practitioner.

    ``states``: where a licence is valid on the day asked; None for work that takes no licence (coach, peer).
    """

    role: int
    practitioner: int
    latitude: float | None
    longitude: float | None
    zone: str
    states: list[str] | None
    lines: list[str]
    levels: list[str]
    treats: list[str]
    youngest: int
    oldest: int
    languages: list[str]
    modalities: list[str]
    gender: str
    backgrounds: list[str]
    accepting: bool
    capacity: int | None
    panel: int


UNLICENSED = ["coach", "peer"]
BOOKABLE = """
SELECT r.id, r.practitioner_id, l.latitude, l.longitude, coalesce(l.time_zone, 'America/New_York'),
       CASE WHEN p.profession = ANY(%(unlicensed)s) THEN NULL ELSE
       ARRAY(SELECT DISTINCT c.state FROM network_licence c
             WHERE c.practitioner_id = p.id AND c.status = 'active'
               AND (c.period IS NULL OR c.period @> %(day)s::date)) END,
       r.lines_of_business, r.levels_of_care,
       CASE WHEN p.prescribes THEN r.treats || ARRAY['medication']::varchar[] ELSE r.treats END,
       r.age_min, r.age_max, p.languages, r.modalities, p.gender, p.backgrounds,
       r.accepting_new, r.panel_capacity, r.panel_count
FROM network_practitionerrole r
JOIN network_practitioner p ON p.id = r.practitioner_id
LEFT JOIN network_location l ON l.id = r.location_id
WHERE r.active AND p.active AND p.behavioral AND (%(roles)s::bigint[] IS NULL OR r.id = ANY(%(roles)s))
ORDER BY r.id
"""


def bookable_roles(*, day: date, roles: Sequence[int] | None = None) -> Iterator[BookableRole]:
    """Give every role that can be booked on a day (or only those named), in order of id, streamed."""
    with connection.cursor() as cursor:
        cursor.execute(
            BOOKABLE, {"day": day, "unlicensed": UNLICENSED, "roles": None if roles is None else list(roles)}
        )
        while rows := cursor.fetchmany(5000):
            yield from (BookableRole(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A practitioner at a place as people see them: open directory data."""

    role_id: int
    practitioner_id: int
    name: str
    credential: str
    profession: str
    gender: str
    languages: tuple[str, ...]
    treats: tuple[str, ...]
    organization: str
    source_kind: str
    location: str
    address: str
    city: str
    state: str
    county_fips: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    phone: str


def role_cards(role_ids: Iterable[int]) -> dict[int, RoleCard]:
    """Give the directory card of each role, by role id; unknown ids are left out."""
    rows = PractitionerRole.objects.filter(pk__in=set(role_ids)).select_related(
        "practitioner", "organization", "location", "source"
    )
    return {row.pk: _card(row) for row in rows}


def _card(row: PractitionerRole) -> RoleCard:
    person, place = row.practitioner, row.location or Location()
    return RoleCard(
        row.pk,
        person.pk,
        f"{person.given_name} {person.family_name}".strip(),
        person.credential,
        person.profession,
        person.gender,
        tuple(person.languages),
        tuple(row.treats),
        row.organization.name if row.organization else place.name,
        row.source.kind,
        place.name,
        place.address_line,
        place.city,
        place.state,
        place.county_fips,
        place.latitude,
        place.longitude,
        place.time_zone,
        place.phone,
    )


def keys_of(*, source_id: int, kind: str) -> dict[str, int]:
    """Give what a source calls its records of one kind (``location``, ``role`` ...), with their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, subject_id FROM network_networkkey WHERE source_id = %s AND kind = %s",
            [source_id, kind],
        )
        return dict(cursor.fetchall())


class RolePlace(NamedTuple):
    """Where a role is: its numbers, ZIP code and time zone."""

    role: int
    practitioner: int
    location: int | None
    zip5: str
    zone: str


def roles_by_npi() -> dict[str, list[RolePlace]]:
    """Give every active role by its practitioner's NPI; best source first."""
    found: dict[str, list[RolePlace]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.npi, r.id, p.id, l.id, coalesce(l.zip5, ''), coalesce(l.time_zone, 'America/New_York')"
            " FROM network_practitionerrole r JOIN network_practitioner p ON p.id = r.practitioner_id"
            " JOIN network_source s ON s.id = r.source_id"
            " LEFT JOIN network_location l ON l.id = r.location_id"
            " WHERE r.active AND p.active AND p.npi IS NOT NULL AND s.kind <> 'registry'"
            " ORDER BY s.rank, r.id"
        )
        for npi, *place in cursor.fetchall():
            found.setdefault(npi, []).append(RolePlace(*place))
    return found


def roles_at(
    *,
    source_id: int,
    roles: Sequence[int] = (),
    practitioners: Sequence[int] = (),
    npis: Sequence[str] = (),
) -> list[tuple[str, RolePlace]]:
    """Give active roles, by number or by who works in them, each with its NPI.

    The source's own roles come first, then the best source's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(p.npi, ''), r.id, p.id, l.id, coalesce(l.zip5, ''),"
            " coalesce(l.time_zone, 'America/New_York')"
            " FROM network_practitionerrole r JOIN network_practitioner p ON p.id = r.practitioner_id"
            " JOIN network_source s ON s.id = r.source_id"
            " LEFT JOIN network_location l ON l.id = r.location_id"
            " WHERE r.active AND p.active AND s.kind <> 'registry'"
            " AND (r.id = ANY(%s) OR p.id = ANY(%s) OR p.npi = ANY(%s))"
            " ORDER BY s.id <> %s, s.rank, r.id",
            [list(roles), list(practitioners), list(npis), source_id],
        )
        return [(npi, RolePlace(*place)) for npi, *place in cursor.fetchall()]


def zones_of(locations: Sequence[int]) -> dict[int, str]:
    """Give the time zone of each location."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, time_zone FROM network_location WHERE id = ANY(%s)", [list(locations)])
        return dict(cursor.fetchall())


class RoleTraits(NamedTuple):
    """What the time of a role counts under: place, profession, kind of source, needs it treats, lines."""

    role: int
    state: str
    county: str
    profession: str
    kind: str
    treats: list[str]
    lines: list[str]


def role_traits() -> list[RoleTraits]:
    """Give the traits of every role, also of those that have ended: their past time counts too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, coalesce(l.state, ''), coalesce(l.county_fips, ''), p.profession, s.kind,"
            " CASE WHEN p.prescribes THEN r.treats || ARRAY['medication']::varchar[] ELSE r.treats END,"
            " r.lines_of_business"
            " FROM network_practitionerrole r JOIN network_practitioner p ON p.id = r.practitioner_id"
            " JOIN network_source s ON s.id = r.source_id"
            " LEFT JOIN network_location l ON l.id = r.location_id"
        )
        return [RoleTraits(*row) for row in cursor.fetchall()]
