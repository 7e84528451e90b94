"""Things for people to do: the queues, taking one, saying how it ended."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from switchboard.api.callers import DESK, KEYED, once_each
from switchboard.api.paging import FARTHEST, LARGEST_PAGE, PAGE, page, start_of
from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Done, Told
from switchboard.members.queries import viewer_of
from switchboard.platform.doors import for_roles
from switchboard.platform.worklist import close_work, take, waiting

router = Router(tags=["work"])


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


class WorkPage(Told):
    """Open work, most urgent and soonest due first, and the cursor of the next page."""

    work: list[WorkTold]
    next: str | None


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
    rows, following = page(waiting(*queues, limit=FARTHEST), start, limit, viewer, name)
    told = [
        WorkTold(
            id=w.public_id, queue=w.queue, kind=w.kind, subject=w.subject, urgency=w.urgency,
            opened_at=w.opened_at, due_at=w.due_at, taken=w.assigned_to is not None,
            mine=w.assigned_to is not None and w.assigned_to == viewer.user_id,
        )
        for w in rows
    ]  # fmt: skip
    return WorkPage(work=told, next=following)


@router.post("/work/{item}/take", response=Done, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(200)
def take_it(request: HttpRequest, item: UUID) -> Done:
    """Put one's name on a thing to do."""
    take(public_id=item, by=viewer_of(request))
    return Done()


@router.post("/work/{item}/close", response=Done, openapi_extra=KEYED)
@for_roles(*DESK)
@once_each(200)
def close_it(request: HttpRequest, item: UUID, asked: EndAsked) -> Done:
    """Say how it ended; 409 when it was closed before, or there is none such."""
    if not close_work(public_id=item, outcome=asked.outcome, by=viewer_of(request)):
        raise Problem(409, "closed_before", "There is no such open thing to do.")
    return Done()
