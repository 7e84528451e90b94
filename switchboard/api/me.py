"""What a member sees and chooses about themselves: wishes, ways to be reached, who may act, who looked.

Only of one's own record: a proxy and staff have other doors.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from switchboard.api.callers import KEYED, once_each
from switchboard.api.problems import Problem, bad_value
from switchboard.api.shapes import Asked, Code, Done, Told, Yes
from switchboard.frontdoor.core.conversation import questions
from switchboard.members.actions.choosing import remove_contact_route, set_language
from switchboard.members.actions.people import NotTaken, revoke_proxy, set_contact_route, set_preferences
from switchboard.members.choices import Acting, acted_for, acting_for, own_routes, spoken_by, wishes_of
from switchboard.members.queries import public_ids_of, viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.audit import looks_at
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.rulebook.listings import codes

router = Router(tags=["me"])
MOST_ROUTES = 10
#: Our word for a wish, and the question whose options it takes.
WISHES = {"genders": "gender", "languages": "language", "modalities": "meet", "backgrounds": "background",
          "times": "times"}  # fmt: skip
LISTINGS = {"state": "states", "language": "languages", "background": "backgrounds"}
Few = Annotated[list[Code], Field(max_length=30)]


class WishesTold(Told):
    """What a member would like in a person and a time; empty means no wish."""

    genders: list[str]
    languages: list[str]
    modalities: list[str]
    backgrounds: list[str]
    times: list[str]


class WishesAsked(Asked):
    """Wishes to keep; one left out stays as it is."""

    genders: Few | None = None
    languages: Few | None = None
    modalities: Few | None = None
    backgrounds: Few | None = None
    times: Few | None = None


class OwnRouteTold(Told):
    """One way to be reached. ``confidential``: only such ways may be used."""

    id: int
    kind: str
    value: str
    may_text: bool
    may_leave_message: bool
    discreet: bool
    confidential: bool
    rank: int


class RouteAsked(Asked):
    """A way to be reached, new or known by its value."""

    kind: Literal["phone", "email", "mail"]
    value: Annotated[str, Field(min_length=1, max_length=400)]
    may_text: Yes = False
    may_leave_message: Yes = False
    discreet: Yes = True
    confidential: Yes = False


class LanguageTold(Told):
    """Language (BCP 47), time zone (IANA), and whether an interpreter is wanted."""

    language: str
    time_zone: str
    interpreter: bool


class LanguageAsked(Asked):
    """The same, to keep."""

    language: Code
    time_zone: Code
    interpreter: Yes = False


class GrantTold(Told):
    """Somebody who may act for somebody: ``may`` is what counts today, ``until`` the first day after."""

    id: int
    name: str
    kind: str
    may: list[str]
    until: date | None


class ActedForTold(GrantTold):
    """Somebody the caller may act for."""

    member: UUID


class PeopleTold(Told):
    """The caller's own record, who may act for them, and for whom they may act."""

    own: UUID | None
    acting_for_me: list[GrantTold]
    i_act_for: list[ActedForTold]


class LookTold(Told):
    """One touch of the member's record."""

    at: datetime
    who: str
    role: str
    mine: bool
    action: str
    data_class: str
    what: str
    reason: str
    allowed: bool


own_only = for_roles(Role.MEMBER)


def _own(viewer: Viewer) -> int:
    if viewer.member_id is None:
        raise Problem(404, "not_found", "This account has no member record.")
    return viewer.member_id


@router.get("/me/wishes", response=WishesTold)
@own_only
def wishes(request: HttpRequest) -> WishesTold:
    """Give what the member would like."""
    viewer = viewer_of(request)
    kept = wishes_of(viewer=viewer, member_id=_own(viewer))
    return WishesTold(**{name: list(getattr(kept, name)) for name in WishesTold.model_fields})


@router.post("/me/wishes", response=Done, openapi_extra=KEYED)
@own_only
@once_each(200)
def keep_wishes(request: HttpRequest, asked: WishesAsked) -> Done:
    """Keep what the member would like; codes are those of the front door's questions."""
    viewer, said = viewer_of(request), asked.model_dump(exclude_none=True)
    for name, chosen in said.items():
        offered = _offered(WISHES[name])
        for place, code in enumerate(chosen):
            if code not in offered:
                raise bad_value(f"/{name}/{place}", "not_an_option")
    unique: dict[str, Any] = {name: list(dict.fromkeys(chosen)) for name, chosen in said.items()}
    set_preferences(member_id=_own(viewer), by=viewer, **unique)
    return Done()


def _offered(code: str) -> frozenset[str]:
    question = questions(today())[code]
    listing = LISTINGS.get(question.kind)
    return frozenset(codes(listing) if listing else (o["code"] for o in question.options)) - {"any"}


@router.get("/me/routes", response=list[OwnRouteTold])
@own_only
def routes(request: HttpRequest) -> list[OwnRouteTold]:
    """Give every way to reach the member, first choice first."""
    viewer = viewer_of(request)
    found = own_routes(viewer=viewer, member_id=_own(viewer))
    names = OwnRouteTold.model_fields.keys() - {"id"}
    return [OwnRouteTold(id=r.route_id, **{n: getattr(r, n) for n in names}) for r in found]


@router.post("/me/routes", response=Done, openapi_extra=KEYED)
@own_only
@once_each(200)
def keep_route(request: HttpRequest, asked: RouteAsked) -> Done:
    """Add a way to be reached, or change what may be said on a known one."""
    viewer = viewer_of(request)
    found = own_routes(viewer=viewer, member_id=_own(viewer))
    known = next((r for r in found if (r.kind, r.value) == (asked.kind, asked.value)), None)
    if known is None and len(found) >= MOST_ROUTES:
        raise Problem(409, "too_many_routes", "That is as many as we can keep: remove one first.")
    rank = known.rank if known else 1 + max((r.rank for r in found), default=0)
    try:
        set_contact_route(member_id=_own(viewer), by=viewer, rank=rank, **asked.model_dump())
    except NotTaken as wrong:
        raise bad_value("/value", "not_an_address", str(wrong)) from wrong
    return Done()


@router.post("/me/routes/{route}/remove", response=Done, openapi_extra=KEYED)
@own_only
@once_each(200)
def remove_route(request: HttpRequest, route: Annotated[int, Field(ge=1, le=2**63 - 1)]) -> Done:
    """Forget a way to be reached; ``done`` is false when there is none of that id."""
    viewer = viewer_of(request)
    return Done(done=remove_contact_route(member_id=_own(viewer), route_id=route, by=viewer))


@router.get("/me/language", response=LanguageTold)
@own_only
def language(request: HttpRequest) -> LanguageTold:
    """Give the member's language and time zone."""
    viewer = viewer_of(request)
    kept = spoken_by(viewer=viewer, member_id=_own(viewer))
    return LanguageTold(language=kept.language, time_zone=kept.time_zone, interpreter=kept.interpreter)


@router.post("/me/language", response=Done, openapi_extra=KEYED)
@own_only
@once_each(200)
def keep_language(request: HttpRequest, asked: LanguageAsked) -> Done:
    """Keep the member's language and time zone."""
    viewer = viewer_of(request)
    if asked.language not in codes("languages"):
        raise bad_value("/language", "not_an_option")
    if asked.time_zone not in available_timezones():
        raise bad_value("/time_zone", "not_an_option")
    set_language(
        member_id=_own(viewer), language=asked.language, time_zone=asked.time_zone,
        interpreter=asked.interpreter, by=viewer,
    )  # fmt: skip
    return Done()


@router.get("/me/people", response=PeopleTold)
@for_roles(Role.MEMBER, Role.PROXY)
def people(request: HttpRequest) -> PeopleTold:
    """Give the caller's own record's id, who may act for them and for whom they may act."""
    viewer = viewer_of(request)
    mine = viewer.member_id if viewer.role is Role.MEMBER else None
    for_me = acting_for(viewer=viewer, member_id=mine) if mine else []
    ids = public_ids_of([*viewer.proxied, *([viewer.member_id] if viewer.member_id else [])])
    return PeopleTold(
        own=ids.get(viewer.member_id or 0),
        acting_for_me=[GrantTold(**_grant(a)) for a in for_me],
        i_act_for=[ActedForTold(**_grant(a), member=ids[a.member_id]) for a in acted_for(viewer=viewer)],
    )


def _grant(acting: Acting) -> dict[str, Any]:
    return {"id": acting.proxy_id, "name": acting.name, "kind": acting.kind, "may": list(acting.may),
            "until": acting.until}  # fmt: skip


@router.post("/me/people/{grant}/end", response=Done, openapi_extra=KEYED)
@own_only
@once_each(200)
def end_grant(request: HttpRequest, grant: Annotated[int, Field(ge=1, le=2**63 - 1)]) -> Done:
    """End now what somebody may do for the member."""
    viewer = viewer_of(request)
    if grant not in {a.proxy_id for a in acting_for(viewer=viewer, member_id=_own(viewer))}:
        raise Problem(404, "not_found", "Nobody of that number acts for you.")
    revoke_proxy(proxy_id=grant, by=viewer)
    return Done()


@router.get("/me/who-looked", response=list[LookTold])
@own_only
@transaction.atomic
def who_looked(request: HttpRequest) -> list[LookTold]:
    """Give who touched the member's record and why, newest first, refusals too; the last 200."""
    viewer = viewer_of(request)
    found = looks_at(viewer=viewer, member_id=_own(viewer))
    return [LookTold(**{n: getattr(look, n) for n in LookTold.model_fields}) for look in found]
