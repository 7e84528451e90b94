"""How figures are said: plain words, and one mark for what is not shown."""

from datetime import date

from switchboard.insights.core.cells import Share
from switchboard.portals.charts import written

HIDDEN = "–"


def count(value: float | None) -> str:
    """Write a count; what is hidden is a dash, explained on the page."""
    return HIDDEN if value is None else written(value)


def percent(value: Share | None) -> str:
    """Write a share: ``88%``, ``over 94%``."""
    return HIDDEN if value is None else f"{value.bound} {value.percent}%".strip()


def days(value: float | None) -> str:
    """Write business days."""
    return HIDDEN if value is None else written(value)


def day(value: date) -> str:
    """Write a day shortly: ``Oct 5``."""
    return f"{value:%b} {value.day}"
