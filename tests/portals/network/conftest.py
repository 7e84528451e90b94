"""The network of its tests, its manager's browser, a place for uploads and a pair that may be one person."""

from datetime import date, timedelta

import pytest
from django.test import override_settings

from switchboard.platform.roles import Role


@pytest.fixture
def world():
    from tests.portals.network_world import World

    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield World()


@pytest.fixture
def manager(world):
    return world.browser(Role.NETWORK_MANAGER)


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def pair(db):
    from switchboard.members.models import DuplicateCandidate, Member
    from switchboard.platform.clock import now
    from switchboard.platform.worklist import open_work

    sides = [
        Member.objects.create(
            member_number=f"HL0000{n}111", family_name="Quintero", given_name=given,
            birth_date=date(1986, 5, 1), zip5="06105",
        )
        for n, given in enumerate(("Rosa", "Rossa"))
    ]  # fmt: skip
    because = [
        {"code": "likeness_score", "params": {"score": 0.91}},
        {"code": "same_birth_date", "params": {}},
    ]
    made = DuplicateCandidate.objects.create(left=sides[0], right=sides[1], likeness=0.91, because=because)
    open_work(
        queue="duplicates", kind="maybe_same_person", subject=f"duplicate:{made.pk}",
        due_at=now() + timedelta(days=5), once="d",
    )  # fmt: skip
    return made
