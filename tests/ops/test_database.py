"""The tests' own database: migrated by the owner, used as the application."""

import pytest
from django.db import ProgrammingError, connection, transaction

from switchboard.platform.privileges import dangers


@pytest.mark.django_db
def test_tests_run_as_the_applications_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("switchboard_app",)
    # Nothing but what these tests were given to empty tables between them (``tests/conftest.py``).
    assert dangers() == ["may change history"]


@pytest.mark.django_db
def test_the_application_may_not_change_tables():
    with (
        pytest.raises(ProgrammingError, match="must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("ALTER TABLE platform_user ADD COLUMN more text")
