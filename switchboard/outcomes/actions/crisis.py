"""What becomes of a crisis task: raised, escalated on the clock, taken, tried, closed."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from switchboard.kernel.reasons import Decision, Reason
from switchboard.outcomes import safety_net
from switchboard.outcomes.core.escalation import Closer, may_close
from switchboard.outcomes.core.safety import Risk, Verdict
from switchboard.outcomes.models import CrisisEvent, CrisisTask
from switchboard.platform.access import AccessDenied, DataClass, Extent, Relation, Viewer, extent
from switchboard.platform.accounts import Person, people_with_role
from switchboard.platform.audit import record, relate, touch
from switchboard.platform.clock import now
from switchboard.platform.messages import send
from switchboard.platform.outbox import tell
from switchboard.platform.roles import Role

log = structlog.get_logger("switchboard.crisis")


def raise_alarm(
    *,
    member_id: int | None,
    cause: str,
    level: str,
    because: Reason,
    by: Viewer,
    verdict: Verdict = "positive",
    stale: bool = False,
    contact_note: str = "",
) -> None:
    """Open (or join) a crisis task for words outside any instrument, in the caller's transaction.

    ``stale``: said more than a day ago. ``contact_note`` serves a task of which we do not know whose it is.
    """
    risk = Risk(verdict, level, (), stale=stale)
    with transaction.atomic():
        safety_net.open_or_add(
            member_id=member_id, cause=cause, risk=risk, because=[because], by_id=by.user_id,
            contact_note=contact_note,
        )  # fmt: skip


def escalate(*, at: datetime | None = None) -> int:
    """Fire every step that is due (page, second person, supervisor and desk); give how many fired.

    Each task is its own transaction: one that cannot be escalated is logged, and holds up no other.
    """
    at, fired = at or now(), 0
    nobody = _steps_without_people()
    for number in safety_net.due_numbers(at):
        try:
            fired += _escalate_one(number, at, nobody)
        except DatabaseError as wrong:
            log.error("crisis_step_failed", task=number, error=type(wrong).__name__)
    return fired


def _escalate_one(number: int, at: datetime, nobody: frozenset[str]) -> int:
    fired = 0
    with transaction.atomic():
        task = safety_net.due_task(number, at)
        while task is not None and (step := safety_net.due_step(task, nobody, at)) is not None:
            CrisisEvent.objects.create(task=task, at=at, kind=step.name, note="late" if step.late else "")
            _page(task, step.name)
            task.step, fired = step.name, fired + 1
        if task is not None:
            safety_net.set_alarm(task, nobody)
    return fired


def _whom_to_page() -> dict[str, list[Person]]:
    """Give the people each step reaches now: whoever is on leave is passed over."""
    clinicians, supervisors = people_with_role(Role.CRISIS_CLINICIAN), people_with_role(Role.SUPERVISOR)
    return {
        "page_on_call": clinicians[:1],
        "page_second": clinicians[1:2],
        "page_supervisor_and_desk": [*supervisors, *clinicians],
        "page_supervisor_unfinished": supervisors or clinicians,
    }


def _steps_without_people() -> frozenset[str]:
    return frozenset(step for step, people in _whom_to_page().items() if not people)


def _page(task: CrisisTask, step: str) -> None:
    if task.cause.startswith(f"{safety_net.DRILL}:"):
        return  # the drill asks whether the step fires; nobody's telephone rings every five minutes
    reached = _whom_to_page()[step]
    for person in reached:
        send(
            to=person.email,
            subject="Crisis worklist: someone is waiting",
            body="Open the crisis worklist now. This message names nobody on purpose.",
            once=f"{step}:{task.pk}:{task.events.count()}:{person.user_id}",
        )
    tell("crisis.escalated", {"task_id": task.pk, "step": step, "reached": len(reached)})


def acknowledge(*, public_id: UUID, by: Viewer) -> bool:
    """Take a crisis task; gives False when somebody else holds it, it is closed, or ``by`` has no licence.

    Whoever has no licence may work on it, and lists say so; it stays open, and clinicians are paged as if
    nobody had taken it (promise C2: within minutes to a person who may end it).
    """
    with transaction.atomic():
        task = CrisisTask.objects.select_for_update().get(public_id=public_id)
        may = extent(viewer=by, data_class=DataClass.CRISIS, relation=Relation.ASSIGNED, write=True)
        if may.outcome is not Extent.FULL:  # a flag is no leave to take the call: a navigator hands over
            raise AccessDenied(by, task.member_id, DataClass.CRISIS, "crisis_task")
        if task.member_id:
            relate(viewer=by, member_id=task.member_id, kind="task", reason="crisis task", minutes=240)
        if task.state == "closed" or safety_net.held(task):
            return False
        if not by.licensed:
            if not _has_joined(task, by):
                CrisisEvent.objects.create(task=task, at=now(), kind="joined", by_id=by.user_id)
                tell("crisis.joined", {"task_id": task.pk})
            return False
        task.state, task.acknowledged_at, task.acknowledged_by_id = "acknowledged", now(), by.user_id
        task.save(update_fields=["state", "acknowledged_at", "acknowledged_by_id"])
        CrisisEvent.objects.create(task=task, at=now(), kind="acknowledged", by_id=by.user_id)
        safety_net.set_alarm(task, _steps_without_people())
        tell("crisis.acknowledged", {"task_id": task.pk})
        return True


def _has_joined(task: CrisisTask, by: Viewer) -> bool:
    return task.events.filter(kind="joined", by_id=by.user_id).exists()


def _may_work_on(task: CrisisTask, by: Viewer) -> None:
    """Raise AccessDenied unless ``by`` may work on a task; one that is nobody's only by who has taken it."""
    if task.member_id is not None:
        much = touch(
            viewer=by, member_id=task.member_id, data_class=DataClass.CRISIS, what="crisis_task", write=True
        )
        if much is not Extent.FULL:
            raise AccessDenied(by, task.member_id, DataClass.CRISIS, "crisis_task")
        return
    if by.user_id is None or not (task.acknowledged_by_id == by.user_id or _has_joined(task, by)):
        raise AccessDenied(by, None, DataClass.CRISIS, "crisis_task")
    record(
        viewer=by, action="write", data_class=DataClass.CRISIS, member_id=None, what=f"crisis_task:{task.pk}"
    )


def note_attempt(*, public_id: UUID, reached: bool, note: str, by: Viewer) -> None:
    """Write down a try at reaching the person."""
    with transaction.atomic():
        task = CrisisTask.objects.select_for_update().get(public_id=public_id)
        _may_work_on(task, by)
        kind = "reached" if reached else "attempt"
        CrisisEvent.objects.create(task=task, at=now(), kind=kind, by_id=by.user_id, note=note)


def close_crisis(*, public_id: UUID, disposition: str, note: str, by: Viewer) -> Decision[bool]:
    """Close a crisis task with a disposition, if the rules let this person do it; says why when not."""
    with transaction.atomic():
        task = CrisisTask.objects.select_for_update().get(public_id=public_id)
        _may_work_on(task, by)
        decision = may_close(
            safety_net.facts_of(task, frozenset()),
            Closer(active=by.user_id is not None, licensed=by.licensed),
            disposition,
            safety_net.escalation_clock(),
        )
        if decision.outcome:
            task.state, task.closed_at, task.closed_by_id = "closed", now(), by.user_id
            task.disposition, task.next_step_at = disposition, None
            task.save()
            CrisisEvent.objects.create(task=task, at=now(), kind="closed", by_id=by.user_id, note=note)
            tell("crisis.closed", {"task_id": task.pk, "disposition": disposition})
        return decision
