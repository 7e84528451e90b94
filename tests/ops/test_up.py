"""``switchboard up``: one command starts everything, one Ctrl-C or any kill ends everything, data stays."""

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from switchboard.cli.up import Hand
from switchboard.project.copies import STILLBORN_IN_A_ROW, Births
from tests.ops.conftest import Installation, free_port, within

pytestmark = [pytest.mark.kills, pytest.mark.xdist_group("installation")]


def test_it_serves_and_ctrl_c_leaves_no_process(installation: Installation):
    with installation.up() as up:
        assert up.get("healthz").body == "alive\n"
        assert within(30, lambda: up.get("readyz").status == 200)  # the match is loaded after the first page
        assert up.interrupt() == 0
    assert installation.processes() == []


def test_a_killed_up_leaves_nothing_running_and_the_next_one_keeps_the_data(installation: Installation):
    ask = ["user", "create", "kept@example.org", "--name", "Kept", "--role", "navigator", "--json"]
    assert installation.verb(*ask).returncode == 0
    with installation.up() as up:
        up.kill()
    assert within(30, lambda: installation.processes() == [])
    with installation.up() as up:
        assert up.get("healthz").status == 200
        assert "kept@example.org" in installation.verb("user", "list", "--json").stdout


def test_whatever_is_killed_is_back_within_thirty_seconds(installation: Installation):
    """R31. The web server's process, the worker, PostgreSQL, and the keeper that looks after PostgreSQL."""
    hands = [
        ("granian", "worker-1"),
        ("granian",),
        ("switchboard.project.worker",),
        ("bin/postgres",),
        ("switchboard.platform.postgres",),
    ]
    with installation.up() as up:
        for marks in hands:
            killed = installation.process(*marks)
            os.kill(killed, signal.SIGKILL)
            assert within(30, lambda was=killed, marks=marks: installation.process(*marks) not in {None, was})
            assert within(30, lambda: up.get("readyz").status == 200)
        assert up.interrupt() == 0
    assert installation.processes() == []


def test_copies_that_fall_every_second_are_replaced_at_once_by_the_same_server(installation: Installation):
    """Nobody waits for Django to load (promise C2). Seen to fail with the web server library's own server."""
    with installation.up() as up:
        server, slowest = installation.process("granian"), 0.0
        for _ in range(4):
            os.kill(installation.process("granian", "worker-1"), signal.SIGKILL)
            fell = time.monotonic()
            assert within(30, lambda: up.get("healthz").status == 200)
            slowest = max(slowest, time.monotonic() - fell)
            time.sleep(1)
        assert installation.process("granian") == server
        assert slowest < 3
        assert up.interrupt() == 0


def test_a_copy_is_replaced_without_rest_unless_copies_fall_before_they_serve():
    """Then the rest grows, and the server gives up: whoever started it loads Django anew."""
    births = Births()
    assert [births.rest_after(1.0) for _ in range(30)] == [0.0] * 30
    rests = [births.rest_after(0.1) for _ in range(STILLBORN_IN_A_ROW)]
    assert rests[:3] == [0.1, 0.2, 0.4]
    assert rests[-1] is None
    assert births.rest_after(2.0) == 0.0, "one that served ends the row"


def test_a_program_that_falls_rests_short_five_times_then_longer():
    """Who is in a crisis waits for it. Seen to fail when the rest doubled from the first fall."""
    hand = Hand("worker", ["true"], Path("unused"))
    rests = []
    for hand.falls in (0, 1, 5, 6, 7, 40):
        rests.append(hand.rest)
    assert rests == [0.5, 0.5, 0.5, 1.0, 2.0, 15.0]


def test_a_port_that_is_taken_is_said_and_not_fought_over(installation: Installation):
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        said = installation.verb("up", "--port", str(port), "--json")
    assert said.returncode == 1
    assert str(port) in json.loads(said.stdout)["error"]


def test_a_demo_listens_on_this_machine_only(installation: Installation):
    said = installation.verb("up", "--demo", "--host", "0.0.0.0")
    assert said.returncode == 2
    assert "127.0.0.1 only" in said.stderr
