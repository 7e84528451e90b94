"""Reads of members: rows in, facts out; every query about a person takes ``viewer``."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from psycopg.types.numeric import Int8

from switchboard.members.core.identity import plain_name, plain_phone
from switchboard.members.grants import own_and_proxied
from switchboard.members.models import ContactRoute, Coverage, Member, Preference
from switchboard.platform.access import AccessDenied, DataClass, Extent, Relation, Viewer, extent
from switchboard.platform.audit import TIED, record, touch
from switchboard.platform.clock import now, today
from switchboard.platform.masking import last_four, listed
from switchboard.platform.prepared import first_row
from switchboard.platform.roles import PURPOSE, Role


def viewer_of(request: HttpRequest) -> Viewer:
    """Give who is asking, from the session or the token; raise ``PermissionError`` when nobody has signed in.

    Read anew at each request, so a proxy grant or a role that has ended ends with the next click.
    """
    kept: Viewer | None = getattr(request, "viewer", None)
    if kept is not None:
        return kept
    user: Any = request.user
    if not user.is_authenticated:
        raise PermissionError("Nobody has signed in: mark the view with for_roles() or signed_in().")
    token: Any = getattr(request, "token", None)
    viewer = viewer_for(
        user,
        language=getattr(request, "LANGUAGE_CODE", user.language),
        request_id=getattr(request, "request_id", ""),
        scopes=frozenset(token.scopes) if token is not None else frozenset(),
    )
    request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def viewer_for(
    user: Any, *, language: str = "en", request_id: str = "", scopes: frozenset[str] = frozenset()
) -> Viewer:
    """Give a user as a viewer, with their own record and the people they may act for today."""
    role = Role(user.role)
    own, proxied = own_and_proxied(user.pk) if role in {Role.MEMBER, Role.PROXY} else (None, {})
    return Viewer(
        user_id=user.pk,
        name=user.name,
        role=role,
        purpose=PURPOSE[role],
        member_id=own,
        proxied=proxied,
        licensed=bool(user.licence),
        language=language,
        request_id=request_id,
        scopes=scopes,
    )


@dataclass(frozen=True, slots=True)
class CareFacts:
    """What finding care for a member needs to know of them; no name, no address.

    ``line_of_business`` is None when nothing covers them today; ``zone`` is IANA; places in degrees.
    """

    member_id: int
    birth_date: date
    sex: str
    language: str
    needs_interpreter: bool
    time_zone: str
    state: str
    zip5: str
    latitude: float | None
    longitude: float | None
    line_of_business: str | None
    max_miles: int | None
    preferred_genders: tuple[str, ...]
    preferred_modalities: tuple[str, ...]


def care_facts(*, viewer: Viewer, member_id: int) -> CareFacts:
    """Give what finding care needs to know of a member, audited."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.COVERAGE, what="care_facts",
              scope="appointments")  # fmt: skip
        periods = Coverage.objects.filter(member=OuterRef("pk")).order_by("-period")
        told = JSONObject(starts="period__startswith", ends="period__endswith", line="line_of_business")
        rows = Member.objects.select_related("preference").annotate(
            periods=ArraySubquery(periods.values(told=told))
        )
        row = rows.get(pk=member_id)
        wish: Preference | None = getattr(row, "preference", None)
        line = _line_on(today(row.time_zone), row.periods)
    return CareFacts(
        row.pk,
        row.birth_date,
        row.sex,
        row.language,
        row.needs_interpreter,
        row.time_zone,
        row.state,
        row.zip5,
        row.latitude,
        row.longitude,
        line,
        wish.max_miles if wish else None,
        tuple(wish.genders) if wish else (),
        tuple(wish.modalities) if wish else (),
    )


def _line_on(day: date, periods: Iterable[dict[str, str | None]]) -> str | None:
    """Give the line of business in force on a day; of several, the one that began last."""
    said = day.isoformat()
    covered = (
        p["line"] for p in periods if (p["starts"] or "") <= said and (p["ends"] is None or said < p["ends"])
    )
    return next(covered, None)


def given_names(*, viewer: Viewer, member_ids: Iterable[int]) -> dict[int, str]:
    """Give how to call each member (their own, or those they act for), audited."""
    found = {}
    with transaction.atomic():
        for row in Member.objects.filter(pk__in=list(member_ids)):
            touch(
                viewer=viewer,
                member_id=row.pk,
                data_class=DataClass.IDENTITY,
                what="name",
                scope="appointments",
            )
            found[row.pk] = row.preferred_name or row.given_name or row.family_name
    return found


NUMBER = "coalesce(m.merged_into_id, m.id)"
NUMBER_AND_TIE = " ".join(
    ("SELECT", NUMBER, ",", TIED.format(member=NUMBER), "FROM members_member m WHERE m.public_id = %s")
)


def member_id_of(*, public_id: UUID, viewer: Viewer | None = None) -> int | None:
    """Give our own number of a member (of the one kept, where two were merged); it opens no record.

    With a ``viewer`` who is about to touch it, what ties them is read in the same statement.
    """
    at = now()
    user = Int8(viewer.user_id) if viewer is not None and viewer.user_id is not None else None
    row = first_row(NUMBER_AND_TIE, [user, at, at, public_id])  # asked before every booking
    if row is None:
        return None
    member_id, tied_until = int(row[0]), row[1]
    if viewer is not None and tied_until is not None:
        viewer.ties[member_id] = tied_until
    return member_id


def public_ids_of(member_ids: Collection[int]) -> dict[int, UUID]:
    """Give the public id of each member; it opens no record."""
    return dict(Member.objects.filter(pk__in=member_ids).values_list("id", "public_id"))


MOST_FOUND = 20
LOOKED_THROUGH = 500


class TooLittleSaid(ValueError):  # noqa: N818 - it is an answer, not a fault
    """A search without two identifiers. The message says which there are, never what was typed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as lists show one before the record is opened: initials and the last four of the number."""

    member_id: int
    public_id: UUID
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody on the phone gives to be found by; at least two of the four."""

    member_number: str = ""
    birth_date: date | None = None
    phone: str = ""
    name: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """Name the identifiers that say something: a name has two letters, a number ten figures."""
        known = {
            "member_number": any(c.isalnum() for c in self.member_number),
            "birth_date": self.birth_date is not None,
            "phone": plain_phone(self.phone) is not None if self.phone.strip() else False,
            "name": sum(c.isalpha() for c in self.name) > 1,
        }
        return tuple(name for name, said in known.items() if said)


def initials_of(member_ids: Collection[int]) -> dict[int, Listed]:
    """Give how each member stands in a list; it opens no record."""
    rows = Member.objects.filter(pk__in=member_ids)
    return {
        row.pk: _listed(row) for row in rows.only("given_name", "family_name", "member_number", "public_id")
    }


def find_members(*, viewer: Viewer, asked: Asked) -> list[Listed]:
    """Give up to 20 members to whom all that was said belongs; every search is written down.

    Raises :class:`TooLittleSaid` below two identifiers. A name matches from the start of its words, accents
    and case aside; the rest must be the same. No wildcards.
    """
    with transaction.atomic():
        may = extent(viewer=viewer, data_class=DataClass.IDENTITY, relation=Relation.ASSIGNED)
        if may.outcome is Extent.NOTHING:
            raise AccessDenied(viewer, None, DataClass.IDENTITY, "search")
        if len(asked.given) < 2:
            raise TooLittleSaid(
                "Give two of these: member number, date of birth, phone number with area code, name."
            )
        found = [row for row in _candidates(asked) if _named(row, asked)][:MOST_FOUND]
        what = f"search:{'+'.join(asked.given)}:{len(found)}"
        record(viewer=viewer, action="search", data_class=DataClass.IDENTITY, member_id=None, what=what)
        return [_listed(row) for row in found]


def _candidates(asked: Asked) -> Iterable[Member]:
    rows = Member.objects.filter(merged_into__isnull=True)
    if "member_number" in asked.given:
        rows = rows.filter(member_number=asked.member_number.strip().upper())
    if asked.birth_date is not None:
        rows = rows.filter(birth_date=asked.birth_date)
    if "phone" in asked.given:
        number = plain_phone(asked.phone)
        reached = ContactRoute.objects.filter(value=number, kind="phone").values("member_id")
        rows = rows.filter(pk__in=reached)
    return rows.order_by("family_name", "given_name", "id")[:LOOKED_THROUGH]


def _named(row: Member, asked: Asked) -> bool:
    if "name" not in asked.given:
        return True
    own = plain_name(f"{row.given_name} {row.family_name} {row.preferred_name}").split()
    return all(any(word.startswith(said) for word in own) for said in plain_name(asked.name).split())


def _listed(row: Member) -> Listed:
    return Listed(row.pk, row.public_id, listed(row.given_name, row.family_name, row.member_number))


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach a member: which, and what may be said there; not why."""

    kind: str
    value: str
    may_text: bool
    may_leave_message: bool
    discreet: bool

    @property
    def written(self) -> str:
        """Write a number of this country as people say it: ``(860) 555-0144``; the rest as it stands."""
        number = self.value
        if self.kind != "phone" or len(number) != 12 or not number.startswith("+1"):
            return number
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"


@dataclass(frozen=True, slots=True)
class Head:
    """Who a page is about. ``number`` shows its last four."""

    member_id: int
    public_id: UUID
    name: str
    called: str
    pronouns: str
    birth_date: date
    age: int
    number: str
    language: str
    needs_interpreter: bool
    time_zone: str
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A period of coverage; ``ends`` is the first day out."""

    line_of_business: str
    plan_name: str
    starts: date
    ends: date | None
    today: bool


@dataclass(frozen=True, slots=True)
class MemberFile:
    """Who, how to reach them safely, what covers them."""

    head: Head
    routes: tuple[Route, ...]
    only_these: bool
    coverages: tuple[Covered, ...]


def head_of(*, viewer: Viewer, public_id: UUID) -> Head | None:
    """Give who a member is, audited; None when there is none."""
    return _seen(viewer, Member.objects.filter(public_id=public_id))


def head_of_member(*, viewer: Viewer, member_id: int) -> Head | None:
    """Give who a member is by our own number, audited."""
    return _seen(viewer, Member.objects.filter(pk=member_id))


def _seen(viewer: Viewer, rows: QuerySet[Member]) -> Head | None:
    with transaction.atomic():
        row = rows.first()
        if row is None:
            return None
        touch(viewer=viewer, member_id=row.pk, data_class=DataClass.IDENTITY, what="identity")
        return _head(row)


def member_file(*, viewer: Viewer, public_id: UUID) -> MemberFile | None:
    """Give a member's identity, safe ways to reach them and coverage, audited."""
    with transaction.atomic():
        head = head_of(viewer=viewer, public_id=public_id)
        if head is None:
            return None
        routes, only = routes_of(viewer=viewer, member_id=head.member_id)
        touch(viewer=viewer, member_id=head.member_id, data_class=DataClass.COVERAGE, what="coverage")
        day = today(head.time_zone)
        rows = Coverage.objects.filter(member_id=head.member_id).order_by("-period")[:5]
        return MemberFile(head, routes, only, tuple(_covered(row, day) for row in rows))


def routes_of(*, viewer: Viewer, member_id: int) -> tuple[tuple[Route, ...], bool]:
    """Give the ways to reach a member, first choice first; True when only these may be used.

    Where the member asked for another route (45 CFR 164.522(b)), nobody is shown the others.
    """
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.SAFE_CONTACT, what="routes")
        rows = list(ContactRoute.objects.filter(member_id=member_id).order_by("rank", "id"))
    own = [row for row in rows if row.confidential]
    shown = tuple(
        Route(row.kind, row.value, row.may_text, row.may_leave_message, row.discreet) for row in own or rows
    )
    return shown, bool(own)


def _head(row: Member) -> Head:
    day = today(row.time_zone)
    born = row.birth_date
    return Head(
        row.pk,
        row.public_id,
        f"{row.given_name} {row.family_name}".strip(),
        row.preferred_name or row.given_name or row.family_name,
        row.pronouns,
        born,
        day.year - born.year - ((day.month, day.day) < (born.month, born.day)),
        last_four(row.member_number),
        row.language,
        row.needs_interpreter,
        row.time_zone,
        ", ".join(part for part in (row.city, f"{row.state} {row.zip5}".strip()) if part),
        row.state,
    )


def _covered(row: Coverage, day: date) -> Covered:
    period = row.period
    return Covered(
        row.line_of_business,
        row.plan_name,
        period.lower,
        period.upper,
        (period.lower is None or period.lower <= day) and (period.upper is None or day < period.upper),
    )


def listed_by(*, public_id: UUID) -> Listed | None:
    """Give how a member stands in a list by their public id; it opens no record."""
    row = Member.objects.filter(public_id=public_id).first()
    return None if row is None else _listed(row)


def member_id_by_number(*, member_number: str) -> int | None:
    """Give our own number of a member by the plan's (of the one kept, where two were merged)."""
    rows = Member.objects.filter(member_number=member_number).values_list("id", "merged_into_id")
    row = rows.first()
    return None if row is None else row[1] or row[0]


class CountyMembers(NamedTuple):
    """How many members live in a county, under a line of business ("" is any)."""

    state: str
    county: str
    line: str
    members: int


def covered_by_county(*, day: date) -> list[CountyMembers]:
    """Count the covered members by county and line of business on a day.

    Whoever shows these counts hides the small ones (``access/small_cells``).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.state, m.county_fips, coalesce(c.line_of_business, ''), count(DISTINCT m.id)"
            " FROM members_member m JOIN members_coverage c ON c.member_id = m.id"
            " WHERE c.period @> %s::date AND m.merged_into_id IS NULL AND m.deceased_on IS NULL"
            " GROUP BY GROUPING SETS"
            " ((m.state, m.county_fips, c.line_of_business), (m.state, m.county_fips))",
            [day],
        )
        return [CountyMembers(*row) for row in cursor.fetchall()]


def people_by_county(member_ids: Iterable[int]) -> dict[str, int]:
    """Count some members by the county they live in; the same caution holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT county_fips, count(*) FROM members_member WHERE id = ANY(%s) GROUP BY county_fips",
            [list(member_ids)],
        )
        return dict(cursor.fetchall())
