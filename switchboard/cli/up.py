"""``switchboard up``: the database, web server, worker and alarm timer, together, until Ctrl-C."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from http.client import INTERNAL_SERVER_ERROR
from pathlib import Path
from typing import Any

import click

from switchboard.cli.database import at_hand, migrated
from switchboard.cli.saying import as_json, fail, waiting
from switchboard.platform.postgres import ServerError, ensure, running
from switchboard.platform.processes import dying_with_parent
from switchboard.project.environment import home

PORT, PORTS_TRIED = 8000, 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
READY_SECONDS = 60
GRACE_SECONDS = 10
SHORTEST_REST, LONGEST_REST = 0.5, 15.0  # seconds between starts of a process that keeps falling
FALLS_FORGIVEN = 5  # in a row, before it rests longer: people in a crisis wait for it
STEADY = 60.0  # seconds after which a process no longer counts as one that keeps falling


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"The port; {PORT} or the next free one.")
@click.option("--demo", is_flag=True, help="Fill an empty database with a demo plan; one-click sign-in.")
@click.option("--processes", type=click.IntRange(1, 64), help="Web processes; as many as cores, at most 4.")
@as_json
def up_verb(host: str, port: int | None, demo: bool, processes: int | None, machine: bool) -> None:
    """Start everything, and stop everything at Ctrl-C. A second start keeps the data."""
    if demo and host not in LOOPBACK:
        raise click.UsageError("--demo lets anybody sign in as anybody: it listens on 127.0.0.1 only.")
    chosen = _port(host, port, machine)
    if demo:
        os.environ["SWITCHBOARD_DEMO"] = "1"
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a shell starts background jobs deaf to it
        signal.signal(number, _interrupt)
    try:
        with _database(machine), Crew(home() / "log").working() as crew:
            crew.add("web server", _web(host, chosen, processes or min(os.cpu_count() or 1, 4)))
            people = _prepare(demo, machine)  # while the web server loads: it opens nothing before asked
            _wait_for_a_page(crew, chosen, host, machine)
            crew.add("worker", [sys.executable, "-m", "switchboard.project.worker"])
            crew.add("alarm timer", [sys.executable, "-m", "switchboard.project.deadman"])
            _announce(f"http://{'localhost' if host in LOOPBACK else host}:{chosen}/", people, machine)
            crew.watch()
    except KeyboardInterrupt:
        if not machine:
            click.echo("\nStopped. Your data is kept.", err=True)
    except (ServerError, CrewError) as error:
        fail(machine, str(error))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _database(machine: bool) -> Any:
    if os.environ.get("DATABASE_URL"):
        return nullcontext()
    return running(home())


def _port(host: str, asked: int | None, machine: bool) -> int:
    """Give the port asked for, or the first free one; say so when it is another than people expect."""
    wanted = asked or PORT
    for port in range(wanted, wanted + (1 if asked else PORTS_TRIED)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError:
                continue
        if port != wanted and not machine:
            click.echo(f"Port {wanted} is taken by another program: using {port}.", err=True)
        return port
    raise fail(machine, f"Port {wanted} on {host} cannot be had: taken, or not allowed. Give another --port.")


def _web(host: str, port: int, processes: int) -> list[str]:
    counts = home() / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
    return [
        *(sys.executable, "-m", "switchboard.project.web"),
        *("--host", host, "--port", str(port), "--processes", str(processes)),
    ]


def _prepare(demo: bool, machine: bool) -> list[dict[str, Any]]:
    """Bring the tables up to date, fill an empty database when a demo is asked for; give whom it signs in."""
    with at_hand(machine, as_owner=True):
        migrated(machine)
        people = _sign_ins() if demo else []
    if not demo or people:
        return people
    said = subprocess.run([*SWITCHBOARD, "demo"], check=False, stdout=sys.stderr)  # noqa: S603
    if said.returncode and not machine:
        click.echo("Going on without a demo plan.", err=True)
    with at_hand(machine):
        return _sign_ins()


def _sign_ins() -> list[dict[str, Any]]:
    from switchboard.platform.staff import one_per_role

    return [asdict(one) for one in one_per_role()]


SWITCHBOARD = [sys.executable, "-c", "from switchboard.cli.main import main; main()"]


def _wait_for_a_page(crew: "Crew", port: int, host: str, machine: bool) -> None:
    """Wait until the first page is answered, by whatever host name: a name it refuses is an answer too."""
    until = time.monotonic() + READY_SECONDS
    with waiting("Starting the web server.", quiet=machine):
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://{_dialable(host)}:{port}/", timeout=10):
                    return
            except urllib.error.HTTPError as error:
                if error.code < INTERNAL_SERVER_ERROR:
                    return
            except OSError:
                pass
            crew.mend()
            time.sleep(0.05)
    raise CrewError(f"The web server did not answer in {READY_SECONDS} s; see {crew.log / 'web.log'}.")


def _dialable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 - compared only


def _announce(address: str, people: list[dict[str, Any]], machine: bool) -> None:
    if machine:
        click.echo(json.dumps({"address": address, "sign_in": people}))
        return
    click.echo(f"\n  Switchboard is at {address}\n")
    for one in people:
        click.echo(f"  {one['role']:22} {one['email']}")
    if people:
        click.echo("\n  The demo signs you in as any of them with one click.\n")
    click.echo("  Ctrl-C stops it.")


class CrewError(RuntimeError):
    """A process that the application needs does not stay up."""


@dataclass
class Hand:
    """One child process: started again when it falls, after a rest that grows once it keeps falling."""

    name: str
    order: list[str]
    log: Path
    falls: int = 0
    begun: float = 0.0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, its words going to its log."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                self.order,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C comes to us; we tell them
                preexec_fn=dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - we have one thread
            )
        self.begun = time.monotonic()

    @property
    def rest(self) -> float:
        """Give the seconds that must pass between its start and the next."""
        return min(SHORTEST_REST * 2.0 ** max(self.falls - FALLS_FORGIVEN, 0), LONGEST_REST)

    def mend(self) -> None:
        """Start it again if it fell and has rested."""
        if self.process.poll() is None or time.monotonic() < self.begun + self.rest:
            return
        self.falls = 0 if time.monotonic() > self.begun + STEADY else self.falls + 1
        click.echo(f"The {self.name} ended with {self.process.returncode}: starting it again.", err=True)
        self.start()

    def end(self, until: float) -> None:
        """Wait for it to end as told, or end it and its children by force."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Crew:
    """The worker and the web server, ended when we end, however we end."""

    log: Path
    hands: list[Hand] = field(default_factory=list)

    @contextmanager
    def working(self) -> Iterator["Crew"]:
        """Have a crew, ended at the end of the block."""
        self.log.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            yield self
        finally:
            until = time.monotonic() + GRACE_SECONDS
            for hand in self.hands:
                hand.process.terminate()
            for hand in self.hands:
                hand.end(until)

    def add(self, name: str, order: list[str]) -> None:
        """Start one more process and look after it."""
        hand = Hand(name, order, self.log / f"{name.split()[0]}.log")
        hand.start()
        self.hands.append(hand)

    def watch(self) -> None:
        """Look after them for ever."""
        while True:
            time.sleep(0.5)
            self.mend()

    def mend(self) -> None:
        """Have the embedded database up, and whoever fell started again."""
        if "DATABASE_URL" not in os.environ:
            ensure(home())
        for hand in self.hands:
            hand.mend()
