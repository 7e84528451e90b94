"""Drill the alarm chain: a made-up member answers item 9, and the page must be written (promise C4)."""

from datetime import datetime, timedelta

from django.db import transaction

from switchboard.members.actions.drill import drill_member
from switchboard.outcomes import safety_net
from switchboard.outcomes.actions.answering import keep_answers
from switchboard.outcomes.core.answers import Answer as GivenAnswer
from switchboard.outcomes.models import Assessment, CrisisEvent, CrisisTask
from switchboard.outcomes.wording import instrument_in_force
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.accounts import drill_user
from switchboard.platform.clock import now, today
from switchboard.rulebook.rules import rule

DISPOSITION = "drill"


def drill(*, at: datetime | None = None) -> bool:
    """Close the drill before, saying whether it was paged in time, and start the next; gives that verdict."""
    at = at or now()
    with transaction.atomic():
        passed = _finish(at)
        _start(at)
    return passed


def _start(at: datetime) -> None:
    value = rule("safety/drill").on(today())
    instrument = instrument_in_force(value["instrument"], today())
    item = instrument.item(value["item"])
    assert item is not None, "the drill names an item of its instrument"
    assessment = Assessment.objects.create(
        member_id=drill_member(),
        instrument=instrument.code,
        version=instrument.ref.version,
        given_by="import",
        channel=safety_net.DRILL,
        started_at=at,
        authored_at=at,
    )
    given = GivenAnswer(item.link_id, 1, at, loinc=item.loinc, instrument=instrument.code)
    keep_answers(assessment, [given], SWITCHBOARD, cause=f"{safety_net.DRILL}:{assessment.pk}")


def _finish(at: datetime) -> bool:
    limit = timedelta(seconds=rule("safety/drill").on(today())["page_within_seconds"])
    tasks = CrisisTask.objects.select_for_update().filter(cause__startswith=f"{safety_net.DRILL}:")
    passed = False
    for task in tasks.exclude(state="closed"):
        page = task.events.filter(kind="page_on_call").order_by("id").first()
        passed = page is not None and page.recorded_at - task.opened_at <= limit
        task.state, task.closed_at, task.closed_by_id = "closed", at, drill_user()
        task.disposition, task.next_step_at = DISPOSITION, None
        task.save()
        CrisisEvent.objects.create(task=task, at=at, kind="drill_passed" if passed else "drill_failed")
    return passed


def last_passed() -> datetime | None:
    """Give when the newest drill that passed was opened."""
    events = CrisisEvent.objects.filter(kind="drill_passed").order_by("-id")
    return events.values_list("task__opened_at", flat=True).first()


def first_drill() -> datetime | None:
    """Give when the first drill ever was opened."""
    tasks = CrisisTask.objects.filter(cause__startswith=f"{safety_net.DRILL}:").order_by("id")
    return tasks.values_list("opened_at", flat=True).first()
