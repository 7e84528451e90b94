"""The embedded server: shared by processes, stopped by the last one, back after every kind of kill."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from switchboard.platform.postgres import PATIENCE, SOCKET_PATH_LIMIT, Server, answers, running, socket_folder

pytestmark = pytest.mark.kills

HOLD = """
import sys
from pathlib import Path
from switchboard.platform.postgres import running
with running(Path(sys.argv[1]), volatile=True):
    print("in", flush=True)
    sys.stdin.read()
print("out", flush=True)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that PostgreSQL's ordinary user can pass into (pytest's own folder is root's alone)."""
    place = Path(tempfile.mkdtemp(prefix="switchboard-pg-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


class User:
    """Another process that uses the server."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "in\n"

    def leave(self) -> None:
        self.process.communicate(timeout=40)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def keeper(home: Path) -> int:
    return int((home / "locks/keeper").read_text())


def within(seconds: float, happened) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.1)
    return bool(happened())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def rows(server: Server, question: str, **how: str) -> list[tuple]:
    with psycopg.connect(server.url(**how), autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchall() if cursor.description else []


def test_two_processes_share_one_server_and_the_last_one_out_stops_it(home):
    first, second = User(home), User(home)
    postmaster = Server(home).postmaster()
    first.leave()
    assert answers(home)
    assert Server(home).postmaster() == postmaster
    second.leave()
    assert not answers(home)
    assert not alive(postmaster)


def test_many_processes_may_start_it_at_once(home):
    starting = [
        subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdin=subprocess.DEVNULL) for _ in range(4)
    ]
    assert [process.wait(60) for process in starting] == [0] * 4
    assert not answers(home)


def test_data_survives_a_stop(home):
    with running(home) as server:
        rows(server, "CREATE TABLE kept AS SELECT 7 AS n", role="switchboard_owner")
    with running(home) as server:
        assert rows(server, "SELECT n FROM kept", role="switchboard_owner") == [(7,)]


def test_a_killed_server_is_back_within_thirty_seconds_with_what_was_committed(home):
    with running(home) as server:
        rows(server, "CREATE TABLE kept AS SELECT 7 AS n", role="switchboard_owner")
        for _ in range(3):  # R31: the second restart is where stale pid files used to bite
            killed = server.postmaster()
            os.kill(killed, signal.SIGKILL)
            assert within(
                PATIENCE, lambda was=killed: server.postmaster() not in {None, was} and answers(home)
            )
        assert rows(server, "SELECT n FROM kept", role="switchboard_owner") == [(7,)]


def test_a_stale_pid_file_that_names_another_live_process_does_not_keep_it_down(home):
    """R31: after a kill the number may be another process's of that user: PostgreSQL alone refuses."""
    with running(home):
        pass
    owner = (home / "postgres").stat().st_uid
    how = {"user": owner} if os.geteuid() == 0 else {}
    other = subprocess.Popen(["sleep", "120"], **how)
    (home / "postgres/postmaster.pid").write_text(f"{other.pid}\n{home / 'postgres'}\n0\n5432\n\n\n")
    try:
        with running(home):
            assert answers(home)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_server_ends_when_every_user_of_it_was_killed(home):
    user = User(home)
    postmaster, kept = Server(home).postmaster(), keeper(home)
    user.kill()
    assert within(PATIENCE, lambda: not alive(postmaster) and not alive(kept))


def test_a_killed_keeper_takes_its_server_along_and_the_next_user_starts_anew(home):
    user = User(home)
    postmaster = Server(home).postmaster()
    os.kill(keeper(home), signal.SIGKILL)
    assert within(PATIENCE, lambda: not alive(postmaster))
    with running(home):
        assert answers(home)
    user.leave()


def test_a_half_made_cluster_is_thrown_away(home):
    (home / "postgres.new/base").mkdir(parents=True)
    with running(home):
        assert answers(home)


def test_the_application_role_is_an_ordinary_one_and_owns_nothing(home):
    with running(home) as server:
        powers = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
        asked = f"SELECT {powers} FROM pg_roles WHERE rolname = current_user"
        for role in ("switchboard_app", "switchboard_owner"):
            assert rows(server, asked, role=role) == [(False, False, False, False)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(server, "CREATE TABLE mine (n int)")
        found = rows(server, "SELECT extname FROM pg_extension")
        assert {("btree_gist",), ("pg_trgm",), ("citext",)} <= set(found)


def test_only_the_owner_may_reach_the_socket_and_no_network_address_is_open(home):
    with running(home) as server:
        assert socket_folder(home).stat().st_mode & 0o777 == 0o700
        assert (home / "postgres").stat().st_mode & 0o777 == 0o700
        assert rows(server, "SHOW listen_addresses") == [("",)]
        if os.geteuid() == 0:
            assert Path(f"/proc/{server.postmaster()}").stat().st_uid != 0


def test_the_servers_log_repeats_no_row_values(home):
    """Promises decision 7: a constraint violation's DETAIL and STATEMENT carry what people typed."""
    with running(home) as server:
        rows(server, "CREATE TABLE named (name text UNIQUE)", role="switchboard_owner")
        for _ in range(2):
            with psycopg.connect(server.url("switchboard_owner"), autocommit=True) as connection:
                try:
                    connection.execute("INSERT INTO named VALUES (%s)", ["ZZCANARYSMITH"])
                    connection.execute("INSERT INTO named VALUES ('ZZCANARYSMITH')")
                except psycopg.errors.UniqueViolation:
                    pass
    log = (home / "log/postgres.log").read_text()
    assert "duplicate key" in log
    assert "ZZCANARYSMITH" not in log


def test_a_long_home_gets_a_short_socket_folder(home):
    home.chmod(0o711)
    deep = home / ("d" * 120)
    deep.mkdir()
    folder = socket_folder(deep)
    assert len(bytes(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    with running(deep):
        assert answers(deep)
    shutil.rmtree(folder)
