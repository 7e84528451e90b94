"""Two records that may be one person: what waits, what was decided, and both side by side, audited."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from switchboard.kernel.reasons import Reason
from switchboard.members.models import ContactRoute, Coverage, DuplicateCandidate, Member, MemberKey
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import together, touch
from switchboard.platform.masking import last_four


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair in a list: how alike and why; nothing of who they are."""

    pair_id: int
    likeness: float
    because: tuple[Reason, ...]
    found_at: datetime
    decision: str
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records. Ways to reach them show their last four characters."""

    member_id: int
    name: str
    preferred_name: str
    birth_date: date
    sex: str
    number: str
    address: str
    language: str
    contacts: tuple[str, ...]
    coverage: tuple[str, ...]
    sources: tuple[str, ...]
    since: datetime
    merged: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Both records; the left one is the older and stays when they are one."""

    line: PairLine
    left: Side
    right: Side


def pairs_waiting(*, limit: int = 100) -> list[PairLine]:
    """Give the pairs nobody has decided, most alike first."""
    rows = DuplicateCandidate.objects.filter(decision="").select_related("decided_by")
    return [_line(row) for row in rows.order_by("-likeness", "id")[:limit]]


def pairs_decided(*, limit: int = 20) -> list[PairLine]:
    """Give the pairs decided last."""
    rows = DuplicateCandidate.objects.exclude(decision="").select_related("decided_by")
    return [_line(row) for row in rows.order_by("-decided_at")[:limit]]


def members_of_pair(*, pair_id: int) -> tuple[int, int] | None:
    """Give our own numbers of the two; it opens no record. None when there is no such pair."""
    return DuplicateCandidate.objects.filter(pk=pair_id).values_list("left_id", "right_id").first()


def pair_of(*, viewer: Viewer, pair_id: int) -> Pair | None:
    """Give both records side by side, each audited; None when there is no such pair.

    Raises ``AccessDenied`` unless the viewer has opened both (``relate``).
    """
    with together():
        row = (
            DuplicateCandidate.objects.select_related("left", "right", "decided_by")
            .filter(pk=pair_id)
            .first()
        )
        if row is None:
            return None
        both = [row.left_id, row.right_id]
        routes = _by_member(ContactRoute.objects.filter(member_id__in=both).order_by("rank", "id"))
        lines = _by_member(Coverage.objects.filter(member_id__in=both).order_by("line_of_business"))
        keys = _by_member(MemberKey.objects.filter(member_id__in=both).order_by("source"))
        left, right = (
            _side(viewer, one, routes[one.pk], lines[one.pk], keys[one.pk]) for one in (row.left, row.right)
        )
        return Pair(_line(row), left, right)


def _line(row: DuplicateCandidate) -> PairLine:
    because = tuple(Reason.from_json(r) for r in row.because)
    decided_by = row.decided_by.name if row.decided_by else ""
    return PairLine(row.pk, row.likeness, because, row.found_at, row.decision, row.decided_at, decided_by)


def _by_member(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Sort what is known of both by whose it is."""
    sorted_: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        sorted_[row.member_id].append(row)
    return sorted_


def _side(
    viewer: Viewer,
    row: Member,
    routes: Sequence[ContactRoute],
    lines: Sequence[Coverage],
    keys: Sequence[MemberKey],
) -> Side:
    touch(viewer=viewer, member_id=row.pk, data_class=DataClass.IDENTITY, what="duplicate")
    touch(viewer=viewer, member_id=row.pk, data_class=DataClass.SAFE_CONTACT, what="duplicate")
    touch(viewer=viewer, member_id=row.pk, data_class=DataClass.COVERAGE, what="duplicate")
    city = f"{row.state} {row.zip5}".strip()
    return Side(
        row.pk,
        f"{row.given_name} {row.family_name}".strip(),
        row.preferred_name,
        row.birth_date,
        row.sex,
        last_four(row.member_number),
        ", ".join(part for part in (row.address_line, row.city, city) if part),
        row.language,
        tuple(f"{route.kind} {last_four(route.value)}" for route in routes if not route.confidential),
        tuple(dict.fromkeys(line.line_of_business for line in lines)),
        tuple(dict.fromkeys(key.source for key in keys)),
        row.created_at,
        row.merged_into_id is not None,
    )
