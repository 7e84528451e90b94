"""The crisis worklist: who waits for a call, taking a task, trying, closing. No rate limit, no key needed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from switchboard.api.callers import CRISIS, DESK
from switchboard.api.people import member_or_404
from switchboard.api.problems import Problem
from switchboard.api.shapes import Asked, Code, CrisisTold, Done, RouteTold, Told, Words, Yes
from switchboard.frontdoor.queries import requests_of
from switchboard.kernel.reasons import Reason
from switchboard.members.queries import head_of_member, routes_of, viewer_of
from switchboard.outcomes import actions
from switchboard.outcomes.queries import (
    CrisisView,
    RiskAnswer,
    crisis_count,
    crisis_task,
    crisis_worklist,
    risk_answers,
)
from switchboard.outcomes.wording import instrument_as_given
from switchboard.platform.access import Viewer
from switchboard.platform.doors import for_roles
from switchboard.platform.lastresort import CRISIS_WORDS
from switchboard.rulebook.words import say

router = Router(tags=["crisis"])


class HappeningTold(Told):
    """One entry of a task's history."""

    at: datetime
    kind: str
    by: str
    note: str


class SaidTold(Told):
    """An answer behind a task. ``said`` is empty where they would rather not say."""

    at: datetime
    instrument: str
    item: str
    asked: str
    said: str


class CallTold(Told):
    """What is needed to call: who, where, how to reach them safely, in which language, what they said."""

    member: UUID
    name: str
    called: str
    pronouns: str
    age: int
    language: str
    needs_interpreter: bool
    time_zone: str
    place: str
    state: str
    routes: list[RouteTold]
    only_these: bool
    answers: list[SaidTold]


class TaskTold(Told):
    """A task with its history. ``call`` is null where nobody knows whose answer it was: see ``contact``."""

    task: CrisisTold
    call: CallTold | None
    contact: str
    history: list[HappeningTold]


class CountTold(Told):
    """Open tasks, and those nobody has taken."""

    open: int
    untaken: int


class AttemptAsked(Asked):
    """A try at reaching the person."""

    reached: Yes
    note: Annotated[str, Field(max_length=4000)] = ""


class CloseAsked(Asked):
    """How it ended: one of rule ``safety/escalation``'s dispositions."""

    disposition: Code
    note: Words


class HandedOver(Told):
    """A crisis task is open; ``help``: what to say and the lines to give now."""

    crisis: bool = True
    help: str = CRISIS_WORDS


@router.get("/crisis/tasks", response=list[CrisisTold], throttle=[])
@for_roles(*CRISIS)
def worklist(request: HttpRequest) -> list[CrisisTold]:
    """Give the open tasks, gravest and longest waiting first; they name nobody."""
    language = viewer_of(request).language
    return [CrisisTold.of(view, language) for view in crisis_worklist()]


@router.get("/crisis/count", response=CountTold, throttle=[])
@for_roles(*dict.fromkeys((*DESK, *CRISIS)))
def count(request: HttpRequest) -> CountTold:
    """Give how many tasks are open, and how many nobody has taken."""
    opened, untaken = crisis_count()
    return CountTold(open=opened, untaken=untaken)


@router.get("/crisis/tasks/{task}", response=TaskTold, throttle=[])
@for_roles(*CRISIS)
def one(request: HttpRequest, task: UUID) -> TaskTold:
    """Give one task with whom to call and its history, to whoever has taken it."""
    viewer = viewer_of(request)
    found = crisis_task(viewer=viewer, public_id=task)
    if found is None:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    view, past = found
    return TaskTold(
        task=CrisisTold.of(view, viewer.language),
        call=_call(viewer, view),
        contact=view.contact_note if view.member_id is None else "",
        history=[HappeningTold(at=h.at, kind=h.kind, by=h.by, note=h.note) for h in past],
    )


def _call(viewer: Viewer, view: CrisisView) -> CallTold | None:
    if view.member_id is None:
        return None
    head = head_of_member(viewer=viewer, member_id=view.member_id)
    assert head is not None, "a task's member is protected from deletion"
    routes, only = routes_of(viewer=viewer, member_id=view.member_id)
    return CallTold(
        member=head.public_id, name=head.name, called=head.called, pronouns=head.pronouns, age=head.age,
        language=head.language, needs_interpreter=head.needs_interpreter, time_zone=head.time_zone,
        place=head.place, state=head.state, only_these=only, routes=[RouteTold.of(r) for r in routes],
        answers=[_said(one, viewer.language) for one in risk_answers(viewer=viewer, task=view)],
    )  # fmt: skip


def _said(one: RiskAnswer, language: str) -> SaidTold:
    form = instrument_as_given(one.instrument, one.version)
    item = form.item(one.link_id) if form else None
    option = item.option(int(one.value) if one.value.isdecimal() else one.value) if item else None
    asked = item.text.get(language) or item.text.get("en", "") if item else ""
    said = option.text.get(language) or option.text.get("en", one.value) if option else one.value
    return SaidTold(at=one.at, instrument=one.instrument, item=one.link_id, asked=asked, said=said)


@router.post("/crisis/tasks/{task}/acknowledge", response=Done, throttle=[])
@for_roles(*CRISIS)
def acknowledge(request: HttpRequest, task: UUID) -> Done:
    """Take a task; ``done`` is false when somebody else has it (you may read along) or it is closed.

    False as well without a clinical licence: you may work on it, and clinicians are paged until one takes it.
    """
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


@router.post("/members/{member}/crisis/transfer", response={201: HandedOver}, throttle=[])
@for_roles(*DESK)
def transfer(request: HttpRequest, member: UUID) -> HandedOver:
    """Hand over somebody in danger who is on the line: opens a crisis task that clinicians see at once."""
    viewer, number = viewer_of(request), member_or_404(member)
    requests_of(viewer=viewer, member_id=number, limit=1)  # refuses whoever has not opened the record
    actions.raise_alarm(
        member_id=number, cause=f"call:{viewer.user_id}", level="high",
        because=Reason("risk_heard_on_the_phone"), by=viewer,
    )  # fmt: skip
    return HandedOver()
