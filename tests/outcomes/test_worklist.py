"""The crisis worklist shows everybody who is to be called, the gravest first, and nobody made up."""

from datetime import UTC, datetime, timedelta

import pytest

from switchboard.outcomes.actions.drill import drill
from switchboard.outcomes.models import CrisisTask
from switchboard.outcomes.queries import crisis_count, crisis_worklist

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def opened(minutes_ago: int, level: str = "standard") -> CrisisTask:
    at = NOON - timedelta(minutes=minutes_ago)
    return CrisisTask.objects.create(
        cause=f"import:{minutes_ago}", level=level, opened_at=at, unroutable=True
    )


def test_a_flood_of_lesser_calls_hides_no_grave_one():
    """The gravest stands first though the list is cut. Seen to fail when it was cut by age alone."""
    for minute in range(30, 36):
        opened(minute)
    grave, high = opened(1, "imminent"), opened(2, "high")
    shown = crisis_worklist(limit=4)
    assert [view.public_id for view in shown[:2]] == [grave.public_id, high.public_id]
    assert [view.level for view in shown[2:]] == ["standard", "standard"]
    assert shown[2].opened_at < shown[3].opened_at, "then who has waited longest"


def test_the_count_in_the_navigation_is_the_length_of_the_list():
    """A drill is on neither: who sees four must find four. Seen to fail when the count held drills."""
    opened(5)
    drill(at=NOON)
    assert CrisisTask.objects.exclude(state="closed").count() == 2
    assert crisis_count() == (1, 1)
    assert len(crisis_worklist()) == 1
