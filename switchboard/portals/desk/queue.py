"""The work queue: what runs out first stands first; one button takes the next."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from switchboard.members.queries import initials_of, viewer_of
from switchboard.platform.access import Viewer
from switchboard.platform.audit import relate
from switchboard.platform.clock import now
from switchboard.platform.doors import for_roles, unattended
from switchboard.platform.locks import one_at_a_time
from switchboard.platform.worklist import take
from switchboard.portals.desk.frame import CALLS, page
from switchboard.portals.desk.waiting import Line, everything, next_for, queue_words

TASK_MINUTES = 60


@for_roles(*CALLS)
def home(request: HttpRequest) -> HttpResponse:
    """Show the work queue."""
    return page(request, "desk/queue.html", _queue(request), here="queue", counted=True)


@for_roles(*CALLS)
@unattended
def rows(request: HttpRequest) -> HttpResponse:
    """Give the lines anew, every few seconds."""
    return page(request, "desk/queue_rows.html", _queue(request), here="queue", counted=True)


def _queue(request: HttpRequest) -> dict[str, Any]:
    whole = everything(viewer_of(request), now())
    counts = Counter(line.queue for line in whole.every())
    chosen = request.GET.get("queue", "")
    chosen = chosen if chosen in counts else ""
    tabs = [("", "Everything", reverse("desk_home"), sum(counts.values()))]
    tabs += [(q, queue_words(q), f"{reverse('desk_home')}?queue={q}", counts[q]) for q in sorted(counts)]
    asked = whole.only(chosen) if chosen else whole
    page_asked = request.GET.get("page", "")
    at = min(max(int(page_asked) if page_asked.isdecimal() and len(page_asked) < 5 else 1, 1), asked.pages)
    base = f"{reverse('desk_home')}?{'queue=' + chosen + '&' if chosen else ''}page="
    return {
        "queue": asked.part(at), "tabs": tabs, "chosen": chosen, "at": at, "pages": asked.pages, "base": base,
    }  # fmt: skip


@for_roles(*CALLS)
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Open the most pressing record that nobody has open: one person gets it, whoever else asks."""
    viewer = viewer_of(request)
    with transaction.atomic():
        one_at_a_time("desk:take")
        line = next_for(everything(viewer, now()))
        if line is not None:
            return _opened(line, viewer)
    messages.info(request, "Nothing waits that somebody has not already opened.")
    return redirect("desk_home")


@for_roles(*CALLS)
@require_POST
def take_line(request: HttpRequest) -> HttpResponse:
    """Open the record of one line, saying why."""
    viewer, key = viewer_of(request), request.POST.get("key", "")
    with transaction.atomic():
        line = next((one for one in everything(viewer, now()).every() if one.key == key), None)
        if line is not None and line.member_id is not None:
            return _opened(line, viewer)
    messages.info(request, "That is done already, or belongs to nobody's record.")
    return redirect("desk_home")


def _opened(line: Line, viewer: Viewer) -> HttpResponseRedirect:
    assert line.member_id is not None, "a line without a member has no record to open"
    reason = f"Work queue: {line.what}"
    relate(viewer=viewer, member_id=line.member_id, kind="task", reason=reason, minutes=TASK_MINUTES)
    if not line.key.startswith("request:"):
        take(public_id=UUID(line.key), by=viewer)
    person = initials_of([line.member_id])[line.member_id]
    return HttpResponseRedirect(reverse("desk_member", args=[person.public_id]))
