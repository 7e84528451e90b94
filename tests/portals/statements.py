"""Count the statements of one page, transaction turns aside."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST = 12
TURNS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


def statements_of(ask: Callable[[], Any]) -> list[str]:
    """Ask twice, so that caches are warm; give the statements of the second time."""
    ask()
    with CaptureQueriesContext(connection) as seen:
        assert ask().status_code == 200
    return [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(TURNS)]
