"""What a reader has chosen to look at: line of business, state, urgency and how many weeks back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PERIODS = (4, 8, 13, 26)  # weeks, this one included
AHEAD_WEEKS = 8
SOON_WEEKS = 4  # "open time in the next four weeks", this one included
#: Days and weeks on these pages are those of the plan's own office.
ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice; "" is all. ``weeks`` counts back from this one, which is included."""

    line: str = ""
    state: str = ""
    urgency: str = ""
    weeks: int = 8

    @property
    def narrow(self) -> bool:
        """Say whether fewer than all people are counted."""
        return bool(self.line or self.state or self.urgency)


def monday(now: datetime) -> date:
    """Give the Monday of the week of an instant."""
    day = now.astimezone(ZoneInfo(ZONE)).date()
    return day - timedelta(days=day.weekday())


def start_of(day: date) -> datetime:
    """Give the instant at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def mondays(now: datetime, weeks: int) -> list[date]:
    """Give the Mondays of the last ``weeks`` weeks, oldest first, this one included."""
    return [monday(now) - timedelta(weeks=n) for n in reversed(range(weeks))]
