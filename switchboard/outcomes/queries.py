"""Reads of outcomes: answers so far, completed assessments, the crisis worklist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from switchboard.kernel.reasons import Reason
from switchboard.outcomes.models import Answer, Assessment, CrisisEvent, CrisisTask
from switchboard.outcomes.safety_net import DRILL, LEVELS, held, unheld
from switchboard.platform.access import AccessDenied, DataClass, Extent, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import now


@dataclass(frozen=True, slots=True)
class Result:
    """A completed assessment. ``total`` is None where an item was left out.

    ``masked``: the viewer may know that it was taken, not what it said.
    """

    assessment_id: int
    instrument: str
    version: str
    at: datetime
    total: float | None
    band: str
    positive: bool | None
    given_by: str
    because: tuple[Reason, ...]
    masked: bool = False


@dataclass(frozen=True, slots=True)
class CrisisView:
    """A crisis task as its worklist shows it: ``open`` while no licensed person who can act has taken it.

    ``joined_by``: the last colleague without a licence who went to work on it.
    """

    task_id: int
    public_id: UUID
    member_id: int | None
    level: str
    state: str
    step: str
    opened_at: datetime
    next_step_at: datetime | None
    stale: bool
    unroutable: bool
    acknowledged_by: str
    acknowledged_by_id: int | None
    acknowledged_at: datetime | None
    joined_by: str
    because: tuple[Reason, ...]
    contact_note: str

    @property
    def uncovered(self) -> bool:
        """Tell whether we know who it is and the plan covered them no longer."""
        return any(reason.code == "crisis_not_covered" for reason in self.because)


@dataclass(frozen=True, slots=True)
class CrisisHappening:
    """One entry of a crisis task's history."""

    at: datetime
    kind: str
    by: str
    note: str


def answers_of_request(
    *, viewer: Viewer, member_id: int, request_id: int
) -> Mapping[str, tuple[int, Mapping[str, int | None]]]:
    """Give, by instrument, the assessment id and the latest value of each item answered for a request.

    For the conversation itself, by whoever holds it: the viewer must be allowed to write the answers.
    """
    with transaction.atomic():
        touch(
            viewer=viewer,
            member_id=member_id,
            data_class=DataClass.CRISIS,
            what="conversation",
            write=True,
            scope="assessments",
        )
        found: dict[str, tuple[int, dict[str, int | None]]] = {}
        rows = Assessment.objects.filter(request_id=request_id).order_by("answers__id")
        for number, code, link, value in rows.values_list(
            "id", "instrument", "answers__link_id", "answers__value"
        ):
            kept = found.setdefault(code, (number, {}))[1]
            if link is not None:
                kept[link] = int(value) if value else None
    return found


def risk_of_request(*, request_id: int) -> str:
    """Give the gravest thing said while answering for a request: none, unknown, positive or imminent."""
    given = Answer.objects.filter(assessment__request_id=request_id).exclude(risk="none")
    verdicts = set(given.values_list("risk", flat=True))
    levels = set(given.values_list("crisis_task__level", flat=True))
    if "imminent" in levels:
        return "imminent"
    return "positive" if "positive" in verdicts else "unknown" if verdicts else "none"


def results_of(*, viewer: Viewer, member_id: int, limit: int = 50) -> list[Result]:
    """Give a member's completed assessments, newest first; empty for a viewer who may know no scores."""
    with transaction.atomic():
        much = touch(viewer=viewer, member_id=member_id, data_class=DataClass.CLINICAL, what="assessments")
        if much is Extent.FLAG:
            return []
        rows = Assessment.objects.filter(member_id=member_id, status="completed").order_by("-authored_at")
        return [_result(row, masked=much is Extent.MASKED) for row in rows[:limit]]


GRAVEST_FIRST = Case(
    *(When(level=level, then=Value(place)) for place, level in enumerate(reversed(LEVELS))),
    default=Value(len(LEVELS)),
)


def crisis_worklist(*, limit: int = 500) -> list[CrisisView]:
    """Give the open crisis tasks, untaken before taken, gravest and longest waiting first; it names nobody.

    The order is the database's: a limit cuts the mildest and latest, never somebody in danger right now.
    """
    nobody_s = Case(When(state="open", then=Value(0)), When(unheld(now()), then=Value(0)), default=Value(1))
    rows = _as_shown(_open_crises()).annotate(taken=nobody_s, place=GRAVEST_FIRST)
    return [_view(row) for row in rows.order_by("taken", "place", "opened_at", "id")[:limit]]


def _as_shown(rows: QuerySet[CrisisTask]) -> QuerySet[CrisisTask]:
    joined = CrisisEvent.objects.filter(task=OuterRef("pk"), kind="joined").order_by("-id")
    who = Coalesce(Subquery(joined.values("by__name")[:1]), Value(""))
    return rows.select_related("acknowledged_by").annotate(joined_by=who)


def _open_crises() -> QuerySet[CrisisTask]:
    """Give the tasks of people: a drill is nobody to call."""
    return CrisisTask.objects.exclude(state="closed").exclude(cause__startswith=f"{DRILL}:")


def crisis_view(*, public_id: UUID) -> CrisisView | None:
    """Give one task as the worklist shows it, however long the list is; None when it is closed or none."""
    row = CrisisTask.objects.exclude(state="closed").filter(public_id=public_id)
    found = _as_shown(row).first()
    return _view(found) if found else None


def crisis_task(*, viewer: Viewer, public_id: UUID) -> tuple[CrisisView, list[CrisisHappening]] | None:
    """Give one crisis task with its history, to somebody who has taken it (or may see it); audited."""
    with transaction.atomic():
        row = _as_shown(CrisisTask.objects.filter(public_id=public_id)).first()
        if row is None:
            return None
        if row.member_id is not None:
            much = touch(
                viewer=viewer, member_id=row.member_id, data_class=DataClass.CRISIS, what="crisis_task"
            )
            if much is not Extent.FULL:  # who sees a flag only is not told why
                raise AccessDenied(viewer, row.member_id, DataClass.CRISIS, "crisis_task")
        history = [
            CrisisHappening(e.at, e.kind, e.by.name if e.by else "", e.note)
            for e in row.events.select_related("by").order_by("id")
        ]
        return _view(row), history


@dataclass(frozen=True, slots=True)
class RiskAnswer:
    """One answer that opened or joined a crisis task, in the version it was given to.

    ``value`` is as it came (a number, a code, words); empty: they would rather not say.
    """

    at: datetime
    instrument: str
    version: str
    link_id: str
    value: str


def risk_answers(*, viewer: Viewer, task: CrisisView) -> list[RiskAnswer]:
    """Give the answers behind a crisis task, newest first, to somebody who may see them; audited."""
    if task.member_id is None:
        return []
    with transaction.atomic():
        much = touch(viewer=viewer, member_id=task.member_id, data_class=DataClass.CRISIS, what="answers")
        if much is not Extent.FULL:
            return []
        rows = Answer.objects.filter(crisis_task_id=task.task_id).select_related("assessment").order_by("-id")
        return [
            RiskAnswer(r.at, r.assessment.instrument, r.assessment.version, r.link_id, r.value)
            for r in rows[:20]
        ]


def crisis_count() -> tuple[int, int]:
    """Give how many crisis tasks are open, and how many of them nobody has taken."""
    tasks = _open_crises().select_related("acknowledged_by")
    return len(tasks), sum(not held(task) for task in tasks)


def crisis_state_of(*, member_id: int) -> tuple[str, str] | None:
    """Give the state of a member's open crisis task and who has taken it, no detail; None without one."""
    rows = CrisisTask.objects.exclude(state="closed").filter(_theirs(member_id))
    row = rows.select_related("acknowledged_by").first()
    return None if row is None else _taken(row)[:2]


def open_crisis_of(*, member_id: int) -> bool:
    """Tell whether somebody is to call this member: a flag, no detail."""
    return CrisisTask.objects.filter(_theirs(member_id)).exclude(state="closed").exists()


def _theirs(member_id: int) -> Q:
    """Give the condition for tasks of a person, under any record that was found to be theirs.

    A merge moves no task: what was said under a record stays its own, also when the two come apart again.
    """
    return Q(member_id=member_id) | Q(member__merged_into_id=member_id)


def _taken(row: CrisisTask) -> tuple[str, str, int | None, datetime | None]:
    """Give the state and, where it holds, who has taken a task, by name and number, and when."""
    owner = row.acknowledged_by
    if owner is None or not (row.state == "closed" or held(row)):
        return "open" if row.state == "acknowledged" else row.state, "", None, None
    return row.state, owner.name, owner.pk, row.acknowledged_at


def _view(row: CrisisTask) -> CrisisView:
    state, taken_by, taken_by_id, taken_at = _taken(row)
    return CrisisView(
        row.pk,
        row.public_id,
        row.member_id,
        row.level,
        state,
        row.step,
        row.opened_at,
        row.next_step_at,
        row.stale,
        row.unroutable,
        taken_by,
        taken_by_id,
        taken_at,
        getattr(row, "joined_by", ""),
        tuple(Reason.from_json(r) for r in row.because),
        row.contact_note,
    )


def _result(row: Assessment, *, masked: bool) -> Result:
    return Result(
        row.pk,
        row.instrument,
        row.version,
        row.authored_at,
        None if masked else row.total,
        "" if masked else row.band,
        None if masked else row.positive,
        row.given_by,
        () if masked else tuple(Reason.from_json(r) for r in row.because),
        masked,
    )
