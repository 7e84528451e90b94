"""Demand on the page: requests by week, waits, clocks, and what runs out soon."""

from datetime import datetime
from typing import Any

from switchboard.insights.core.choice import Choice, mondays
from switchboard.insights.core.demand import Clock, Demand
from switchboard.insights.core.waits import GROUPS
from switchboard.platform.clock import today
from switchboard.portals.charts import bar_chart, line_chart
from switchboard.portals.insights.choosing import URGENCY_WORDS
from switchboard.portals.insights.words import count, day, days, percent
from switchboard.rulebook.listings import label
from switchboard.rulebook.rules import rule

STEP_WORDS = {
    "first": "First time offered",
    "third": "Third next available",
    "start": "Appointment booked",
    "kept": "Appointment kept",
}
SERIES = {"asked": "Asked", "offered": "Offered a time", "booked": "Booked"}
LATE_WORDS = {
    "over": "Has run out",
    "day": "Within a day",
    "two": "Within two days",
    "week": "Within a week",
    "all": "Has run out, or will within a week",
}
CLOCK_HEAD = [
    "Line of business", "Urgency", "People", "Half within (days)", "Nine in ten within (days)", "Clock met",
]  # fmt: skip
Shown = dict[str, Any]


def shown(figures: Demand, choice: Choice, now: datetime) -> Shown:
    """Give what the page shows of the demand."""
    goal = rule("clocks/access_marketplace").on(today())["met_at_least_percent"]
    late, told = figures.soon_late, [c for c in figures.clocks if c.asked is not None]
    return {
        "demand": figures,
        "since": day(mondays(now, choice.weeks)[0]),
        "goal": goal,
        "asked": count(figures.asked),
        "offered": percent(figures.offered),
        "booked": percent(figures.booked),
        "kept": percent(figures.kept),
        "met": percent(figures.met),
        "met_tone": "" if figures.met is None else "good" if figures.met.percent >= goal else "warning",
        "asked_note": f"{choice.weeks} weeks" + (", to the nearest ten" if choice.narrow else ""),
        "wait_value": days(figures.waits["start"].median),
        "wait_note": f"nine in ten within {days(figures.waits['start'].ninetieth)}",
        "goal_note": f"Goal {goal}%",
        "late_head": ["Time left", "People"],
        "clock_head": CLOCK_HEAD,
        "weekly": _weekly(figures, choice, now),
        "waits": _waits(figures),
        "spread": _spread(figures),
        "clocks": [_clock(c) for c in told],
        "clock_tones": ["warning" if c.met and c.met.percent < goal else "" for c in told],
        "clocks_hidden": len(figures.clocks) - len(told),
        "late": [[LATE_WORDS[name], count(n)] for name, n in late.items()],
        "late_tones": ["warning" if name != "week" and n != 0 else "" for name, n in late.items()],
        "calm": all(n == 0 for n in late.values()),
    }  # fmt: skip


def _weekly(figures: Demand, choice: Choice, now: datetime) -> str:
    if not figures.weeks:
        return ""
    labels = [day(monday) for monday in mondays(now, choice.weeks)]
    return line_chart(
        "People by week",
        labels,
        {SERIES[name]: values for name, values in figures.weeks.items()},
        "people a week, to the nearest ten",
        label="Week of",
    )


def _waits(figures: Demand) -> str:
    rows = [
        (STEP_WORDS[step], [wait.median, wait.ninetieth])
        for step, wait in figures.waits.items()
        if wait.median is not None and wait.ninetieth is not None
    ]
    if not rows:
        return ""
    return bar_chart(
        "Business days from asking", rows, ["Half within", "Nine in ten within"], "business days", "Until"
    )


def _spread(figures: Demand) -> str:
    names = [_span(n) for n in range(len(GROUPS) + 1)]
    rows = [(name, [part]) for name, part in zip(names, figures.spread, strict=False) if part is not None]
    if not rows:
        return ""
    return bar_chart("How long the wait was", rows, ["Of those with an appointment"], "percent", "Wait")


def _span(n: int) -> str:
    if n == 0:
        return "Same day"
    if n == len(GROUPS):
        return f"Over {GROUPS[-1]} days"
    return f"{GROUPS[n - 1] + 1} to {GROUPS[n]} days"


def _clock(one: Clock) -> list[str]:
    return [
        label("lines_of_business", one.line),
        URGENCY_WORDS[one.urgency],
        count(one.asked),
        days(one.wait.median),
        days(one.wait.ninetieth),
        percent(one.met),
    ]
