"""The clock of a crisis task: page, second person, supervisor and desk; it never closes by itself.

Pure: the worker asks :func:`next_step` again and again, fires what is due, records it, and asks again until
nothing is due. A worker that was dead finds every step it owes still due.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from switchboard.kernel.reasons import Decision, Reason, RuleRef
from switchboard.rulebook.rules import Value as RuleValue


@dataclass(frozen=True, slots=True)
class Clock:
    """The rule in one version: steps with their time after opening, and what may close a task.

    ``dispositions`` maps each code to the attempts at contact it needs; ``contact`` holds those that say the
    person was spoken with, which must have been written down.
    """

    ref: RuleRef
    steps: tuple[tuple[str, timedelta], ...]
    late_after: timedelta
    repeat_every: timedelta
    unfinished_step: str
    unfinished_after: timedelta
    dispositions: Mapping[str, int]
    contact: frozenset[str]


@dataclass(frozen=True, slots=True)
class Task:
    """A crisis task as far as its clock needs it.

    ``fired`` holds steps in order with their times. ``owner_active`` is False when the person who
    acknowledged can no longer act (no licence, on leave, deactivated): the task counts as unanswered.
    ``unreachable`` names steps that have nobody to reach: what follows them is due at once.
    """

    opened_at: datetime
    fired: tuple[tuple[str, datetime], ...] = ()
    acknowledged_at: datetime | None = None
    owner_active: bool = True
    unreachable: frozenset[str] = frozenset()
    attempts: int = 0
    reached: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do now; ``late`` when it is past its due time by more than the rule allows."""

    name: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Closer:
    """Who wants to close a task: may they act at all, and do they hold a clinical license today?"""

    active: bool
    licensed: bool


def next_step(task: Task, now: datetime, clock: Clock) -> Decision[Step | None]:
    """Give the step that is due now; None while nothing is due, with when the next one will be."""
    if task.closed:
        return Decision(None, (Reason("crisis_closed", {}, clock.ref),))
    name, due_at = upcoming(task, clock)
    if now < due_at:
        waiting = {"step": name, "at": due_at.isoformat()}
        return Decision(None, (Reason("crisis_waiting", waiting, clock.ref),))
    step = Step(name, due_at, late=now - due_at > clock.late_after)
    code = "crisis_step_late" if step.late else "crisis_step_due"
    return Decision(step, (Reason(code, {"step": name}, clock.ref),))


def upcoming(task: Task, clock: Clock) -> tuple[str, datetime]:
    """Give the next step of an open task and when it is due: there always is one."""
    if task.acknowledged_at is not None and task.owner_active:
        reminded = [at for name, at in task.fired if name == clock.unfinished_step]
        return clock.unfinished_step, max([task.acknowledged_at, *reminded]) + clock.unfinished_after
    fired = {name for name, _ in task.fired}
    for place, (name, _) in enumerate(clock.steps):
        if name not in fired:
            return name, task.opened_at + _wait(task, clock, place)
    name = clock.steps[-1][0]
    return name, max(moment for step, moment in task.fired if step == name) + clock.repeat_every


def may_close(task: Task, closer: Closer, disposition: str, clock: Clock) -> Decision[bool]:
    """Say whether a task may close: an open task, a known disposition, an active licensed person."""
    refusals = []
    if task.closed:
        refusals.append(Reason("crisis_closed", {}, clock.ref))
    if disposition not in clock.dispositions:
        known = ", ".join(clock.dispositions)
        refusals.append(Reason("crisis_needs_disposition", {"known": known}, clock.ref))
    elif task.attempts < clock.dispositions[disposition]:
        needed = {"attempts": clock.dispositions[disposition]}
        refusals.append(Reason("crisis_needs_attempts", needed, clock.ref))
    elif disposition in clock.contact and not task.reached:
        refusals.append(Reason("crisis_needs_contact", {}, clock.ref))
    if not closer.active:
        refusals.append(Reason("crisis_closer_inactive", {}, clock.ref))
    if not closer.licensed:
        refusals.append(Reason("crisis_needs_license", {}, clock.ref))
    if refusals:
        return Decision(False, tuple(refusals))
    return Decision(True, (Reason("crisis_may_close", {}, clock.ref),))


def queue_of(
    *, member_known: bool, covered: bool, living: bool = True
) -> Decision[Literal["crisis", "unroutable_crisis"]]:
    """Say which worklist a task stands in: nobody's member still stands in one that people watch."""
    if not member_known:
        return Decision("unroutable_crisis", (Reason("crisis_member_unknown"),))
    if not living:
        return Decision("unroutable_crisis", (Reason("crisis_member_deceased"),))
    if not covered:
        return Decision("unroutable_crisis", (Reason("crisis_not_covered"),))
    return Decision("crisis", (Reason("crisis_routed"),))


def clock_of(value: RuleValue) -> Clock:
    """Build the clock from the rulebook's ``safety/escalation``."""
    entries: list[Mapping[str, Any]] = value["dispositions"]
    return Clock(
        ref=value.ref,
        steps=tuple((s["name"], timedelta(seconds=s["after_seconds"])) for s in value["steps"]),
        late_after=timedelta(seconds=value["late_after_seconds"]),
        repeat_every=timedelta(seconds=value["repeat_every_seconds"]),
        unfinished_step=value["unfinished_step"],
        unfinished_after=timedelta(seconds=value["unfinished_after_seconds"]),
        dispositions={d["code"]: d.get("min_attempts", 0) for d in entries},
        contact=frozenset(d["code"] for d in entries if d.get("needs_contact")),
    )


def _wait(task: Task, clock: Clock, at: int) -> timedelta:
    """Give how long after opening a step is due: as early as the nobodies right before it were."""
    while at > 0 and clock.steps[at - 1][0] in task.unreachable:
        at -= 1
    return clock.steps[at][1]
