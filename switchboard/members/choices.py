"""What members have chosen: wishes, ways to reach them, language, who acts for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from switchboard.members.models import ContactRoute, Member, Preference, Proxy
from switchboard.members.queries import given_names
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import today


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a member would like in a practitioner and a time; empty means no wish."""

    genders: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    times: tuple[str, ...] = ()


def wishes_of(*, viewer: Viewer, member_id: int) -> Wishes:
    """Give what a member would like, audited."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.CLINICAL, what="preferences",
              scope="assessments")  # fmt: skip
        row = Preference.objects.filter(member_id=member_id).first()
    if row is None:
        return Wishes()
    return Wishes(*map(tuple, (row.genders, row.languages, row.modalities, row.backgrounds, row.times)))


@dataclass(frozen=True, slots=True)
class OwnRoute:
    """One way to be reached, as the member sees and changes it."""

    route_id: int
    kind: str
    value: str
    may_text: bool
    may_leave_message: bool
    discreet: bool
    confidential: bool
    rank: int


def own_routes(*, viewer: Viewer, member_id: int) -> list[OwnRoute]:
    """Give every way to reach a member, to the member, audited; others ask ``safe_contact``."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.SAFE_CONTACT, what="routes")
        rows = ContactRoute.objects.filter(member_id=member_id).order_by("rank", "id")
        return [
            OwnRoute(
                r.pk, r.kind, r.value, r.may_text, r.may_leave_message, r.discreet, r.confidential, r.rank
            )
            for r in rows
        ]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A member's language, time zone, and whether they want an interpreter."""

    language: str
    time_zone: str
    interpreter: bool


def spoken_by(*, viewer: Viewer, member_id: int) -> Spoken:
    """Give a member's language and time zone, audited."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.IDENTITY, what="language")
        row = Member.objects.get(pk=member_id)
    return Spoken(row.language, row.time_zone, row.needs_interpreter)


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who may act for a member; ``may`` is what counts today, ``until`` the first day after."""

    proxy_id: int
    member_id: int
    name: str
    kind: str
    may: tuple[str, ...]
    until: date | None


def acting_for(*, viewer: Viewer, member_id: int) -> list[Acting]:
    """Give who may act for a member, audited."""
    with transaction.atomic():
        touch(viewer=viewer, member_id=member_id, data_class=DataClass.IDENTITY, what="proxies")
        rows = Proxy.objects.filter(member_id=member_id, revoked_at__isnull=True).select_related("user")
        live = [row for row in rows if row.ends_on is None or row.ends_on > today()]
        return [_acting(row, row.user.name) for row in live]


def acted_for(*, viewer: Viewer) -> list[Acting]:
    """Give whom a viewer may act for today: how to call each, and in what."""
    live = Proxy.objects.filter(revoked_at__isnull=True, member_id__in=list(viewer.proxied))
    rows = [row for row in live if row.user_id == viewer.user_id]
    names = given_names(viewer=viewer, member_ids=[row.member_id for row in rows])
    return [_acting(row, names.get(row.member_id, ""), viewer.proxied[row.member_id]) for row in rows]


def _acting(row: Proxy, name: str, may: Iterable[str] | None = None) -> Acting:
    allowed = row.may if may is None else may
    return Acting(row.pk, row.member_id, name, row.kind, tuple(sorted(allowed)), row.ends_on)
