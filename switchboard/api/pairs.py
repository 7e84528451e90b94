"""Two records that may be one person: what waits, both side by side, one or two, and apart again."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from switchboard.api.callers import KEYED, once_each
from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Done, ReasonTold, Told, reasons
from switchboard.members.actions.people import decide_duplicate, undo_merge
from switchboard.members.queries import viewer_of
from switchboard.members.queries_pairs import (
    PairLine,
    Side,
    members_of_pair,
    pair_of,
    pairs_decided,
    pairs_waiting,
)
from switchboard.platform.audit import relate
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role

router = Router(tags=["pairs"])
LOOKED_MINUTES = 30
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
decides = for_roles(Role.SUPERVISOR)


class PairLineTold(Told):
    """A pair: how alike (0 to 1) and why; nothing of who they are."""

    id: int
    likeness: float
    because: list[ReasonTold]
    found_at: datetime
    decision: str
    decided_at: datetime | None
    decided_by: str


class PairsTold(Told):
    """What waits, most alike first, and what was decided last."""

    waiting: list[PairLineTold]
    decided: list[PairLineTold]


class SideTold(Told):
    """One of the two records; numbers and ways to reach them show their last four."""

    name: str
    preferred_name: str
    birth_date: date
    sex: str
    number: str
    address: str
    language: str
    contacts: list[str]
    coverage: list[str]
    sources: list[str]
    since: datetime
    merged: bool


class PairTold(Told):
    """Both records; the left one is the older and stays when they are one."""

    pair: PairLineTold
    left: SideTold
    right: SideTold


class DecideAsked(Asked):
    """The same person, two people, or take a merge apart again."""

    decision: Literal["same", "different", "undo"]


@router.get("/pairs", response=PairsTold)
@decides
def pairs(request: HttpRequest) -> PairsTold:
    """Give the pairs that may be one person; they name nobody."""
    language = viewer_of(request).language
    return PairsTold(
        waiting=[_line(line, language) for line in pairs_waiting()],
        decided=[_line(line, language) for line in pairs_decided()],
    )


@router.post("/pairs/{pair}/open", response=Done, openapi_extra=KEYED)
@decides
@once_each(200)
def compare(request: HttpRequest, pair: Number) -> Done:
    """Open both records for half an hour; both members can see who looked."""
    for member in _members(pair):
        relate(
            viewer=viewer_of(request), member_id=member, kind="task", minutes=LOOKED_MINUTES,
            reason="Are these two records one person?",
        )  # fmt: skip
    return Done()


@router.get("/pairs/{pair}", response=PairTold)
@decides
def one(request: HttpRequest, pair: Number) -> PairTold:
    """Give both records side by side; open them first."""
    viewer = viewer_of(request)
    found = pair_of(viewer=viewer, pair_id=pair)
    if found is None:
        raise _none()
    return PairTold(pair=_line(found.line, viewer.language), left=_side(found.left), right=_side(found.right))


@router.post("/pairs/{pair}/decide", response=Done, openapi_extra=KEYED)
@decides
@once_each(200)
def decide(request: HttpRequest, pair: Number, asked: DecideAsked) -> Done:
    """Say that they are one person or two, or take a merge apart again; open them first."""
    _left, right = _members(pair)
    viewer = viewer_of(request)
    if asked.decision == "undo":
        undo_merge(member_id=right, by=viewer)
    else:
        decide_duplicate(candidate_id=pair, decision=asked.decision, by=viewer)
    return Done()


def _members(pair: int) -> tuple[int, int]:
    found = members_of_pair(pair_id=pair)
    if found is None:
        raise _none()
    return found


def _line(line: PairLine, language: str) -> PairLineTold:
    own = {n: getattr(line, n) for n in PairLineTold.model_fields if n not in ("id", "because")}
    return PairLineTold(id=line.pair_id, because=reasons(line.because, language), **own)


def _side(side: Side) -> SideTold:
    own = {name: getattr(side, name) for name in SideTold.model_fields}
    return SideTold(**own | {name: list(v) for name, v in own.items() if isinstance(v, tuple)})


def _none() -> Problem:
    return Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
