"""Reads of members: rows in, facts out; every query about a person takes ``viewer``."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from switchboard.members.models import Member, Proxy
from switchboard.platform.access import Viewer
from switchboard.platform.clock import today
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
    day = today()
    live = Proxy.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), user_id=user_id, starts_on__lte=day
    )
    rows = live.filter(revoked_at__isnull=True).values_list("member_id", "may")
    return {member_id: frozenset(may) for member_id, may in rows}
