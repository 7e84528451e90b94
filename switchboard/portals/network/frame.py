"""What every page of the network has around it: who is signed in, what waits, where one may go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import formats

from switchboard.members.queries import viewer_of
from switchboard.platform.clock import now
from switchboard.platform.roles import Role
from switchboard.platform.worklist import waiting_in
from switchboard.rulebook.listings import codes, label

READS = (Role.NETWORK_MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR)  # the directory, and how imports went
IMPORTS = (Role.NETWORK_MANAGER, Role.SUPERVISOR)  # who brings files in and settles what they left open
PAIRS = (Role.SUPERVISOR,)  # who may see two people side by side
HOURS = (Role.NETWORK_MANAGER, Role.PRACTICE_MANAGER, Role.PRACTITIONER)
OWN_HOURS = (Role.PRACTICE_MANAGER, Role.PRACTITIONER)
ROLE_WORDS = {
    Role.NETWORK_MANAGER: "Network manager",
    Role.SUPERVISOR: "Supervisor",
    Role.ADMINISTRATOR: "Administrator",
    Role.PRACTICE_MANAGER: "Practice manager",
    Role.PRACTITIONER: "Practitioner",
}
KIND_WORDS = {
    "independent": "Independent",
    "small_group": "Small group",
    "large_group": "Large group",
    "aggregator": "Aggregator",
    "point_solution": "Point solution",
    "specialty_program": "Specialty program",
    "registry": "National registry",
    "plan": "The plan",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the navigation."""

    words: str
    href: str
    icon: str
    current: bool
    count: int | None = None


#: Route, words, icon, who sees it, and the queue whose work it counts.
PLACES = (
    ("network_home", "Practitioners", "person", READS, ""),
    ("network_organizations", "Organizations", "people", READS, ""),
    ("network_places", "Time without a name", "calendar", READS, ""),
    ("network_imports", "Imports", "note", READS, ""),
    ("network_review", "To review", "queue", IMPORTS, "import-review"),
    ("network_pairs", "Same person?", "eye", PAIRS, "duplicates"),
    ("network_own_hours", "My hours", "clock", OWN_HOURS, ""),
    ("desk_home", "The desk", "phone", (Role.SUPERVISOR,), ""),
    ("insights_home", "Insights", "chart", (Role.NETWORK_MANAGER, Role.SUPERVISOR), ""),
)


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, here: str, status: int = 200
) -> HttpResponse:
    """Answer with a page of the network; ``here`` is the route of its place in the navigation."""
    viewer = viewer_of(request)
    frame = {
        "links": _links(viewer.role, here),
        "me": viewer,
        "my_role": ROLE_WORDS.get(viewer.role, viewer.role.value),
        "may_import": viewer.role in IMPORTS,
        "may_hours": viewer.role in HOURS,
        "now": now(),
    }
    return render(request, template, frame | context, status=status)


def _links(role: Role, here: str) -> list[Link]:
    mine = [place for place in PLACES if role in place[3]]
    counted = waiting_in(*(queue for *_, queue in mine if queue))
    links = []
    for route, words, icon, _, queue in mine:
        try:
            count = counted.get(queue, 0) if queue else None
            links.append(Link(words, reverse(route), icon, route == here, count))
        except NoReverseMatch:  # a room that is not built in
            continue
    return links


def day_words(at: datetime | None, zone: str = "UTC") -> str:
    """Say a day: ``Nov 3, 2026``; a dash for none."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), "M j, Y") if at else "–"


def short_day(at: datetime) -> str:
    """Say a day of this year: ``Nov 3``."""
    return formats.date_format(at, "M j")


def time_words(at: datetime | None, zone: str = "America/New_York") -> str:
    """Say an instant where the clocks of ``zone`` hang: ``Tue, Dec 1, 2026, 9:30 AM``."""
    return formats.date_format(at.astimezone(ZoneInfo(zone)), "D, M j, Y, g:i A") if at else "–"


def listed(listing: str, any_words: str) -> list[tuple[str, str]]:
    """Give a code list as options of a select, with a first one that means any."""
    return [("", any_words), *((code, label(listing, code)) for code in codes(listing))]


def said_list(listing: str, held: Any) -> str:
    """Say codes of a list in words, with commas; a dash for none."""
    return ", ".join(label(listing, code) for code in held) or "–"


def number(text: str, otherwise: int = 1) -> int:
    """Read a small whole number out of an address; anything else is ``otherwise``."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise
