"""The crisis worklist: who waits for a call, taking a task, trying, closing. No rate limit, no key needed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Code, CrisisTold, Done, Told, Words, Yes
from switchboard.members.queries import viewer_of
from switchboard.outcomes import actions
from switchboard.outcomes.queries import crisis_task, crisis_worklist
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.rulebook.words import say

router = Router(tags=["crisis"])
CRISIS = (Role.NAVIGATOR, Role.CARE_MANAGER, Role.CRISIS_CLINICIAN, Role.SUPERVISOR)


class HappeningTold(Told):
    """One entry of a task's history."""

    at: datetime
    kind: str
    by: str
    note: str


class TaskTold(Told):
    """A task with its history."""

    task: CrisisTold
    history: list[HappeningTold]


class AttemptAsked(Asked):
    """A try at reaching the person."""

    reached: Yes
    note: Annotated[str, Field(max_length=4000)] = ""


class CloseAsked(Asked):
    """How it ended: one of rule ``safety/escalation``'s dispositions."""

    disposition: Code
    note: Words


@router.get("/crisis/tasks", response=list[CrisisTold], throttle=[])
@for_roles(*CRISIS)
def worklist(request: HttpRequest) -> list[CrisisTold]:
    """Give the open tasks, gravest and longest waiting first; they name nobody."""
    language = viewer_of(request).language
    return [CrisisTold.of(view, language) for view in crisis_worklist()]


@router.get("/crisis/tasks/{task}", response=TaskTold, throttle=[])
@for_roles(*CRISIS)
def one(request: HttpRequest, task: UUID) -> TaskTold:
    """Give one task with its history, to whoever has taken it."""
    viewer = viewer_of(request)
    found = crisis_task(viewer=viewer, public_id=task)
    if found is None:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    history = [HappeningTold(at=h.at, kind=h.kind, by=h.by, note=h.note) for h in found[1]]
    return TaskTold(task=CrisisTold.of(found[0], viewer.language), history=history)


@router.post("/crisis/tasks/{task}/acknowledge", response=Done, throttle=[])
@for_roles(*CRISIS)
def acknowledge(request: HttpRequest, task: UUID) -> Done:
    """Take a task; ``done`` is false when somebody else has it or it is closed."""
    return Done(done=actions.acknowledge(public_id=task, by=viewer_of(request)))


@router.post("/crisis/tasks/{task}/attempts", response={201: Done}, throttle=[])
@for_roles(*CRISIS)
def attempt(request: HttpRequest, task: UUID, asked: AttemptAsked) -> Done:
    """Write down a try at reaching the person."""
    actions.note_attempt(public_id=task, reached=asked.reached, note=asked.note, by=viewer_of(request))
    return Done()


@router.post("/crisis/tasks/{task}/close", response=Done, throttle=[])
@for_roles(*CRISIS)
def close(request: HttpRequest, task: UUID, asked: CloseAsked) -> Done:
    """Close a task with a disposition; 409 with the reason when the rules do not let this person do it."""
    viewer = viewer_of(request)
    decision = actions.close_crisis(public_id=task, disposition=asked.disposition, note=asked.note, by=viewer)
    if not decision.outcome:
        raise Problem(409, decision.because[0].code, say(decision.because[0], viewer.language))
    return Done()
