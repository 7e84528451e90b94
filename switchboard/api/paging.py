"""Long lists by the page: the cursor is signed, one caller's, and ends after an hour."""

from collections.abc import Sequence
from typing import TypeVar

from django.core import signing

from switchboard.api.problems import Problem
from switchboard.platform.access import Viewer

T = TypeVar("T")
PAGE, LARGEST_PAGE = 50, 200
FARTHEST = 2000  # entries of a work list that can be paged through; what is beyond is not anybody's next
VALID_SECONDS = 3600


def start_of(cursor: str | None, viewer: Viewer, name: str) -> int:
    """Give where a page starts; raise 400 for a cursor that is changed, over or another's."""
    if not cursor:
        return 0
    try:
        kept = signing.loads(cursor, salt="switchboard.api.cursor", max_age=VALID_SECONDS)
    except signing.BadSignature as wrong:
        raise _bad_cursor() from wrong
    if kept[:2] != [viewer.user_id, name]:
        raise _bad_cursor()
    return int(kept[2])


def page(
    rows: Sequence[T], start: int, size: int, viewer: Viewer, name: str
) -> tuple[Sequence[T], str | None]:
    """Give the rows of a page and the cursor of the next; None at the end."""
    end = start + size
    if end >= len(rows):
        return rows[start:end], None
    return rows[start:end], signing.dumps([viewer.user_id, name, end], salt="switchboard.api.cursor")


def _bad_cursor() -> Problem:
    return Problem(400, "bad_cursor", "This cursor is not valid any more: start again without one.")
