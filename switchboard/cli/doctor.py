"""``switchboard doctor``: what is wrong, and how to mend it."""

import os
import shutil
import socket
import tempfile
import zoneinfo
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from switchboard.cli.database import at_hand
from switchboard.cli.saying import FAILED, answer, as_json

if TYPE_CHECKING:
    from switchboard.platform.health import Finding

ENOUGH_DISK = 2 * 1024**3  # bytes: room for the demo plan and its log
MARKS = {"fine": "ok", "warning": "warning", "broken": "BROKEN"}


@click.command("doctor")
@click.option("--port", default=8000, show_default=True, help="The port to look at.")
@as_json
def doctor_verb(port: int, machine: bool) -> None:
    """Look at everything it needs, and say how to mend what is wrong. Exit 1 when something is broken."""
    with at_hand(machine):
        from switchboard.platform.health import State, findings

        here: tuple[Callable[[], Finding], ...] = (disk, time_zones, kernel_cache, lambda: address(port))
        found = [*findings(), *(look() for look in here)]
        healthy = all(one.state is not State.BROKEN for one in found)
        lines = [
            f"{MARKS[one.state]:8} {one.what}: {one.said}" + (f"\n         -> {one.mend}" if one.mend else "")
            for one in found
        ]
        answer(machine, {"healthy": healthy, "findings": [asdict(one) for one in found]}, "\n".join(lines))
    if not healthy:
        raise SystemExit(FAILED)


def disk() -> "Finding":
    """Look whether the disk has room."""
    from switchboard.platform.health import Finding, State
    from switchboard.project.environment import home

    free = shutil.disk_usage(next(p for p in (home(), *home().parents) if p.exists())).free
    said = f"{free / 1024**3:.1f} GiB free at {home()}."
    if free < ENOUGH_DISK:
        return Finding("disk", State.WARNING, said, "Free some, or set SWITCHBOARD_HOME to a larger disk.")
    return Finding("disk", State.FINE, said)


def time_zones() -> "Finding":
    """Look whether time zones are known, the same on every machine."""
    from switchboard.platform.health import Finding, State

    if "America/New_York" in zoneinfo.available_timezones():
        return Finding("time zones", State.FINE, "The time zone data is there.")
    return Finding("time zones", State.BROKEN, "There is no time zone data.", "pip install tzdata")


def kernel_cache() -> "Finding":
    """Look whether the compiled match kernel can be kept; without that every start compiles it anew."""
    from switchboard.platform.health import Finding, State

    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).resolve().parents[1] / "matching")
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("kernel cache", State.FINE, "The compiled match kernel can be kept.")
    except OSError:
        mend = "Set NUMBA_CACHE_DIR to a folder that can be written."
        return Finding("kernel cache", State.WARNING, "The kernel is compiled anew at every start.", mend)


def address(port: int) -> "Finding":
    """Look whether the port is free, or already ours."""
    from switchboard.platform.health import Finding, State

    with socket.socket() as taken:
        if taken.connect_ex(("127.0.0.1", port)):
            return Finding("port", State.FINE, f"Port {port} is free.")
    mend = "If that is not Switchboard itself: `switchboard up` takes the next free port, or give --port."
    return Finding("port", State.FINE, f"Port {port} is in use.", mend)
