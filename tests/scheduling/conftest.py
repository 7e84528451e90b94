"""The small world of the booking tests."""

import pytest


@pytest.fixture
def world():
    from tests.scheduling.world import World  # Django is set up after this file is read

    return World()
