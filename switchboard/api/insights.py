"""Insights, the first page's figures: demand as it stands, supply as last counted. Small counts are hidden.

What is null was too few people to say.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from switchboard.api.problems import bad_value
from switchboard.api.shapes import Told
from switchboard.frontdoor.core.asks import URGENCIES
from switchboard.insights.core.cells import Share, safe
from switchboard.insights.core.choice import PERIODS, Choice
from switchboard.insights.queries import Time, demand_now, supply_counted
from switchboard.platform.clock import today
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.rulebook.listings import codes
from switchboard.rulebook.rules import rule

router = Router(tags=["insights"])
LOOKS = for_roles(Role.NETWORK_MANAGER, Role.CONTRACT_ANALYST, Role.SUPERVISOR)
CUTS = ("profession", "kind")  # the cuts that are shown with what is used; the others with what is open
Short = Annotated[str, Query(max_length=12)]
Weeks = Annotated[Literal["4", "8", "13", "26"], Query()]


class ShareTold(Told):
    """A share in whole percent; ``bound`` is "over" or "under" where the exact one would tell too much."""

    percent: int
    bound: str


class WaitTold(Told):
    """Waits in business days."""

    median: float | None
    ninetieth: float | None


class ClockTold(Told):
    """Requests of one line of business and urgency, and the share that met their clock."""

    line: str
    urgency: str
    asked: int | None
    wait: WaitTold
    met: ShareTold | None


class DemandTold(Told):
    """What was asked for in the chosen weeks and how it went on."""

    asked: int | None
    offered: ShareTold | None
    booked: ShareTold | None
    kept: ShareTold | None
    met: ShareTold | None
    waits: dict[str, WaitTold]
    clocks: list[ClockTold]
    weeks: dict[str, list[int | None]]
    needs: dict[str, int | None]
    counties: dict[str, int | None]
    running_out: dict[str, int | None]


class TimeTold(Told):
    """Bookable time in minutes."""

    open: int
    used: int


class WeekTold(TimeTold):
    """The time of one week, from its Monday."""

    monday: date


class CountyTold(Told):
    """A county (FIPS): members covered, and minutes open in the next four weeks."""

    county: str
    members: int | None
    open: int


class SupplyTold(Told):
    """Open and used time. ``counted``: when; null when nothing has been counted yet."""

    counted: datetime | None
    weeks: list[WeekTold]
    soon: dict[str, dict[str, TimeTold]]
    open_by_need: dict[str, int]
    counties: list[CountyTold]


@router.get("/insights/demand", response=DemandTold)
@LOOKS
def demand(
    request: HttpRequest, line: Short = "", state: Short = "", urgency: Short = "", weeks: Weeks = "8"
) -> DemandTold:
    """Give requests, offers, bookings and waits, for all or for a line, a state, an urgency."""
    found = demand_now(_choice(line, state, urgency, weeks))
    waits = {name: _wait(wait) for name, wait in found.waits.items()}
    return DemandTold(
        asked=found.asked, offered=_share(found.offered), booked=_share(found.booked),
        kept=_share(found.kept), met=_share(found.met), waits=waits,
        clocks=[
            ClockTold(line=c.line, urgency=c.urgency, asked=c.asked, wait=_wait(c.wait),
                      met=_share(c.met))
            for c in found.clocks
            if c.asked is not None
        ],
        weeks={name: list(counts) for name, counts in found.weeks.items()},
        needs=dict(found.needs), counties=dict(found.counties), running_out=dict(found.soon_late),
    )  # fmt: skip


@router.get("/insights/supply", response=SupplyTold)
@LOOKS
def supply(request: HttpRequest, line: Short = "", state: Short = "", weeks: Weeks = "8") -> SupplyTold:
    """Give open and used time by week, profession and kind of source, and where it is scarce."""
    found = supply_counted(_choice(line, state, "", weeks))
    members = safe(found.members, rule("access/small_cells").on(today()))
    near = found.soon.get("county", {})
    return SupplyTold(
        counted=found.counted,
        weeks=[WeekTold(monday=day, open=t.open, used=t.used) for day, t in found.weeks.items()],
        soon={cut: {k: _time(t) for k, t in found.soon.get(cut, {}).items()} for cut in CUTS},
        open_by_need={need: t.open for need, t in found.soon.get("need", {}).items()},
        counties=[
            CountyTold(county=c, members=members.get(c, 0), open=near[c].open if c in near else 0)
            for c in sorted({*members, *near})
            if c
        ],
    )


def _choice(line: str, state: str, urgency: str, weeks: str) -> Choice:
    offered = {"line": codes("lines_of_business"), "state": codes("states"), "urgency": URGENCIES}
    for name, given in (("line", line), ("state", state), ("urgency", urgency)):
        if given and given not in offered[name]:
            raise bad_value(f"/{name}", "not_an_option")
    assert int(weeks) in PERIODS
    return Choice(line, state, urgency, int(weeks))


def _wait(found: object) -> WaitTold:
    return WaitTold(**{name: getattr(found, name) for name in WaitTold.model_fields})


def _time(found: Time) -> TimeTold:
    return TimeTold(open=found.open, used=found.used)


def _share(share: Share | None) -> ShareTold | None:
    return None if share is None else ShareTold(percent=share.percent, bound=share.bound)
