"""Things for people to do: the queues, taking one with the record it is about, saying how it ended.

Each role sees the queues its pages show. Who looked up too many people is for a supervisor's eyes, and never
settled by the one it is about; what imports left open and pairs of records have their own operations.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from switchboard.api.callers import DESK, KEYED, once_each
from switchboard.api.paging import FARTHEST, LARGEST_PAGE, PAGE, page, start_of
from switchboard.api.people import member_or_404
from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Done, Told
from switchboard.frontdoor.queries import request_waiting, requests_of
from switchboard.members.queries import public_ids_of, viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.audit import at_work_on, relate
from switchboard.platform.doors import for_roles
from switchboard.platform.insider import PRIVACY
from switchboard.platform.locks import one_at_a_time
from switchboard.platform.roles import Role
from switchboard.platform.worklist import Work, close_work, take, waiting, work_numbered, work_of

router = Router(tags=["work"])
ELSEWHERE = ("import-review", "duplicates")  # settled by operations of their own
TASK_MINUTES = 60


class WorkTold(Told):
    """One open thing to do. ``urgency``: 1 now, 2 today, 3 routine; ``mine``: my name is on it."""

    id: UUID
    queue: str
    kind: str
    subject: str
    urgency: int
    opened_at: datetime
    due_at: datetime
    taken: bool
    mine: bool
    note: str = ""


class WorkPage(Told):
    """Open work, most urgent and soonest due first, and the cursor of the next page."""

    work: list[WorkTold]
    next: str | None


class TakenTold(Told):
    """A thing to do, taken: whose record is open now, and until when. Both null where it is nobody's."""

    member: UUID | None
    until: datetime | None


class EndAsked(Asked):
    """How it ended."""

    outcome: Annotated[str, Field(min_length=1, max_length=60)]


@router.get("/work", response=WorkPage)
@for_roles(*DESK)
def work(
    request: HttpRequest,
    queue: Annotated[str | None, Query(max_length=40)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> WorkPage:
    """Give open work, of one queue or of all; notes stay with the record they are about."""
    viewer, name = viewer_of(request), f"work:{queue or ''}"
    start = start_of(cursor, viewer, name)
    queues = (queue,) if queue else ()
    seen = [one for one in waiting(*queues, limit=FARTHEST) if _may_see(viewer, one)]
    rows, following = page(seen, start, limit, viewer, name)
    return WorkPage(work=[_told(one, viewer) for one in rows], next=following)


@router.get("/members/{member}/work", response=list[WorkTold])
@for_roles(*DESK)
def work_about(request: HttpRequest, member: UUID) -> list[WorkTold]:
    """Give what is still to do for a member whose record is open to the caller, with its notes."""
    viewer, number = viewer_of(request), member_or_404(member)
    requests_of(viewer=viewer, member_id=number, limit=1)
    mine = [one for one in work_of(member_id=number) if _may_see(viewer, one)]
    return [_told(one, viewer).model_copy(update={"note": one.note}) for one in mine]


def _may_see(viewer: Viewer, one: Work) -> bool:
    if one.queue == PRIVACY:
        return viewer.role is Role.SUPERVISOR and one.subject != f"user:{viewer.user_id}"
    return one.queue not in ELSEWHERE


def _told(one: Work, viewer: Viewer) -> WorkTold:
    return WorkTold(
        id=one.public_id, queue=one.queue, kind=one.kind, subject=one.subject, urgency=one.urgency,
        opened_at=one.opened_at, due_at=one.due_at, taken=one.assigned_to is not None,
        mine=one.assigned_to is not None and one.assigned_to == viewer.user_id,
    )  # fmt: skip


@router.post("/work/{item}/take", response=TakenTold, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(200)
@transaction.atomic
def take_it(request: HttpRequest, item: UUID) -> TakenTold:
    """Put one's name on a thing to do and open the record it is about; 409 when somebody has that open."""
    viewer = viewer_of(request)
    one_at_a_time("desk:take")
    found = _found(viewer, item)
    told = _opened(viewer, found.member_id, f"Work queue: {found.kind.replace('_', ' ')}")
    take(public_id=item, by=viewer)
    return told


@router.post("/requests/{request_id}/take", response=TakenTold, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(200)
@transaction.atomic
def take_request(request: HttpRequest, request_id: UUID) -> TakenTold:
    """Open the record of a request that waits; 409 when somebody has it open."""
    viewer = viewer_of(request)
    one_at_a_time("desk:take")
    found = request_waiting(public_id=request_id)
    if found is None:
        raise _none()
    return _opened(viewer, found.member_id, "Work queue: request for care")


def _opened(viewer: Viewer, member_id: int | None, reason: str) -> TakenTold:
    if member_id is None:
        return TakenTold(member=None, until=None)
    holder = at_work_on([member_id]).get(member_id)
    if holder is not None and holder[0] != viewer.user_id:
        raise Problem(409, "held", "Somebody has this record open: take another, or open it with a reason.")
    until = relate(viewer=viewer, member_id=member_id, kind="task", reason=reason, minutes=TASK_MINUTES)
    return TakenTold(member=public_ids_of([member_id])[member_id], until=until)


@router.post("/work/{item}/close", response=Done, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(200)
def close_it(request: HttpRequest, item: UUID, asked: EndAsked) -> Done:
    """Say how it ended; about a member, only while their record is open to the caller."""
    viewer = viewer_of(request)
    found = _found(viewer, item)
    if found.member_id is not None:
        requests_of(viewer=viewer, member_id=found.member_id, limit=1)
    if not close_work(public_id=item, outcome=asked.outcome, by=viewer):
        raise _none()
    return Done()


def _found(viewer: Viewer, item: UUID) -> Work:
    found = work_numbered(public_id=item)
    if found is None or not _may_see(viewer, found):
        raise _none()
    return found


def _none() -> Problem:
    return Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
