"""The crisis worklist, and one crisis call: who, how to reach them, what they said, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from switchboard.members.queries import head_of_member, initials_of, routes_of, viewer_of
from switchboard.outcomes.actions import acknowledge, close_crisis, note_attempt
from switchboard.outcomes.queries import (
    CrisisHappening,
    CrisisView,
    RiskAnswer,
    crisis_task,
    crisis_view,
    crisis_worklist,
    risk_answers,
)
from switchboard.outcomes.wording import instrument_as_given
from switchboard.platform.audit import together
from switchboard.platform.clock import now, today
from switchboard.platform.doors import for_roles, unattended
from switchboard.portals.cards import Happened
from switchboard.portals.clocks import span
from switchboard.portals.desk.frame import CRISIS, clock_words, page
from switchboard.rulebook.listings import label
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import say

UNSAID = "Would rather not say"
LEVELS = {"imminent": "Right now", "high": "High", "standard": "Standard"}
STEPS = {
    "page_on_call": "Page the clinician on call",
    "page_second": "Page the second clinician",
    "page_supervisor_and_desk": "Page the supervisor and the desk",
    "page_supervisor_unfinished": "Tell the supervisor it is still open",
}
HAPPENED = {
    "opened": ("Opened", "crisis"),
    "answer": ("Told us", "crisis"),
    "acknowledged": ("Call taken", "now"),
    "joined": ("On it without a clinical license; clinicians are still paged", "now"),
    "graver": ("Said something graver since: the clinician who has the call is paged", "crisis"),
    "attempt": ("Tried, not reached", "warning"),
    "reached": ("Reached", "good"),
    "closed": ("Closed", "good"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the worklist, in words."""

    task: CrisisView
    who: str
    level: str
    waited: str
    taken_by: str
    mine: bool
    next_step: str


@for_roles(*CRISIS)
def worklist(request: HttpRequest) -> HttpResponse:
    """Show every open crisis task, gravest first."""
    return page(request, "desk/crisis.html", _worklist(request), here="crisis", counted=True)


@for_roles(*CRISIS)
@unattended
def rows(request: HttpRequest) -> HttpResponse:
    """Give the lines anew, every three seconds."""
    return page(request, "desk/crisis_rows.html", _worklist(request), here="crisis", counted=True)


def _worklist(request: HttpRequest) -> dict[str, Any]:
    viewer, tasks = viewer_of(request), crisis_worklist()
    people = initials_of({task.member_id for task in tasks if task.member_id is not None})
    at = now()
    calls = [
        Call(
            task,
            people[task.member_id].words if task.member_id in people else "Not known whose answer",
            LEVELS[task.level],
            span(at - task.opened_at),
            task.acknowledged_by,
            task.acknowledged_by_id == viewer.user_id,
            next_step_words(task, at),
        )
        for task in tasks
    ]
    return {
        "waiting": [call for call in calls if call.task.state == "open"],
        "taken": [call for call in calls if call.task.state != "open"],
    }


def next_step_words(task: CrisisView, at: datetime) -> str:
    """Say what happens next if nobody does anything, and when."""
    if task.next_step_at is None:
        return ""
    steps = [s["name"] for s in rule("safety/escalation").on(today())["steps"]]
    fired = steps.index(task.step) if task.step in steps else -1
    coming = steps[min(fired + 1, len(steps) - 1)] if task.state == "open" else "page_supervisor_unfinished"
    when = "now" if task.next_step_at <= at else f"in {span(task.next_step_at - at)}"
    return f"{STEPS[coming]} {when}"


@for_roles(*CRISIS)
@require_POST
def take(request: HttpRequest, task: UUID) -> HttpResponse:
    """Take a crisis call; whoever comes second reads along and is told who has it."""
    found = crisis_view(public_id=task)
    if found is None:
        messages.info(request, "That call has been closed. Nothing more to do.")
        return redirect("desk_crisis")
    viewer = viewer_of(request)
    others = found.acknowledged_by_id not in (None, viewer.user_id)
    if not acknowledge(public_id=task, by=viewer):
        if others:
            messages.info(request, f"{found.acknowledged_by} has this call. You can read along and help.")
        elif found.acknowledged_by_id is None:
            messages.info(
                request, "You can help now. Clinicians are paged until one of them takes this call."
            )
    return redirect("desk_crisis_call", task=task)


@for_roles(*CRISIS)
def call(request: HttpRequest, task: UUID) -> HttpResponse:
    """Show one crisis call to somebody who has opened it from the worklist."""
    return _call(request, task)


@together()
def _call(request: HttpRequest, task: UUID, **more: Any) -> HttpResponse:
    viewer = viewer_of(request)
    found = crisis_task(viewer=viewer, public_id=task)
    if found is None:
        raise Http404("There is no such crisis task.")
    view, history = found
    context: dict[str, Any] = {
        "task": view,
        "level": LEVELS[view.level],
        "waited": span(now() - view.opened_at),
        "mine": view.acknowledged_by_id == viewer.user_id,
        "next_step": next_step_words(view, now()),
        "because": [say(reason) for reason in view.because],
        "dispositions": [(d["code"], d["en"]) for d in _dispositions()],
        "licensed": viewer.licensed,
    }
    zone = "America/New_York"
    if view.member_id is not None:
        head = head_of_member(viewer=viewer, member_id=view.member_id)
        assert head is not None, "a task's member is protected from deletion"
        zone = head.time_zone
        routes, only = routes_of(viewer=viewer, member_id=view.member_id)
        answers = [_answer(one, zone) for one in risk_answers(viewer=viewer, task=view)]
        context |= {"head": head, "routes": routes, "only_these": only, "answers": answers,
                    "language": label("languages", head.language),
                    "local_time": clock_words(now(), zone)}  # fmt: skip
    context |= {"history": [_happened(one, zone) for one in reversed(history)]}
    status = 422 if more else 200
    return page(request, "desk/crisis_call.html", context | more, here="crisis", status=status)


def _dispositions() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = rule("safety/escalation").on(today())["dispositions"]
    return listed


def _answer(one: RiskAnswer, zone: str) -> tuple[str, str, str]:
    form = instrument_as_given(one.instrument, one.version)
    item = form.item(one.link_id) if form else None
    given = int(one.value) if one.value.isdecimal() else one.value
    option = item.option(given) if item else None
    asked = (item.text.get("en") if item else "") or f"{one.instrument}, {one.link_id}"
    said = option.text.get("en", one.value) if option else f"Wrote: {one.value}" if one.value else UNSAID
    return asked, said, clock_words(one.at, zone)


def _happened(one: CrisisHappening, zone: str) -> Happened:
    title, tone = HAPPENED.get(one.kind, (STEPS.get(one.kind, one.kind), ""))
    words = one.note if one.kind in ("attempt", "reached", "closed") else ""
    by = f" by {one.by}" if one.by and one.kind != "answer" else ""
    return Happened(clock_words(one.at, zone), f"{title}{by}", words, tone)


@for_roles(*CRISIS)
@require_POST
def attempt(request: HttpRequest, task: UUID) -> HttpResponse:
    """Write down whether the person was reached."""
    reached = request.POST.get("reached") == "yes"
    note = request.POST.get("note", "").strip()[:2000]
    note_attempt(public_id=task, reached=reached, note=note, by=viewer_of(request))
    return redirect("desk_crisis_call", task=task)


@for_roles(*CRISIS)
@require_POST
def close(request: HttpRequest, task: UUID) -> HttpResponse:
    """Close a crisis call with how it ended, or say why it may not be closed."""
    decision = close_crisis(
        public_id=task,
        disposition=request.POST.get("disposition", ""),
        note=request.POST.get("note", "").strip()[:2000],
        by=viewer_of(request),
    )
    if decision.outcome:
        messages.success(request, "Closed. Thank you.")
        return redirect("desk_crisis")
    chosen, note = request.POST.get("disposition", ""), request.POST.get("note", "")
    return _call(request, task, refused=[say(r) for r in decision.because], chosen=chosen, note=note)
