"""How often a caller may ask: so many a second, in bursts, for each key or session; never the crisis path.

In-process on purpose: it keeps one caller from starving the others, and costs a dictionary look-up.
"""

import os
import time

from django.http import HttpRequest
from ninja.throttling import BaseThrottle

RATE = float(os.environ.get("SWITCHBOARD_API_RATE", "50"))  # requests a second for each caller and process
BURST = 4.0  # seconds of asking saved up
CALLERS = 10_000


class PerCaller(BaseThrottle):
    """A bucket for each caller that fills steadily; empty means wait."""

    def __init__(self, rate: float = RATE) -> None:
        self.rate = rate
        self.buckets: dict[object, tuple[float, float]] = {}

    def allow_request(self, request: HttpRequest) -> bool:
        """Take one from the caller's bucket, if there is one."""
        token = getattr(request, "token", None)
        caller = ("key", token.pk) if token is not None else ("user", getattr(request.user, "pk", None))
        at = time.monotonic()
        full = self.rate * BURST
        left, then = self.buckets.get(caller, (full, at))
        left = min(full, left + (at - then) * self.rate)
        if left < 1:
            return False
        if len(self.buckets) > CALLERS:
            self.buckets.clear()
        self.buckets[caller] = (left - 1, at)
        return True

    def wait(self) -> float:
        """Give the seconds until there is one more for whoever has none."""
        return max(1.0, 1 / self.rate)
