"""Supply on the page: open against used time, and where it is scarce beside who asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from switchboard.insights.core.cells import safe
from switchboard.insights.core.choice import ZONE, Choice, monday
from switchboard.insights.core.demand import Demand
from switchboard.insights.queries import Supply, Time
from switchboard.platform.clock import today
from switchboard.portals.charts import bar_chart, column_chart, written
from switchboard.portals.geo import index, state
from switchboard.portals.insights.words import count, day
from switchboard.portals.maps import county_map
from switchboard.rulebook.listings import label
from switchboard.rulebook.rules import rule

KIND_WORDS = {
    "independent": "Independent practices",
    "small_group": "Small groups",
    "large_group": "Large groups",
    "aggregator": "Aggregators",
    "point_solution": "Point solutions",
    "specialty_program": "Specialty programs",
    "registry": "Registries",
    "plan": "The plan's own",
}
MOST_STATES = 6  # on one map; beyond, choose one
SCARCEST = 6
USED_OPEN = ["Booked", "Open"]
NEED_HEAD = ["Need", "People who asked", "Open hours, next four weeks", "Open hours a person"]
COUNTY_HEAD = ["County", "Members", "People who asked", "Open hours", "Per 1,000"]


def shown(time: Supply, asked: Demand, now: datetime, choice: Choice) -> dict[str, Any]:
    """Give what the page shows of the supply, and of demand beside it."""
    if time.counted is None:
        return {"counted": None}
    professions = {k: label("professions", k) if k else "Not known" for k in time.soon.get("profession", {})}
    drawn = _drawn(time, choice)
    rates = _rates(time, drawn)
    return {
        "counted": time.counted,
        "counted_words": _counted(time.counted),
        "need_head": NEED_HEAD,
        "county_head": COUNTY_HEAD,
        **_open_soon(time),
        "weeks": _weeks(time, now),
        "professions": _bars("By profession, next four weeks", time.soon.get("profession", {}), professions),
        "kinds": _bars("By kind of source, next four weeks", time.soon.get("kind", {}), KIND_WORDS),
        "needs": _needs(time, asked),
        "needs_hidden": ", ".join(label("conditions", n) for n, people in asked.needs.items() if not people),
        "map": _map(rates, drawn),
        "too_many_states": not drawn and bool(time.states),
        "counties": _counties(time, asked, rates, drawn),
    }


def hours(minutes: int) -> int:
    """Give whole hours."""
    return round(minutes / 60)


def _counted(at: datetime) -> str:
    local = at.astimezone(ZoneInfo(ZONE))
    return f"{day(local.date())} at {local:%I:%M %p}".replace(" at 0", " at ")


def _open_soon(time: Supply) -> dict[str, Any]:
    total = time.soon.get("kind", {}).values()
    open_, used = sum(t.open for t in total), sum(t.used for t in total)
    if not open_ + used:
        return {}
    return {
        "open_soon": {"hours": written(hours(open_))},
        "open_note": f"{round(100 * open_ / (open_ + used))}% of time still open",
    }


def _weeks(time: Supply, now: datetime) -> str:
    if not time.weeks:
        return ""
    this = monday(now)
    rows = [(day(week), [hours(t.used), hours(t.open)]) for week, t in time.weeks.items()]
    present = next(((n, "This week") for n, week in enumerate(time.weeks) if week == this), None)
    return column_chart("Booked and open time by week", rows, USED_OPEN, "hours", "Week of", present)


def _bars(title: str, found: Mapping[str, Time], words: Mapping[str, str]) -> str:
    if not found:
        return ""
    rows = sorted(((words.get(key, key), [hours(t.used), hours(t.open)]) for key, t in found.items()),
                  key=lambda row: -sum(row[1]))  # fmt: skip
    return bar_chart(title, rows, USED_OPEN, "hours", "Kind")


def _needs(time: Supply, asked: Demand) -> list[list[str]]:
    """Give each need with who asked and the open time of those who treat it, scarcest first."""
    found, rows = time.soon.get("need", {}), []
    for need, people in asked.needs.items():
        if people:
            open_ = hours(found[need].open) if need in found else 0
            each = round(open_ / people, 1)
            rows.append((each, [label("conditions", need), count(people), written(open_), count(each)]))
    return [row for _, row in sorted(rows, key=lambda r: r[0])]


def _drawn(time: Supply, choice: Choice) -> list[str]:
    wanted = [choice.state] if choice.state else list(time.states)
    known = [code for code in wanted if code in index()]
    return known if len(known) <= MOST_STATES else []


def _rates(time: Supply, drawn: list[str]) -> dict[str, float]:
    """Give open hours per 1,000 members by county, where enough members live."""
    least = rule("access/small_cells").on(today())["least"]
    found = time.soon.get("county", {})
    return {
        county.fips: _rounded(1000 * hours(found[county.fips].open if county.fips in found else 0) / members)
        for code in drawn
        for county in state(code).counties
        if (members := time.members.get(county.fips, 0)) >= least
    }


def _rounded(rate: float) -> float:
    return round(rate, None if rate >= 10 else 1)


def _map(rates: Mapping[str, float], drawn: list[str]) -> str:
    if not rates:
        return ""
    title = "Open hours for each 1,000 members, next four weeks"
    return county_map(rates, drawn, title, "hours for each 1,000 members")


def _counties(time: Supply, asked: Demand, rates: Mapping[str, float], drawn: list[str]) -> list[list[str]]:
    """Give the counties with the least open time for their members, scarcest first."""
    people = safe(time.members, rule("access/small_cells").on(today()))
    found = time.soon.get("county", {})
    names = {c.fips: f"{c.name}, {code}" for code in drawn for c in state(code).counties}
    scarce = sorted((rate, fips) for fips, rate in rates.items() if people.get(fips) is not None)
    return [
        [
            names[fips], count(people[fips]), count(asked.counties.get(fips, 0)),
            written(hours(found[fips].open) if fips in found else 0), written(rate),
        ]
        for rate, fips in scarce[:SCARCEST]
    ]  # fmt: skip
