"""Search the directory: practitioners and organizations, a page at a time, each with how they are known.

Open directory data, about no member. Every search is a fixed number of statements, whatever it finds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection

from switchboard.network.models import SOURCE_KINDS
from switchboard.platform.clock import now
from switchboard.rulebook.listings import codes

Row = TypeVar("Row")
A_PAGE = 20
MOST_COUNTED = 1_000  # a search that finds more says "over 1,000" and asks for one thing more


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; empty means any. ``place``: a ZIP code, a state, a city, or ``City, ST``."""

    text: str = ""
    place: str = ""
    profession: str = ""
    treats: str = ""
    language: str = ""
    source_kind: str = ""
    accepting: bool = False
    overdue: bool = False


class Known(NamedTuple):
    """How a practitioner is known: sources, the eldest word's date, when it is due, fields overdue of all."""

    sources: list[str]
    methods: list[str]
    verified_at: datetime
    due_at: datetime
    overdue: int
    fields: int


class Place(NamedTuple):
    """A role in a word: under whom, where."""

    organization: str
    city: str
    state: str
    source_kind: str
    treats: list[str]
    accepting: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One practitioner as a search shows them; ``known`` is None when nobody's word is on file."""

    practitioner_id: int
    npi: str
    name: str
    credential: str
    profession: str
    languages: list[str]
    behavioral: bool
    active: bool
    places: list[Place] = field(default_factory=list)
    known: Known | None = None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows; ``total`` stops counting at ``MOST_COUNTED + 1``."""

    rows: list[Row]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """Give how many pages there are, of those that were counted."""
        return max(1, -(-min(self.total, MOST_COUNTED) // A_PAGE))

    @property
    def words(self) -> str:
        """Say how many were found."""
        return f"over {MOST_COUNTED:,}" if self.total > MOST_COUNTED else f"{self.total:,}"


#: Offered to somebody: a role without lines of business is offered to nobody.
ACCEPTING = "r.accepting_new AND r.lines_of_business <> '{}'"
NAME = "lower(p.family_name || ' ' || p.given_name)"
ROLE = """
EXISTS (SELECT FROM network_practitionerrole r JOIN network_source s ON s.id = r.source_id
        LEFT JOIN network_location l ON l.id = r.location_id
        WHERE r.practitioner_id = p.id AND r.active AND {})"""
#: Overdue is a field of which nobody's word is in date any more.
OVERDUE = """
EXISTS (SELECT FROM network_fieldevidence e WHERE e.due_at <= %(now)s
        AND (e.kind = 'practitioner' AND e.subject_id = p.id OR e.kind = 'role' AND e.subject_id IN
             (SELECT o.id FROM network_practitionerrole o WHERE o.practitioner_id = p.id AND o.active))
        AND NOT EXISTS (SELECT FROM network_fieldevidence n WHERE n.kind = e.kind
             AND n.subject_id = e.subject_id AND n.field = e.field AND n.due_at > %(now)s))"""


def find_practitioners(wanted: Wanted, *, page: int = 1) -> Page[Found]:
    """Give a page of the practitioners to whom all of it belongs, by name."""
    conditions, params = _conditions(wanted)
    where = " AND ".join(conditions) or "true"
    page = min(max(page, 1), MOST_COUNTED // A_PAGE)
    params |= {"now": now(), "limit": A_PAGE, "offset": (page - 1) * A_PAGE, "most": MOST_COUNTED + 1}
    rows = _ask(
        "SELECT p.id, coalesce(p.npi, ''), p.given_name, p.family_name, p.credential, p.profession,"
        f" p.languages, p.behavioral, p.active FROM network_practitioner p WHERE {where}"
        " ORDER BY p.family_name, p.given_name, p.id LIMIT %(limit)s OFFSET %(offset)s",
        params,
    )
    ids = [row[0] for row in rows]
    places, known = _places(ids), _known(ids)
    found = [
        Found(i, npi, f"{given} {family}".strip(), credential, profession, languages, behavioral, active,
              places.get(i, []), known.get(i))
        for i, npi, given, family, credential, profession, languages, behavioral, active in rows
    ]  # fmt: skip
    return Page(found, page, _count("network_practitioner", where, params))


def _conditions(wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Give the SQL conditions of a search and their values."""
    conditions, params = _of_text(wanted.text, NAME)
    of_role, more = _of_place(wanted.place)
    params |= more
    if wanted.profession:
        conditions.append("p.profession = %(profession)s")
        params["profession"] = wanted.profession
    if wanted.language:
        conditions.append("%(language)s = ANY(p.languages)")
        params["language"] = wanted.language
    if wanted.treats:
        of_role.append("r.treats @> ARRAY[%(treats)s]::varchar[]")
        params["treats"] = wanted.treats
    if wanted.source_kind:
        of_role.append("s.kind = %(source_kind)s")
        params["source_kind"] = wanted.source_kind
    if wanted.accepting:
        of_role.append(ACCEPTING)
    if of_role:
        conditions.append(ROLE.format(" AND ".join(of_role)))
    if wanted.overdue:
        conditions.append(OVERDUE)
    return conditions, params


def _of_text(text: str, name: str) -> tuple[list[str], dict[str, Any]]:
    """Give the conditions of a name, each of its words anywhere in it, or of an NPI."""
    if re.fullmatch(r"\s*\d{10}\s*", text, re.ASCII):
        return ["p.npi = %(npi)s"], {"npi": text.strip()}
    words = text.replace("\x00", "").lower().replace(",", " ").split()[:6]
    params = {f"word{n}": f"%{_literal(word)}%" for n, word in enumerate(words)}
    return [f"{name} LIKE %({key})s" for key in params], params


def _literal(word: str) -> str:
    """Give a word in which LIKE finds nothing special."""
    return re.sub(r"([%_\\])", r"\\\1", word)


def _of_place(place: str) -> tuple[list[str], dict[str, Any]]:
    """Give the conditions of a place: a ZIP code, a state, a city, or a city and its state."""
    said = place.replace("\x00", "").strip()
    if re.fullmatch(r"\d{5}(-\d{4})?", said, re.ASCII):
        return ["l.zip5 = %(zip5)s"], {"zip5": said[:5]}
    city, _, state = said.rpartition(",")
    if state.strip().upper() in codes("states"):
        conditions, params = ["l.state = %(state)s"], {"state": state.strip().upper()}
    else:
        conditions, params, city = [], {}, said
    if city.strip():
        conditions.append("lower(l.city) LIKE %(city)s")
        params["city"] = _literal(city.strip().lower()) + "%"
    return conditions, params


PLACES = """
SELECT r.practitioner_id, coalesce(o.name, l.name, ''), coalesce(l.city, ''), coalesce(l.state, ''), s.kind,
       r.treats, r.accepting_new AND r.lines_of_business <> '{}'
FROM network_practitionerrole r JOIN network_source s ON s.id = r.source_id
LEFT JOIN network_organization o ON o.id = r.organization_id
LEFT JOIN network_location l ON l.id = r.location_id
WHERE r.practitioner_id = ANY(%s) AND r.active ORDER BY s.rank, r.id"""
KNOWN = """
WITH own AS (
  SELECT 'practitioner' AS kind, id AS subject_id, id AS practitioner_id FROM unnest(%(ids)s::bigint[]) AS id
  UNION ALL SELECT 'role', r.id, r.practitioner_id FROM network_practitionerrole r
  WHERE r.practitioner_id = ANY(%(ids)s) AND r.active),
words AS (
  SELECT own.practitioner_id, e.* FROM own JOIN network_fieldevidence e USING (kind, subject_id)),
fields AS (
  SELECT practitioner_id, max(verified_at) AS verified, max(due_at) AS due
  FROM words GROUP BY practitioner_id, kind, subject_id, field)
SELECT f.practitioner_id, w.sources, w.methods, min(f.verified), min(f.due),
       count(*) FILTER (WHERE f.due <= %(now)s), count(*)
FROM fields f JOIN (SELECT practitioner_id, array_agg(DISTINCT s.name) AS sources,
                           array_agg(DISTINCT w.method) AS methods
                    FROM words w JOIN network_source s ON s.id = w.source_id GROUP BY practitioner_id) w
  ON w.practitioner_id = f.practitioner_id
GROUP BY f.practitioner_id, w.sources, w.methods"""


def _places(ids: list[int]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for practitioner, *place in _ask(PLACES, [ids]):
        found.setdefault(practitioner, []).append(Place(*place))
    return found


def _known(ids: list[int]) -> dict[int, Known]:
    return {row[0]: Known(*row[1:]) for row in _ask(KNOWN, {"ids": ids, "now": now()})}


class Group(NamedTuple):
    """An organization as a search shows it: its places and practitioners counted, its sources named."""

    organization_id: int
    npi: str
    name: str
    phone: str
    active: bool
    places: int
    practitioners: int
    sources: list[str]


GROUPS = """
SELECT p.id, coalesce(p.npi, ''), p.name, p.phone, p.active,
  (SELECT count(*) FROM network_location l WHERE l.organization_id = p.id),
  (SELECT count(DISTINCT r.practitioner_id) FROM network_practitionerrole r
   WHERE r.organization_id = p.id AND r.active),
  ARRAY(SELECT DISTINCT s.name FROM network_fieldevidence e JOIN network_source s ON s.id = e.source_id
        WHERE e.kind = 'organization' AND e.subject_id = p.id ORDER BY s.name)
FROM network_organization p WHERE {where} ORDER BY p.name, p.id LIMIT %(limit)s OFFSET %(offset)s"""


def find_organizations(text: str, *, page: int = 1) -> Page[Group]:
    """Give a page of the organizations in whose name all words stand, or whose NPI it is, by name."""
    conditions, params = _of_text(text, "lower(p.name)")
    where = " AND ".join(conditions) or "true"
    page = min(max(page, 1), MOST_COUNTED // A_PAGE)
    params |= {"limit": A_PAGE, "offset": (page - 1) * A_PAGE, "most": MOST_COUNTED + 1}
    rows = [Group(*row) for row in _ask(GROUPS.format(where=where), params)]
    return Page(rows, page, _count("network_organization", where, params))


def source_kinds() -> tuple[str, ...]:
    """Give the kinds of source there are."""
    return SOURCE_KINDS


def _count(table: str, where: str, params: dict[str, Any]) -> int:
    """Count what fits, as far as is worth counting."""
    counted = _ask(
        f"SELECT count(*) FROM (SELECT FROM {table} p WHERE {where} LIMIT %(most)s) AS found", params
    )
    return int(counted[0][0])


def _ask(statement: str, params: dict[str, Any] | Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
