"""By when a request must have its appointment: the strictest clock that applies.

Clocks are rule data (``clocks/access_*``), by line of business, state and urgency, in hours, calendar days or
business days of the place. The day of asking does not count; the last day counts to its end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from switchboard.kernel.clocks import after_business_days, end_of
from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value, chapter_rules, rule

# A milder urgency's clock also bounds a graver one, where a rule names no clock for the graver.
FALLBACK = {
    "emergency": ("emergency", "urgent", "soon", "routine"),
    "urgent": ("urgent", "soon", "routine"),
    "soon": ("soon", "routine"),
    "routine": ("routine",),
}
DUE_WORDS = {
    "hours": "access_due_hours",
    "days": "access_due_days",
    "business_days": "access_due_business_days",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clock needs to know of a request. ``asked``: aware; ``zone``: the place's IANA name."""

    line_of_business: str
    state: str
    urgency: str
    asked: datetime
    zone: str
    after_discharge: bool = False


def access_rules(day: date) -> tuple[Value, ...]:
    """Give every access clock in force on a day."""
    named = (rule(name) for name in chapter_rules("clocks") if name.startswith("clocks/access_"))
    return tuple(value for value in (r.held_on(day) for r in named) if value is not None)


def due(asked: Asked, rules: Iterable[Value]) -> Decision[datetime | None]:
    """Give the instant before which the appointment must start; None when no clock applies."""
    found = [
        (_deadline(asked, span), span, rule_value)
        for rule_value in rules
        if _applies(asked, rule_value)
        for span in _spans(asked, rule_value)
    ]
    if not found:
        params = {"line": asked.line_of_business or "-", "urgency": asked.urgency}
        return Decision(None, (Reason("no_access_clock", params),))
    deadline, span, strictest = min(found, key=lambda f: f[0])
    (unit, count), *_ = span.items()
    return Decision(deadline, (Reason(DUE_WORDS[unit], {"count": count}, strictest.ref),))


def _applies(asked: Asked, value: Value) -> bool:
    states = value["states"]
    return asked.line_of_business in value["lines_of_business"] and (not states or asked.state in states)


def _spans(asked: Asked, value: Value) -> list[Mapping[str, Any]]:
    named = [value.get(u) for u in FALLBACK[asked.urgency] if value.get(u)][:1]
    discharge = value.get("after_discharge") if asked.after_discharge else None
    return [*named, *([discharge] if discharge else [])]


def _deadline(asked: Asked, span: Mapping[str, Any]) -> datetime:
    if "hours" in span:
        return asked.asked + timedelta(hours=span["hours"])
    day = asked.asked.astimezone(ZoneInfo(asked.zone)).date()
    if "days" in span:
        return end_of(day + timedelta(days=span["days"]), asked.zone)
    return end_of(after_business_days(day, span["business_days"], asked.state), asked.zone)


def standing(due_at: datetime | None, now: datetime, start: datetime | None) -> str:
    """Say how a request stands: met, late, breached, tight (under two days left), open or none."""
    if due_at is None:
        return "none"
    if start is not None:
        return "met" if start < due_at else "late"
    if now >= due_at:
        return "breached"
    return "tight" if due_at - now < timedelta(days=2) else "open"
