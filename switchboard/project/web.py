"""The web server: Django is loaded once, each web process is a copy. ``python -m switchboard.project.web``.

Copies start at once and share memory. What belongs to one process (the thread that follows the match, the
wish to end with its parent) begins in :func:`serving`, which Granian calls in each.
"""

import argparse
import threading
from typing import TYPE_CHECKING

from switchboard.platform.processes import dying_with_parent
from switchboard.project.copies import steadfast
from switchboard.project.wsgi import application

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

THREADS = 8  # of each process, so that a slow question keeps nobody waiting
KILL_SECONDS = 8  # for requests under way when asked to stop


def load() -> None:
    """Load every page's code: what is loaded before the copies are made is loaded once."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    if threading.active_count() > 1:  # a lock it holds while we are copied stays locked in the copy for ever
        raise RuntimeError("Something started a thread while it was imported: start it in serving().")


def serving() -> "WSGIHandler":
    """Begin what each process does for itself; give the application. The match loads meanwhile."""
    from switchboard.matching.queries import age, follow
    from switchboard.platform import health

    dying_with_parent()()  # the copies would outlive the server otherwise, and keep its port
    health.further.append(lambda: health.warmth(loaded=age() is not None))
    follow()
    return application


def main() -> None:
    """Serve until told to stop."""
    from granian.constants import HTTPModes, Interfaces

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--processes", type=int, default=1)
    given = asked.parse_args()
    load()
    steadfast()(
        "switchboard.project.web:serving",
        factory=True,
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=given.processes,
        blocking_threads=THREADS,
        websockets=False,
        http=HTTPModes.http1,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
    ).serve()


if __name__ == "__main__":
    main()
