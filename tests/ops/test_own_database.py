"""A plan's own PostgreSQL: `DATABASE_URL` names it, and the roles are those that `compose.yaml` makes."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from switchboard.platform.postgres import running, socket_folder
from tests.ops.conftest import Installation, within

pytestmark = [pytest.mark.kills, pytest.mark.xdist_group("installation")]
COMPOSE = (Path(__file__).parents[2] / "compose.yaml").read_text()


@dataclass
class OwnDatabase(Installation):
    """An installation that keeps no database: another server, in another folder, is told it by address."""

    server: Path = Path()
    role: str = "switchboard_app"

    @property
    def env(self) -> dict[str, str]:
        at = f"@/plan?host={socket_folder(self.server)}"
        names = {"DATABASE_URL": self.role, "DATABASE_OWNER_URL": "switchboard_owner"}
        return super().env | {name: f"postgresql://{role}{at}" for name, role in names.items()}


def statements() -> tuple[list[str], list[str]]:
    """What `compose.yaml` tells a new server: of the server, and of the new database in it."""
    sql = (
        COMPOSE.partition("<<'SQL'\n")[2]
        .partition("\n      SQL")[0]
        .replace("DATABASE switchboard ", "DATABASE plan ")
    )
    of_server, _, of_database = (
        [line.strip() for line in part.splitlines() if line.strip()]
        for part in sql.partition("\\c switchboard")
    )
    return of_server, of_database


@contextmanager
def told(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def plan() -> Iterator[OwnDatabase]:
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-own-", ignore_cleanup_errors=True) as place,
        tempfile.TemporaryDirectory(prefix="switchboard-ops-", ignore_cleanup_errors=True) as home,
    ):
        Path(place).chmod(0o755)
        with running(Path(place), volatile=True) as server:
            of_server, of_database = statements()
            with told(server.url("postgres", "postgres")) as first:
                first.execute("DROP DATABASE switchboard")  # what our own launcher makes, compose makes anew
                first.execute("DROP ROLE switchboard_owner, switchboard_app")
                for statement in of_server:
                    first.execute(statement.replace(":'owner'", "'x'").replace(":'app'", "'x'"))
            with told(server.url("postgres", "plan")) as second:
                second.execute("DROP EXTENSION btree_gist, citext, pg_trgm")
                for statement in of_database:
                    second.execute(statement)
            yield OwnDatabase(Path(home), server=Path(place))


def test_it_migrates_as_the_owner_and_serves_as_a_role_that_owns_nothing(plan: OwnDatabase):
    assert json.loads(plan.verb("migrate", "--json").stdout)["ran"]
    with plan.up() as up:
        assert within(60, lambda: up.get("readyz").status == 200), up.get("readyz").body
        said = json.loads(plan.verb("doctor", "--json").stdout)["findings"]
        assert next(f for f in said if f["what"] == "role")["state"] == "fine"
    assert not (plan.home / "postgres").exists(), "an embedded server was made beside the plan's own"


def test_a_superuser_is_told_so_and_how_to_mend_it(plan: OwnDatabase):
    whoever = OwnDatabase(plan.home, server=plan.server, role="postgres")
    said = whoever.verb("doctor", "--json")
    role = next(f for f in json.loads(said.stdout)["findings"] if f["what"] == "role")
    assert role["state"] != "fine"
    assert "superuser" in role["said"]
    assert role["mend"]
