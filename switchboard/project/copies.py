"""The web server's copies are replaced when they fall, however often they fall. Loads no Django."""

import time
from typing import Any

STILLBORN_SECONDS = 0.5  # a copy that falls sooner never served: something is wrong with all of them
STILLBORN_IN_A_ROW = 8  # then the server ends too, and whoever started it loads Django anew


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
