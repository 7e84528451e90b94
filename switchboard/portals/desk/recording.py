"""What the person on the phone writes down: an override, a note, a follow-up, the end of a request."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from switchboard.frontdoor.actions import NotSayable, close, follow_up, note, override
from switchboard.frontdoor.queries import RequestView, requests_of
from switchboard.members.queries import viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.doors import for_roles
from switchboard.platform.worklist import close_work, work_of
from switchboard.portals.desk.frame import CALLS
from switchboard.portals.desk.person import UNFINISHED, known


def open_request(viewer: Viewer, member_id: int) -> RequestView:
    """Give the request that is not finished, or answer 404."""
    for view in requests_of(viewer=viewer, member_id=member_id, limit=5):
        if view.state in UNFINISHED:
            return view
    raise Http404("There is no open request: ask for care first.")


def kept(request: HttpRequest, member: UUID, words: str, write: Callable[[], object]) -> HttpResponse:
    """Write something down and go back to the record, saying what was kept or why not."""
    try:
        write()
    except NotSayable as said:
        messages.error(request, str(said))
    else:
        messages.success(request, words)
    return redirect("desk_member", member=member)


@for_roles(*CALLS)
@require_POST
def change_triage(request: HttpRequest, member: UUID) -> HttpResponse:
    """Send somebody elsewhere than the rule says, with a reason."""
    person, viewer, sent = known(member), viewer_of(request), request.POST
    asked = open_request(viewer, person.member_id)
    acuity = sent.get("acuity", "")

    def write() -> None:
        override(
            request_id=asked.request_id,
            lane=sent.get("lane", ""),
            acuity=int(acuity) if acuity.isdecimal() and len(acuity) == 1 else 0,
            conditions=sent.getlist("conditions"),
            why=sent.get("why", ""),
            by=viewer,
        )

    return kept(request, member, "Changed, with your reason.", write)


@for_roles(*CALLS)
@require_POST
def write_note(request: HttpRequest, member: UUID) -> HttpResponse:
    """Keep a note."""
    person, viewer = known(member), viewer_of(request)
    text = request.POST.get("text", "")[:4000]
    return kept(
        request, member, "The note is kept.", lambda: note(member_id=person.member_id, text=text, by=viewer)
    )


@for_roles(*CALLS)
@require_POST
def add_follow_up(request: HttpRequest, member: UUID) -> HttpResponse:
    """Put something to do in the follow-up queue."""
    person, viewer = known(member), viewer_of(request)
    try:
        due = parse_date(request.POST.get("due", ""))
    except ValueError:
        due = None
    if due is None:
        messages.error(request, "A follow-up needs a day: choose by when.")
        return redirect("desk_member", member=member)
    text = request.POST.get("text", "")
    return kept(
        request, member, "It is in the follow-up queue.",
        lambda: follow_up(member_id=person.member_id, text=text, due=due, by=viewer),
    )  # fmt: skip


@for_roles(*CALLS)
@require_POST
def done(request: HttpRequest, member: UUID) -> HttpResponse:
    """Say that something is done."""
    person, viewer = known(member), viewer_of(request)
    open_to(viewer, person.member_id)
    wanted = request.POST.get("work", "")
    mine = [work for work in work_of(member_id=person.member_id) if str(work.public_id) == wanted]
    if mine and close_work(public_id=mine[0].public_id, outcome="done", by=viewer):
        messages.success(request, "Done.")
    else:
        messages.info(request, "That was done already.")
    return redirect("desk_member", member=member)


def open_to(viewer: Viewer, member_id: int) -> None:
    """Raise AccessDenied unless the record is open to this viewer now; audited."""
    requests_of(viewer=viewer, member_id=member_id, limit=1)


@for_roles(*CALLS)
@require_POST
def close_request(request: HttpRequest, member: UUID) -> HttpResponse:
    """Close a request that will not be booked."""
    person, viewer = known(member), viewer_of(request)
    asked = open_request(viewer, person.member_id)
    reason = request.POST.get("reason", "")
    return kept(
        request, member, "The request is closed.",
        lambda: close(public_id=asked.public_id, reason=reason, by=viewer),
    )  # fmt: skip
