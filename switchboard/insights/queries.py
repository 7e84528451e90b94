"""Reads of insights: demand as it stands now, supply as it was last counted. Aggregates only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import connection

from switchboard.frontdoor.queries import asks_since
from switchboard.insights.core.choice import AHEAD_WEEKS, SOON_WEEKS, ZONE, Choice, mondays, start_of
from switchboard.insights.core.demand import Demand, chosen, demand
from switchboard.insights.models import Counted
from switchboard.members.queries import people_by_county
from switchboard.platform.clock import now, today
from switchboard.rulebook.rules import rule

Key = TypeVar("Key")


def demand_now(choice: Choice) -> Demand:
    """Give what was asked for in the chosen weeks and how it went on, from the requests as they stand."""
    moment = now()
    weeks = mondays(moment, choice.weeks)
    asks = asks_since(start_of(weeks[0]), zone=ZONE)
    mine = chosen(asks, choice)
    people = people_by_county(set(mine.member.tolist())) if len(mine.member) else {}
    return demand(asks, choice, weeks, people, rule("access/small_cells").on(today()), moment)


@dataclass(frozen=True, slots=True)
class Time:
    """Bookable time in minutes: still open (in the past: gone unused), and taken."""

    open: int
    used: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Time by week, and that of the next four weeks by ``cut`` and key. ``members`` by county.

    ``counted``: when; None when nothing has been counted yet. ``states``: those with time in these weeks.
    """

    counted: datetime | None
    weeks: Mapping[date, Time] = field(default_factory=dict)
    soon: Mapping[str, Mapping[str, Time]] = field(default_factory=dict)
    members: Mapping[str, int] = field(default_factory=dict)
    states: tuple[str, ...] = ()


SUPPLY = """
SELECT cut, CASE WHEN cut = 'all' THEN week::text ELSE key END, state, sum(open_minutes), sum(used_minutes)
FROM insights_supplyweek
WHERE line = %(line)s AND (%(state)s = '' OR state = %(state)s)
  AND (cut = 'all' AND week >= %(first)s AND week < %(last)s
       OR cut <> 'all' AND week >= %(this)s AND week < %(soon)s)
GROUP BY 1, 2, 3
"""


def supply_counted(choice: Choice) -> Supply:
    """Give open and used time for a choice, as last counted; urgency makes no difference to it."""
    counted = Counted.objects.values_list("at", flat=True).first()
    if counted is None:
        return Supply(None)
    weeks = mondays(now(), choice.weeks)
    this = weeks[-1]
    with connection.cursor() as cursor:
        cursor.execute(
            SUPPLY,
            {
                "line": choice.line,
                "state": choice.state,
                "first": weeks[0],
                "last": this + timedelta(weeks=AHEAD_WEEKS),
                "this": this,
                "soon": this + timedelta(weeks=SOON_WEEKS),
            },
        )
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT county, sum(members) FROM insights_coveredcounty"
            " WHERE line = %s AND (%s = '' OR state = %s) AND county <> '' GROUP BY county",
            [choice.line, choice.state, choice.state],
        )
        members = {county: int(count) for county, count in cursor.fetchall()}
    return _supply(counted, rows, members)


def _supply(
    counted: datetime, rows: list[tuple[str, str, str, int, int]], members: Mapping[str, int]
) -> Supply:
    weeks: dict[date, Time] = {}
    soon: dict[str, dict[str, Time]] = {}
    for cut, key, _state, open_, used in rows:
        if cut == "all":
            _add(weeks, date.fromisoformat(key), int(open_), int(used))
        else:
            _add(soon.setdefault(cut, {}), key, int(open_), int(used))
    states = sorted({state for cut, _, state, *_ in rows if cut == "all" and state})
    return Supply(counted, dict(sorted(weeks.items())), soon, members, tuple(states))


def _add(found: dict[Key, Time], key: Key, open_: int, used: int) -> None:
    before = found.get(key, Time(0, 0))
    found[key] = Time(before.open + open_, before.used + used)


def states_served() -> list[str]:
    """Give the states where members live, as last counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT state FROM insights_coveredcounty WHERE state <> '' ORDER BY state")
        return [state for (state,) in cursor.fetchall()]
