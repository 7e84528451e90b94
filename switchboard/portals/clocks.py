"""The face of a clock: how much of the time to a deadline is spent, and what it says in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = 0.75  # a breach shows before it happens: the last quarter of the time allowed


@dataclass(frozen=True, slots=True)
class Face:
    """What a clock shows: words, the share spent (0 to 1), and a tone (calm, soon, late, met)."""

    words: str
    spent: float
    tone: str

    @property
    def width(self) -> str:
        """Give the bar's length as a number from 0 to 100."""
        return f"{self.spent * 100:.1f}"


def span(time: timedelta) -> str:
    """Say a length of time with its two largest units: ``2 days 3 h``, ``1 h 05 min``, ``12 min``."""
    minutes = max(0, int(abs(time).total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        said = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        return f"{said} {hours} h" if hours and days < 7 else said
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def face(start: datetime, due: datetime, now: datetime, met: datetime | None = None) -> Face:
    """Give the face of the clock that began at ``start`` and runs out at ``due``; ``met`` stops it."""
    whole = max((due - start).total_seconds(), 1.0)
    until = met or now
    spent = min(max((until - start).total_seconds() / whole, 0.0), 1.0)
    late = until > due
    if met and not late:
        return Face(_("Met with %(time)s to spare") % {"time": span(due - met)}, spent, "met")
    if late:
        return Face(_("%(time)s late") % {"time": span(until - due)}, 1.0, "late")
    return Face(_("%(time)s left") % {"time": span(due - now)}, spent, "soon" if spent >= SOON else "calm")
