"""Reads of members: rows in, facts out; every query about a person takes ``viewer``."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from switchboard.members.core.guardians import Grant, may_see
from switchboard.members.models import Coverage, Member, Preference, Proxy
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import today
from switchboard.platform.roles import PURPOSE, Role
from switchboard.rulebook.rules import rule


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
    own = Member.objects.filter(user_id=user.pk, merged_into__isnull=True).values_list("id", flat=True)
    return Viewer(
        user_id=user.pk,
        name=user.name,
        role=role,
        purpose=PURPOSE[role],
        member_id=own.first() if role in {Role.MEMBER, Role.PROXY} else None,
        proxied=_proxied(user.pk) if role in {Role.MEMBER, Role.PROXY} else {},
        licensed=bool(user.licence),
        language=language,
        request_id=request_id,
        scopes=scopes,
    )


def _proxied(user_id: int) -> dict[int, frozenset[str]]:
    """Give whom a user may act for today and in what; a parent's view narrows and ends by the child's age."""
    grants = Proxy.objects.filter(user_id=user_id, revoked_at__isnull=True).select_related("member")
    seen = {grant.member_id: _allowed(grant) for grant in grants}
    return {member_id: may for member_id, may in seen.items() if may}


def _allowed(grant: Proxy) -> frozenset[str]:
    day = today(grant.member.time_zone)
    return may_see(
        Grant(grant.kind, frozenset(grant.may), grant.starts_on, grant.ends_on),
        born=grant.member.birth_date,
        state=grant.member.state,
        day=day,
        rules=rule("consent/proxies").on(day),
        ages=rule("consent/minors_outpatient_mental_health").on(day),
    ).outcome


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
        row = Member.objects.get(pk=member_id)
        wish = Preference.objects.filter(member_id=member_id).first()
        covered = Coverage.objects.filter(member_id=member_id, period__contains=today(row.time_zone))
        line = covered.order_by("-period").values_list("line_of_business", flat=True).first()
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


def member_id_of(*, public_id: UUID) -> int | None:
    """Give our own number of a member (of the one kept, where two were merged); it opens no record."""
    row = Member.objects.filter(public_id=public_id).values_list("id", "merged_into_id").first()
    return None if row is None else row[1] or row[0]


def public_ids_of(member_ids: Collection[int]) -> dict[int, UUID]:
    """Give the public id of each member; it opens no record."""
    return dict(Member.objects.filter(pk__in=member_ids).values_list("id", "public_id"))
