"""The crisis task in the database: opened with its answer, escalated on the clock, never lost.

Everything here runs inside the caller's transaction: an answer that says somebody may hurt themselves and the
task for it stand or fall together.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from switchboard.kernel.reasons import Reason
from switchboard.members.standing import Standing, standing_of
from switchboard.outcomes.core.escalation import Clock, Step, Task, clock_of, next_step, queue_of, upcoming
from switchboard.outcomes.core.safety import Risk, RiskRule, risk_rule
from switchboard.outcomes.models import CrisisEvent, CrisisTask
from switchboard.platform.clock import now, today
from switchboard.platform.messages import send
from switchboard.platform.outbox import tell
from switchboard.rulebook.rules import rule

DRILL = "drill"  # the cause of a made-up task begins with it (promise C4)
LEVELS = ("standard", "high", "imminent")
UNROUTABLE = frozenset({"crisis_member_unknown", "crisis_not_covered", "crisis_member_deceased"})


def rules_of_safety() -> RiskRule:
    """Give the crisis rule in force today."""
    return risk_rule(rule("safety/risk_items").on(today()))


def escalation_clock() -> Clock:
    """Give the escalation clock in force today."""
    return clock_of(rule("safety/escalation").on(today()))


def open_or_add(
    *,
    member_id: int | None,
    cause: str,
    risk: Risk,
    because: Sequence[Reason],
    by_id: int | None,
    contact_note: str = "",
) -> CrisisTask:
    """Give the one open task for this member (or unroutable cause), opening it if need be."""
    task = _open_task(member_id, cause)
    if task is None:
        task = _create(member_id, cause, risk, because, contact_note)
    else:
        _hear_more(task, risk, because)
    CrisisEvent.objects.create(task=task, at=now(), kind="answer", by_id=by_id, note=cause)
    tell("crisis.opened", {"task_id": task.pk, "member_id": member_id, "level": task.level})
    return task


def _hear_more(task: CrisisTask, risk: Risk, because: Sequence[Reason]) -> None:
    """Let an open task follow what was said since: its level only rises, its reasons only grow.

    Who has taken it may be on the telephone with somebody else: a graver answer pages them.
    """
    new = [reason.as_json() for reason in because]
    task.because = [*task.because, *(one for one in new if one not in task.because)]
    graver = LEVELS.index(risk.level or "standard") > LEVELS.index(task.level)
    if graver:
        task.level = risk.level or "standard"
    task.save(update_fields=["level", "because"])
    owner = task.acknowledged_by
    if not graver or owner is None or not held(task):
        return
    CrisisEvent.objects.create(task=task, at=now(), kind="graver")
    send(
        to=owner.email,
        subject="Crisis worklist: your call has become graver",
        body="Open the crisis worklist now. This message names nobody on purpose.",
        once=f"graver:{task.pk}:{task.level}",
    )


def _open_task(member_id: int | None, cause: str) -> CrisisTask | None:
    tasks = CrisisTask.objects.select_for_update().exclude(state="closed")
    mine = tasks.filter(member_id=member_id) if member_id else tasks.filter(member=None, cause=cause)
    return mine.first()


def _create(
    member_id: int | None, cause: str, risk: Risk, because: Sequence[Reason], contact_note: str
) -> CrisisTask:
    because = [*because, *_standing(member_id)]
    try:
        with transaction.atomic():
            return CrisisTask.objects.create(
                member_id=member_id,
                cause=cause,
                level=risk.level or "standard",
                opened_at=now(),
                next_step_at=now(),
                stale=risk.stale,
                unroutable=any(reason.code in UNROUTABLE for reason in because),
                because=[reason.as_json() for reason in because],
                contact_note=contact_note,
            )
    except IntegrityError:
        # Somebody else's transaction opened it between our look and our insert: theirs is the one task.
        task = _open_task(member_id, cause)
        if task is None:
            raise
        return task


def _standing(member_id: int | None) -> tuple[Reason, ...]:
    """Give why a task is no plain member's (promise C5): it is stored, shown and paged all the same."""
    known = member_id is not None
    stands = standing_of(member_id=member_id, day=today()) if member_id is not None else Standing(True, True)
    decision = queue_of(member_known=known, covered=stands.covered, living=stands.living)
    return () if decision.outcome == "crisis" else decision.because


def unheld(at: datetime) -> Q:
    """Give the condition for tasks whose taker can no longer act: gone, on leave, without a licence.

    Such a task counts as taken by nobody from that moment, not from the next look at it.
    """
    taker = "acknowledged_by__"
    gone, away = Q(**{f"{taker}is_active": False}), Q(**{f"{taker}away_until__gt": at})
    return gone | away | Q(**{f"{taker}licence": ""})


def held(task: CrisisTask, at: datetime | None = None) -> bool:
    """Tell whether a licensed person who can act has taken a task: only they quiet the paging."""
    owner = task.acknowledged_by
    if owner is None or not owner.is_active or not owner.licence:
        return False
    return owner.away_until is None or owner.away_until <= (at or now())


def due_numbers(at: datetime, limit: int = 500) -> list[int]:
    """Give the open tasks whose next step is due, longest due first."""
    due = CrisisTask.objects.exclude(state="closed").filter(Q(next_step_at__lte=at) | unheld(at))
    return list(due.order_by("next_step_at").values_list("pk", flat=True)[:limit])


def due_task(number: int, at: datetime) -> CrisisTask | None:
    """Lock a task that is still due; None when another worker holds it or has done it."""
    due = CrisisTask.objects.select_for_update(skip_locked=True, of=("self",)).exclude(state="closed")
    return due.filter(Q(next_step_at__lte=at) | unheld(at), pk=number).first()


def facts_of(task: CrisisTask, unreachable: frozenset[str]) -> Task:
    """Give a task as its clock needs it."""
    clock = escalation_clock()
    names = {name for name, _ in clock.steps} | {clock.unfinished_step}
    events = list(task.events.order_by("id").values_list("kind", "at"))
    return Task(
        opened_at=task.opened_at,
        fired=tuple((kind, at) for kind, at in events if kind in names),
        acknowledged_at=task.acknowledged_at,
        owner_active=held(task),
        unreachable=unreachable,
        attempts=sum(kind == "attempt" for kind, _ in events),
        reached=any(kind == "reached" for kind, _ in events),
        closed=task.state == "closed",
    )


def due_step(task: CrisisTask, unreachable: frozenset[str], at: datetime) -> Step | None:
    """Give the step a task owes at an instant, if any."""
    return next_step(facts_of(task, unreachable), at, escalation_clock()).outcome


def set_alarm(task: CrisisTask, unreachable: frozenset[str]) -> None:
    """Write down when the task's next step is due."""
    _, task.next_step_at = upcoming(facts_of(task, unreachable), escalation_clock())
    task.save(update_fields=["next_step_at", "step"])
