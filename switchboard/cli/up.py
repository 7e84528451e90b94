"""``switchboard up``: the database, the worker and the web server, together, until Ctrl-C."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from switchboard.cli.saying import as_json, fail, waiting
from switchboard.platform.postgres import ServerError, ensure, running
from switchboard.platform.processes import dying_with_parent
from switchboard.project.environment import home

PORT, PORTS_TRIED = 8000, 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
READY_SECONDS = 60
GRACE_SECONDS = 10
RESTARTS = 5  # within a minute of running; more is not a hiccup but a fault


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
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _database(machine):
            _prepare(demo, machine)
            with Crew(home() / "log").working(host, chosen, processes or min(os.cpu_count() or 1, 4)) as crew:
                address = f"http://{'localhost' if host in LOOPBACK else host}:{chosen}/"
                _wait_until_ready(crew, chosen, host, machine)
                _announce(address, demo, machine)
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


def _prepare(demo: bool, machine: bool) -> None:
    """Bring the tables up to date, and fill an empty database when a demo is asked for."""
    os.environ["PYTHONUNBUFFERED"] = "1"
    done = _verb("migrate", "--json")
    if "error" in done:
        raise CrewError(done["error"])
    if not demo or _verb("user", "list", "--demo", "--json").get("users"):
        return
    said = subprocess.run([*SWITCHBOARD, "demo"], check=False, stdout=sys.stderr)  # noqa: S603
    if said.returncode and not machine:
        click.echo("Going on without a demo plan.", err=True)


SWITCHBOARD = [sys.executable, "-c", "from switchboard.cli.main import main; main()"]


def _verb(*words: str) -> dict[str, Any]:
    """Run another verb in a process of its own and give its answer."""
    said = subprocess.run([*SWITCHBOARD, *words], check=False, capture_output=True, text=True)  # noqa: S603
    try:
        return dict(json.loads(said.stdout))
    except ValueError:
        return {"error": said.stderr.strip() or f"`switchboard {words[0]}` ended with {said.returncode}."}


def _wait_until_ready(crew: "Crew", port: int, host: str, machine: bool) -> None:
    until = time.monotonic() + READY_SECONDS
    with waiting("Starting the web server.", quiet=machine):
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://{_dialable(host)}:{port}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                crew.mend()
                time.sleep(0.05)
    raise CrewError(f"The web server did not answer in {READY_SECONDS} s; see {crew.log / 'web.log'}.")


def _dialable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 - compared only


def _announce(address: str, demo: bool, machine: bool) -> None:
    people = _verb("user", "list", "--demo", "--json").get("users", []) if demo else []
    if machine:
        click.echo(json.dumps({"address": address, "sign_in": people}))
        return
    click.echo(f"\n  Switchboard is at {address}\n")
    for one in people:
        click.echo(f"  {one['role']:22} {one['email']}")
    click.echo(
        "\n  The demo signs you in as any of them with one click.\n" if people else "", nl=bool(people)
    )
    click.echo("  Ctrl-C stops it.")


class CrewError(RuntimeError):
    """A process that the application needs does not stay up."""


@dataclass
class Crew:
    """The worker and the web server as children: restarted when they fall, ended when we end, however."""

    log: Path
    orders: dict[str, list[str]] = field(default_factory=dict)
    hands: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    falls: list[float] = field(default_factory=list)

    @contextmanager
    def working(self, host: str, port: int, processes: int) -> Iterator["Crew"]:
        """Start both, and stop both at the end of the block."""
        self.log.mkdir(parents=True, exist_ok=True, mode=0o700)
        counts = home() / "metrics"
        shutil.rmtree(counts, ignore_errors=True)
        counts.mkdir(mode=0o700)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
        os.environ["SWITCHBOARD_UNDER"] = "granian"
        python = sys.executable
        self.orders = {
            "worker": [python, "-m", "switchboard.project.worker"],
            "web": [
                *(python, "-m", "granian", "--interface", "wsgi", "switchboard.project.wsgi:application"),
                *("--host", host, "--port", str(port), "--workers", str(processes)),
                *("--blocking-threads", "8", "--no-ws", "--http", "1"),
                *("--respawn-failed-workers", "--workers-kill-timeout", "8"),
            ],
        }
        try:
            for name in self.orders:
                self._start(name)
            yield self
        finally:
            self._stop()

    def watch(self) -> None:
        """Look after them for ever. Raises CrewError when one will not stay up."""
        while True:
            time.sleep(0.5)
            self.mend()

    def mend(self) -> None:
        """Start again whoever fell, and the embedded database's keeper should it have been killed."""
        for name, hand in list(self.hands.items()):
            if hand.poll() is None:
                continue
            self.falls = [*(at for at in self.falls if at > time.monotonic() - 60), time.monotonic()]
            if len(self.falls) > RESTARTS:
                raise CrewError(f"The {name} fell {RESTARTS} times in a minute; see {self.log / name}.log.")
            click.echo(f"The {name} ended with {hand.returncode}: starting it again.", err=True)
            self._start(name)
        if "DATABASE_URL" not in os.environ:
            ensure(home())

    def _start(self, name: str) -> None:
        with (self.log / f"{name}.log").open("ab") as out:
            self.hands[name] = subprocess.Popen(  # noqa: S603 - our own programs
                self.orders[name],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C comes to us; we tell them in order
                preexec_fn=dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - we have one thread
            )

    def _stop(self) -> None:
        for hand in self.hands.values():
            hand.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for hand in self.hands.values():
            try:
                hand.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(hand.pid, signal.SIGKILL)
                hand.wait()
