"""The member's first page: ask for care, go on where they were, the next appointment."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from switchboard.frontdoor.queries import RequestView, coming_visits_of, open_requests_of
from switchboard.members.queries import given_names, viewer_of
from switchboard.network.queries import role_cards
from switchboard.platform.access import Viewer
from switchboard.platform.audit import together
from switchboard.portals.member.appointments import Shown, shown
from switchboard.portals.member.care import members_only


@members_only
def home(request: HttpRequest) -> HttpResponse:
    """Show for each person the viewer may act for what is under way and what comes next."""
    viewer = viewer_of(request)
    with together():
        whom = _whom(viewer)
        asked = open_requests_of(viewer=viewer, member_ids=whom)
        visits = _coming(viewer, whom)
        people = [_person(member_id, asked.get(member_id), visits) for member_id in whom]
        names = given_names(viewer=viewer, member_ids=[p["member_id"] for p in people])
    for person in people:
        person["name"] = names.get(person["member_id"], "")
        person["own"] = person["member_id"] == viewer.member_id
    # Under a person's name what is theirs is a level deeper; alone on the page there is no name above.
    context = {"people": people, "here": "home", "deep": 3 if len(people) > 1 else 2}
    return render(request, "member/home.html", context)


def _whom(viewer: Viewer) -> list[int]:
    own = [viewer.member_id] if viewer.member_id else []
    return own + [m for m, may in viewer.proxied.items() if "appointments" in may and m not in own]


def _coming(viewer: Viewer, whom: list[int]) -> list[tuple[int, Shown]]:
    """Give what is still to come for all of them, in words, with whose it is."""
    views = coming_visits_of(viewer=viewer, member_ids=whom)
    cards = role_cards(a.role_id for a in views if a.role_id)
    return [(a.member_id, shown(a, cards.get(a.role_id or 0))) for a in views]


def _person(member_id: int, asked: RequestView | None, visits: list[tuple[int, Shown]]) -> dict[str, Any]:
    rows = [row for whose, row in visits if whose == member_id]
    return {
        "member_id": member_id,
        "request": asked,
        "kept": [row for row in rows if row.kept],
        "coming": [row for row in rows if row.state == "booked"],
    }


OPEN = ("open", "triaged", "offered")
