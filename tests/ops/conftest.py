"""An installation of its own for the tests that kill things: own home, own processes, found by that home."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SWITCHBOARD = [sys.executable, "-c", "from switchboard.cli.main import main; main()"]


def within(seconds: float, happened: Callable[[], object]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.1)
    return bool(happened())


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str]


@dataclass
class Installation:
    home: Path
    ports: list[int] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        clean = {n: v for n, v in os.environ.items() if not n.startswith(("SWITCHBOARD_", "DATABASE_"))}
        return clean | {"SWITCHBOARD_HOME": str(self.home), "SWITCHBOARD_CRISIS_LINE": "1-800-555-0177"}

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*SWITCHBOARD, *words], env=self.env, capture_output=True, text=True, check=False
        )

    @contextmanager
    def up(self, *words: str) -> Iterator["Up"]:
        port = free_port()
        self.ports.append(port)
        process = subprocess.Popen(
            [*SWITCHBOARD, "up", "--json", "--processes", "1", "--port", str(port), *words],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        up = Up(self, process, json.loads(process.stdout.readline() or "{}"))
        try:
            yield up
        finally:
            if process.poll() is None:
                up.interrupt()

    def processes(self) -> list[int]:
        """Every living process of this installation: it names home or one of our ports.

        The web server writes its title over its environment, hence the ports.
        """
        marks = [bytes(self.home), *(b":%d " % port for port in self.ports)]
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    continue
                said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            except OSError:
                continue
            if any(mark in said for mark in marks) and int(process.name) != os.getpid():
                found.append(int(process.name))
        return found

    def process(self, *marks: str) -> int | None:
        """The process of this installation whose arguments carry every mark."""
        for number in self.processes():
            try:
                said = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if all(mark in said for mark in marks):
                return number
        return None


def _lower(headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Up:
    """A running ``switchboard up``."""

    installation: Installation
    process: subprocess.Popen[str]
    said: dict

    def get(self, path: str, data: bytes | None = None) -> Answer:
        try:
            with urllib.request.urlopen(self.said["address"] + path, data=data, timeout=20) as response:
                return Answer(response.status, response.read().decode(), _lower(response.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), _lower(error.headers))
        except (urllib.error.URLError, ConnectionError):
            return Answer(0, "", {})

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A migrated installation, shared by the tests that start it and stop it again."""
    place = Path(tempfile.mkdtemp(prefix="switchboard-ops-"))
    ours = Installation(place)
    said = ours.verb("migrate", "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    yield ours
    for number in ours.processes():
        os.kill(number, signal.SIGKILL)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def stopped_database(settings, django_db_blocker):
    """A server that ran and was really stopped; nothing answers at its socket any more."""
    from django.db import connection

    from switchboard.platform.postgres import running, socket_folder

    with tempfile.TemporaryDirectory(prefix="switchboard-off-", ignore_cleanup_errors=True) as place:
        with running(Path(place), volatile=True):
            pass
        with django_db_blocker.unblock():
            settings.PLAN_CRISIS_LINE = "1-800-555-0177"
            ours = dict(connection.settings_dict)
            connection.close()
            connection.settings_dict.update(HOST=str(socket_folder(Path(place))), NAME="switchboard")
            yield
            connection.close()
            connection.settings_dict.update(ours)
