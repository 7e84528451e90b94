"""Stop a request for care: say what happens then, and stop it. Help in a crisis is not touched by it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from switchboard.frontdoor.actions import close
from switchboard.members.queries import viewer_of
from switchboard.platform.audit import together
from switchboard.portals.member.appointments import live_holds
from switchboard.portals.member.care import members_only, request_or_404
from switchboard.portals.member.home import OPEN
from switchboard.scheduling.actions import release

REASON = "withdrawn"


@members_only
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask once more; POST closes the request and gives back a time that is kept for it."""
    viewer = viewer_of(request)
    found = request_or_404(viewer, key)
    if found.state not in OPEN:
        return redirect("member_home")
    if request.method == "POST":
        with together():
            for kept in live_holds(viewer, found.member_id):
                if kept.request_id == found.request_id:
                    release(appointment=kept.public_id, by=viewer)
            close(public_id=key, reason=REASON, by=viewer)
        messages.success(request, _("Your request is stopped. You can ask again any time."))
        return redirect("member_home")
    return render(request, "member/stop.html", {"key": key})
