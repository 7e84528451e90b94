"""``switchboard migrate``, and the database at hand for every verb that needs one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from switchboard.cli.saying import answer, as_json, fail, waiting
from switchboard.platform.postgres import APP, ServerError, running
from switchboard.project.environment import home


@contextmanager
def at_hand(machine: bool, *, as_owner: bool = False) -> Iterator[None]:
    """Have the database answer and Django started: the embedded one unless ``DATABASE_URL`` names another."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchboard.project.settings")
    if os.environ.get("DATABASE_URL"):
        yield from _with_django(machine, as_owner)
        return
    try:
        with running(home()):
            yield from _with_django(machine, as_owner)
    except ServerError as error:
        fail(machine, str(error))


def _with_django(machine: bool, as_owner: bool) -> Iterator[None]:
    import django
    from django.db import OperationalError, ProgrammingError, connections

    if as_owner:
        os.environ["SWITCHBOARD_AS_OWNER"] = "1"
    django.setup()
    os.environ.pop("SWITCHBOARD_AS_OWNER", None)  # for this process only: the ones it starts are no owners
    try:
        yield
    except OperationalError as error:
        fail(
            machine,
            f"The database does not answer ({type(error).__name__}): is DATABASE_URL right, is it running?",
        )
    except ProgrammingError as error:
        fail(
            machine,
            f"The database refused ({type(error.__cause__ or error).__name__}). If tables are missing, run "
            "`switchboard migrate`; `switchboard doctor` tells more.",
        )
    finally:
        connections.close_all()


@click.command("migrate")
@as_json
def migrate_verb(machine: bool) -> None:
    """Bring the database's tables to this version, as their owner."""
    with at_hand(machine, as_owner=True):
        answer(machine, *migrated(machine))


def migrated(machine: bool) -> tuple[dict[str, Any], str]:
    """Bring the tables up to date and let the application use them; give what was done, and its words."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waits = [
        f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    if waits:
        with waiting(f"Running {len(waits)} migrations.", quiet=machine):
            call_command("migrate", verbosity=0, interactive=False)
    grants = _granted()
    said = f"Ran {len(waits)} migrations." if waits else "The tables are up to date."
    return {"ran": waits, "granted": grants}, said


def _granted() -> str | None:
    """Let the application's role use the tables; give its name, None when it is the owner itself."""
    from urllib.parse import unquote, urlsplit

    from switchboard.platform.privileges import grant_to_application

    url = os.environ.get("DATABASE_URL")
    role = unquote(urlsplit(url).username or "") if url else APP
    return role if role and grant_to_application(role) else None
