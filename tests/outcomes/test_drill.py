"""The alarm chain is itself watched: a made-up positive, end to end, every five minutes (promise C4)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from switchboard.outcomes.actions import escalate
from switchboard.outcomes.actions.drill import drill, first_drill, last_passed
from switchboard.outcomes.core.drill import standing
from switchboard.outcomes.models import CrisisTask
from switchboard.outcomes.queries import crisis_worklist
from switchboard.platform.clock import stopped_at
from switchboard.platform.models import OutgoingMessage
from switchboard.rulebook.rules import rule

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(microsecond=0)


def run(minutes: int, *, notifier: bool) -> None:
    at = NOON + timedelta(minutes=minutes)
    with stopped_at(at):
        drill(at=at)
        if notifier:
            escalate(at=at)


def silent_at(minutes: int) -> bool:
    now = NOON + timedelta(minutes=minutes)
    value = rule("safety/drill").on(now.date())
    return standing(last_passed(), first_drill() or NOON, now, value).outcome == "silent"


def test_a_living_chain_passes_its_drills_and_troubles_nobody():
    """No clinician is paged and no worklist shows it; every task is closed by the next drill."""
    for minutes in (0, 5, 10):
        run(minutes, notifier=True)
    assert last_passed() == NOON + timedelta(minutes=5)
    assert not silent_at(10)
    assert crisis_worklist() == []
    assert OutgoingMessage.objects.count() == 0
    assert CrisisTask.objects.exclude(state="closed").count() == 1


def test_a_dead_notifier_is_noticed_within_eleven_minutes_of_its_last_pass():
    """Seen to fail when a drill passes without its page."""
    run(0, notifier=True)
    run(5, notifier=True)
    for minutes in (10, 15, 20):
        run(minutes, notifier=False)
    assert last_passed() == NOON + timedelta(minutes=5)
    assert not silent_at(15)
    assert silent_at(17)


def test_a_page_that_came_too_late_does_not_pass():
    """Paged after a minute is not paged in time."""
    run(0, notifier=False)
    late = NOON + timedelta(minutes=4)
    with stopped_at(late):
        escalate(at=late)
    CrisisTask.objects.update(opened_at=NOON - timedelta(minutes=10))
    run(5, notifier=True)
    assert last_passed() is None


def test_the_timer_outside_the_application_speaks_when_the_database_is_gone():
    """A process of its own, without Django: no database means nobody can be paged, and it says so."""
    done = subprocess.run(
        [sys.executable, "-m", "switchboard.project.deadman", "--once"],
        env={"PATH": "/usr/bin", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "nobody can be paged" in done.stderr
