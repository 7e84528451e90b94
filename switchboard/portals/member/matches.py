"""People who can help, as cards; when nobody does, why, and what would help."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from switchboard.frontdoor.actions import Offered, offer
from switchboard.frontdoor.queries import RequestView
from switchboard.kernel.reasons import Reason
from switchboard.members.queries import viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.audit import together
from switchboard.portals.matches import match_cards, other_times
from switchboard.portals.member.appointments import kept_for
from switchboard.portals.member.care import language, members_only, request_or_404
from switchboard.rulebook.words import say

LOOSEN = "loosen_"
MOST = 6  # ways to loosen at once


@members_only
def matches(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show who fits, best first, with reasons; when nobody does, why and what would help."""
    viewer = viewer_of(request)
    with together():
        found = request_or_404(viewer, key)
        if found.state == "open":
            return redirect("member_care", key=key)
        if found.state == "closed":
            return redirect("member_home")
        return people(request, viewer, found)


def people(
    request: HttpRequest, viewer: Viewer, found: RequestView, told: str = "", instead_of: int | None = None
) -> HttpResponse:
    """Show the matches; ``told`` says why the time chosen cannot be had, ``instead_of`` is that slot."""
    loosen = request.GET.getlist("loosen")[:MOST]
    offered = offer(request_id=found.request_id, by=viewer, loosen=loosen, seen=found)
    because = offered.found.because
    context = {
        "key": found.public_id,
        "matches": match_cards(offered.found.outcome, offered.need, offered.place),
        "kept": kept_for(viewer, found.member_id),
        "instead": other_times(offered.need, instead_of) if instead_of else None,
        "why_none": [] if offered.found.outcome else _said(r for r in because if not _is_help(r)),
        "ways": list(_ways(because, loosen)),
        "late": offered.late,
        "told": told,
        "sensitive_used": _sensitive(offered),
    }
    return render(request, "member/matches.html", context, status=409 if told else 200)


def _sensitive(offered: Offered) -> bool:
    return bool(offered.need.likes_cultures or offered.need.likes_gender)


def _said(reasons: Iterable[Reason]) -> list[str]:
    return [say(reason, language()) for reason in reasons]


def _is_help(reason: Reason) -> bool:
    return reason.code.startswith(LOOSEN)


def _ways(because: Iterable[Reason], loosen: list[str]) -> Iterable[tuple[str, str, str]]:
    """Give each way to loosen: what the button says, what it brings, and the address it leads to."""
    words = _words()
    for reason in filter(_is_help, because):
        change = reason.code.removeprefix(LOOSEN)
        if change in words:
            query = urlencode({"loosen": [*loosen, change]}, doseq=True)
            yield words[change], say(reason, language()), f"?{query}"


def _words() -> dict[str, str]:
    return {
        "in_person": _("Also show visits in person"),
        "video": _("Also show video visits"),
        "phone": _("Also show phone visits"),
        "interpreter": _("Use an interpreter"),
        "any_condition": _("Help with one need first"),
        "twice_as_far": _("Look twice as far"),
        "any_distance": _("Look at any distance"),
        "later": _("Look at later weeks too"),
    }
