"""The web server: Django is loaded once, each web process is a copy. ``python -m switchboard.project.web``.

Copies start at once and share memory. What belongs to one process (the thread that follows the match, the
wish to end with its parent) begins in :func:`serving`, which Granian calls in each.
"""

import argparse
import threading
import time
from typing import TYPE_CHECKING, Any

from switchboard.platform.processes import dying_with_parent
from switchboard.project.wsgi import application

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

THREADS = 8  # of each process, so that a slow question keeps nobody waiting
KILL_SECONDS = 8  # for requests under way when asked to stop
STILLBORN_SECONDS = 0.5  # a copy that falls sooner never served: something is wrong with all of them
STILLBORN_IN_A_ROW = 8  # then the server ends too, and whoever started it loads Django anew


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


class Births:
    """How long to rest before a fallen copy is replaced: not at all, unless copies fall before they serve."""

    def __init__(self) -> None:
        self.stillborn = 0

    def rest_after(self, lived: float) -> float | None:
        """Give the seconds to rest after a copy that lived so long; None when it is time to give up."""
        self.stillborn = self.stillborn + 1 if lived < STILLBORN_SECONDS else 0
        if self.stillborn >= STILLBORN_IN_A_ROW:
            return None
        return 0.05 * 2**self.stillborn if self.stillborn else 0.0


def steadfast() -> Any:
    """Give Granian's server, made to replace a fallen copy however often copies fall.

    Its own calls two falls of one copy within 5.5 seconds a crash loop and ends: a person in a crisis would
    wait for Django to load (five seconds) where a new copy serves in a tenth of one.
    """
    from granian.server import Server

    class Steadfast(Server):  # type: ignore[misc, valid-type]  # which class it is depends on the interpreter
        births = Births()

        def _respawn_workers(self, workers: Any, *given: Any, **more: Any) -> None:
            rest = self.births.rest_after(time.monotonic() - min(self.wrks[idx].birth for idx in workers))
            if rest is None:
                self.interrupt_children.extend(workers)  # so that it ends with a failure
                self.signal_handler_interrupt()
                return
            time.sleep(rest)
            super()._respawn_workers(workers, *given, **more)
            self.respawned_wrks.clear()
            if self.interrupt_children:  # fell meanwhile: the loop has cleared its wake-up call for them
                self.main_loop_interrupt.set()

    return Steadfast


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
