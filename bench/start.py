"""How long from a clone to the first page, and how long when everything is there already?

``python -m bench start``: clones this repository (what is committed), runs ``make run`` in it as a stranger
would, with the package cache as it is, until the first page is answered; stops it with Ctrl-C and starts it
again. Promised (A2): under 60 s with a warm package cache, under 5 s warm.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Table

ROOT = Path(__file__).parent.parent
PROMISED = {"clone to first page, package cache warm": 60, "warm: second `make run` to first page": 5}
PATIENCE = 600


@contextmanager
def up(folder: Path, port: int) -> Iterator[float]:
    """Run ``make run`` until a page is answered; give the seconds; end it by Ctrl-C."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("SWITCHBOARD", "DJANGO", "DATABASE", "VIRTUAL"))
    }
    log = folder.parent / "run.log"
    since = time.perf_counter()
    with log.open("wb") as out:
        run = subprocess.Popen(
            ["make", "run"], cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            env=kept | {"SWITCHBOARD_HOME": str(folder.parent / "home")}, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        while not answered(address):
            assert run.poll() is None, f"`make run` ended:\n{log.read_text()[-2000:]}"
            assert time.perf_counter() - since < PATIENCE, (
                f"no page in {PATIENCE} s:\n{log.read_text()[-2000:]}"
            )
            time.sleep(0.05)
        yield time.perf_counter() - since
    finally:
        os.killpg(run.pid, signal.SIGINT)
        try:
            run.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        _gone(folder.parent / "home", address)


def _gone(home: Path, address: str) -> None:
    """Wait until web server and database have ended: `make` itself ends at once at Ctrl-C."""
    until = time.monotonic() + 60
    while answered(address) or (home / "postgres/postmaster.pid").exists():
        assert time.monotonic() < until, "Ctrl-C did not stop everything within 60 s"
        time.sleep(0.1)


def answered(address: str) -> bool:
    """Tell whether the page comes, whole."""
    try:
        with urllib.request.urlopen(address, timeout=30) as page:
            return b"</html>" in page.read()
    except OSError:
        return False


def free_port() -> int:
    """Give the port that ``make run`` will take: 8000, or the next free one."""
    for port in range(8000, 8020):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("No port from 8000 to 8019 is free.")


def main(report: Callable[[str], object] = print) -> None:
    """Measure both, twice the warm one."""
    home = Path(tempfile.mkdtemp(prefix="switchboard-bench-"))
    home.chmod(0o755)  # as root the server runs as an ordinary user, who must get in
    folder, port = home / "clone", free_port()
    table = Table("Start", ("what", "seconds", "promised"))
    try:
        since = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
        cloned = time.perf_counter() - since
        with up(folder, port) as first:
            pass
        warm = []
        for _ in range(2):
            with up(folder, port) as again:
                warm.append(again)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for (what, most), took in zip(PROMISED.items(), (cloned + first, max(warm)), strict=True):
        missed = " MISSED" if took >= most else ""
        table.rows.append((what, f"{took:.1f}", f"under {most}{missed}"))
    table.notes.append(
        "The first makes the environment, the database and the demo plan; the second keeps them"
        f" (the slower of two; the other took {min(warm):.1f} s)."
    )
    report(table.markdown())


if __name__ == "__main__":
    main()
