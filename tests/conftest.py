"""One real PostgreSQL for the whole test run: an own temporary home, a database for every xdist worker.

Migrations run as the owner's role, tests as the application's: a test that needs more rights fails.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import settings

# A busy machine is slow now and then, which says nothing of the code. `make nightly` asks for the long one.
settings.register_profile("usual", deadline=None)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("usual")
if "PYTEST_XDIST_WORKER" not in os.environ:
    # /tmp and not pytest's folder: PostgreSQL's user must be able to pass, and a socket's path is short.
    os.environ["SWITCHBOARD_HOME"] = tempfile.mkdtemp(prefix="switchboard-tests-")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SWITCHBOARD_AS_OWNER", "SWITCHBOARD_DEMO"):
        os.environ.pop(name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "switchboard.project.settings"
HOME = Path(os.environ["SWITCHBOARD_HOME"])
TEMPLATE = "test_template"


def pytest_configure(config: pytest.Config) -> None:
    django.setup()  # not earlier: the settings read the home set above


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave whole installations alone in a bare pytest: `make test` and `.ci/run` start and kill them."""
    if os.environ.get("SWITCHBOARD_KILLS") != "1":
        for item in items:
            if item.get_closest_marker("kills"):
                item.add_marker(
                    pytest.mark.skip(reason="starts and kills installations: SWITCHBOARD_KILLS=1")
                )


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[object]:
    """The embedded PostgreSQL, shared by every worker of this run; fsync is off."""
    from switchboard.platform.postgres import running

    with running(HOME, volatile=True) as started:
        yield started


@pytest.fixture(scope="session")
def django_db_setup(server, django_db_blocker) -> Iterator[None]:
    """Migrate a template as the owner, once a run; copy it for this worker; connect as the application."""
    from django.db import connections

    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with django_db_blocker.unblock():
        with (HOME / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _exists(server, TEMPLATE):
                _as_superuser(server, f'CREATE DATABASE {TEMPLATE} OWNER "switchboard_owner"')
                _migrate(server)
            _as_superuser(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER switchboard_owner")
        connections["default"].settings_dict["NAME"] = name
        yield
        connections.close_all()


def _as_superuser(server, statement: str, database: str = "postgres") -> list[tuple]:
    import psycopg

    with psycopg.connect(server.url("postgres", database), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _exists(server, database: str) -> bool:
    return bool(_as_superuser(server, f"SELECT 1 FROM pg_database WHERE datname = '{database}'"))


def _migrate(server) -> None:
    """Migrate the template as its owner, then let the application use it (and empty it between tests)."""
    from django.core.management import call_command
    from django.db import connection

    from switchboard.platform.postgres import APP, OWNER
    from switchboard.platform.privileges import grant_to_application

    ours = dict(connection.settings_dict)
    connection.settings_dict.update(NAME=TEMPLATE, USER=OWNER)
    call_command("migrate", verbosity=0)
    grant_to_application(APP)
    connection.close()
    connection.settings_dict.update(ours)
    _as_superuser(server, f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {APP}", TEMPLATE)
