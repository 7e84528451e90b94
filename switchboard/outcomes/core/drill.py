"""Is the alarm chain alive? It is when a made-up positive answer was paged not long ago."""

from datetime import datetime, timedelta

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value


def standing(last_passed: datetime | None, started: datetime, now: datetime, rule: Value) -> Decision[str]:
    """Say ``fine`` or ``silent``; before the first drill the time since ``started`` counts."""
    quiet = now - (last_passed or started)
    seconds = int(quiet.total_seconds())
    if quiet > timedelta(seconds=rule["alarm_after_seconds"]):
        return Decision("silent", (Reason("drill_silent", {"seconds": seconds}, rule.ref),))
    return Decision("fine", (Reason("drill_fine", {"seconds": seconds}, rule.ref),))
