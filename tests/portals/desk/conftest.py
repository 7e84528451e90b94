"""The desk of its tests, and a navigator's browser."""

import pytest
from django.test import Client, override_settings

from switchboard.platform.roles import Role


@pytest.fixture
def desk():
    from tests.portals.desk_world import Desk

    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield Desk()


@pytest.fixture
def navigator(desk) -> Client:
    return desk.browser(Role.NAVIGATOR)
