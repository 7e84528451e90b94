"""The API under load: a real web server, a durable PostgreSQL, callers with keys.

``python -m bench.http``: the match against an empty authenticated request (ratio of medians); how soon a
booking leaves the offers of every process; booking by 16 clients against PostgreSQL's own single-row UPDATE
in the same run. Prints ratios; times only to be read beside them. Clients are processes that speak HTTP over
one open connection each.
"""

import json
import math
import multiprocessing as mp
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.book import percentile
from bench.report import Table

CLIENTS, SECONDS = 16, 6.0
NEED = {
    "state": "CT", "line_of_business": "COM", "age": 40, "latitude": 41.77, "longitude": -72.7,
    "conditions": ["depression"], "level_of_care": "outpatient", "max_miles": 30,
}  # fmt: skip


@contextmanager
def plan(members: int = 4000, practitioners: int = 600) -> Iterator[Path]:
    """Give the home of an installation with a demo plan on a durable database; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="switchboard-bench-"))
    os.environ |= {
        "SWITCHBOARD_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "switchboard.project.settings",
        "SWITCHBOARD_API_RATE": "1000000",
        "SWITCHBOARD_DEMO": "1",
    }
    os.environ.pop("DATABASE_URL", None)
    from switchboard.platform.postgres import running

    verb = [sys.executable, "-c", "from switchboard.cli.main import main; main()"]
    size = ["--members", str(members), "--practitioners", str(practitioners), "--weeks", "8", "--seed", "7"]
    with running(home):
        subprocess.run([*verb, "migrate", "--json"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*verb, "demo", *size], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        yield home
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def web(workers: int = 2) -> Iterator[int]:
    """Start the web server as ``switchboard up`` does; give its port."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    order = [
        sys.executable,
        "-m",
        "switchboard.project.web",
        "--port",
        str(port),
        "--processes",
        str(workers),
    ]
    log = Path(os.environ["SWITCHBOARD_HOME"]) / "bench-web.log"
    with log.open("wb") as out:
        server = subprocess.Popen(order, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # it holds nothing that must be kept
        server.wait()


def _wait(port: int, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


class Connection:
    """One open connection that asks and waits, with as little of its own as can be."""

    def __init__(self, port: int, secret: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: localhost\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"

    def ask(self, method: str, path: str, body: bytes = b"", more: str = "") -> tuple[int, bytes]:
        head = f"{method} /api{path} HTTP/1.1\r\n{self.head}{more}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        got = self._more()
        while b"\r\n\r\n" not in got:
            got += self._more()
        start = got.index(b"\r\n\r\n") + 4
        length = int(got[:start].lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(got) < start + length:
            got += self._more()
        return int(got[9:12]), got[start:]

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("The server closed the connection.")
        return part


def keys() -> dict[str, Any]:
    """Make a navigator's key, with every record open to it; give it with what it may book."""
    code = """
import django, json; django.setup()
from django.db import connection
from switchboard.members.queries import viewer_for
from switchboard.platform.models import User
from switchboard.platform.tokens import issue
u = User.objects.create_user('bench@localhost', name='Bench', role='navigator')
s = issue(user_id=u.pk, name='bench').secret
with connection.cursor() as c:
    c.execute("INSERT INTO platform_relationship (user_id, member_id, kind, reason, starts_at, ends_at)"
              " SELECT %s, id, 'call', 'bench', now() - interval '1 minute', now() + interval '1 hour'"
              " FROM members_member", [u.pk])
    c.execute("SELECT public_id::text FROM members_member WHERE merged_into_id IS NULL")
    members = [r[0] for r in c.fetchall()]
    c.execute("SELECT id FROM scheduling_slot WHERE taken < seats AND NOT withdrawn AND modalities & 2 <> 0"
              " AND for_new AND starts_at > now() + interval '1 hour'")
    slots = [r[0] for r in c.fetchall()]
    c.execute("ANALYZE")
print(json.dumps({'key': s, 'members': members, 'slots': slots}))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def match_ratio(port: int, secret: str, rounds: int = 400) -> dict[str, Any]:
    """Ask an empty authenticated request and a match in turn; give the ratio of their medians."""
    one = Connection(port, secret)
    body = json.dumps(NEED).encode()
    empty, match = [], []
    for n in range(rounds + 50):
        for times, ask in ((empty, ("GET", "/me")), (match, ("POST", "/match", body))):
            began = time.perf_counter()
            status, got = one.ask(*ask)
            assert status == 200, got
            if n >= 50:
                times.append(time.perf_counter() - began)
    return {
        "empty_p50_ms": round(percentile(empty, 0.5) * 1000, 2),
        "match_p50_ms": round(percentile(match, 0.5) * 1000, 2),
        "ratio": round(percentile(match, 0.5) / percentile(empty, 0.5), 2),
    }


def fresh(port: int, secret: str, members: list[str], rounds: int = 120) -> dict[str, Any]:
    """Book the best offered time; give how long until no open connection is offered it any more.

    Twelve connections spread over the web processes; the clock starts when the booking is acknowledged, and
    stops with the answer of the connection that was last to leave the time out.
    """
    lines = [Connection(port, secret) for _ in range(12)]
    body, rng, waits = json.dumps(NEED).encode(), random.Random(5), []
    for n in range(rounds):
        best = json.loads(lines[0].ask("POST", "/match", body)[1])["pairs"][0]
        asked = {"slot_id": best["slot_id"], "modality": best["modality"], "member": rng.choice(members)}
        key = f"Idempotency-Key: fresh-{n}\r\n"
        if lines[0].ask("POST", "/appointments", json.dumps(asked).encode(), key)[0] != 201:
            continue
        began, left = time.perf_counter(), lines
        while left:
            left = [one for one in left if _offers(one.ask("POST", "/match", body)[1], best["slot_id"])]
        waits.append(time.perf_counter() - began)
    assert waits, "No booking was made."
    return {
        "bookings": len(waits), "p50_ms": round(percentile(waits, 0.5) * 1000, 1),
        "p99_ms": round(percentile(waits, 0.99) * 1000, 1), "target_p99_ms": 250,
    }  # fmt: skip


def _offers(answer: bytes, slot: int) -> bool:
    return any(pair["slot_id"] == slot for pair in json.loads(answer)["pairs"])


def _books(port: int, secret: str, slots: list[int], members: list[str], seconds: float, out: Any) -> None:
    one, rng = Connection(port, secret), random.Random(slots[0])
    times, done, lost = [], 0, 0
    until = time.perf_counter() + seconds
    for slot in slots:
        began = time.perf_counter()
        if began > until:
            break
        body = json.dumps({"member": rng.choice(members), "slot_id": slot, "modality": "video"}).encode()
        status, _ = one.ask("POST", "/appointments", body, f"Idempotency-Key: b{slot}\r\n")
        done, lost = done + (status == 201), lost + (status != 201)
        times.append(time.perf_counter() - began)
    out.put((done, lost, times))


def _bare(url: str, slots: list[int], seconds: float, out: Any) -> None:
    import psycopg

    done, until = 0, time.perf_counter() + seconds
    with psycopg.connect(url, autocommit=True, prepare_threshold=1) as db, db.cursor() as cursor:
        while time.perf_counter() < until:
            cursor.execute(
                "UPDATE scheduling_slot SET taken = taken WHERE id = %s::bigint", [random.choice(slots)]
            )
            done += 1
    out.put((done, 0, []))


def together(work: Callable[..., None], shares: list[tuple[Any, ...]]) -> tuple[float, int, list[float]]:
    """Run one process a share at once; give yeses a second, noes, and how long each took."""
    fork = mp.get_context("fork")
    out = fork.Queue()
    crew = [fork.Process(target=work, args=(*share, out)) for share in shares]
    began = time.perf_counter()
    for one in crew:
        one.start()
    got = [out.get() for _ in crew]
    took = time.perf_counter() - began
    for one in crew:
        one.join()
    return sum(d for d, _, _ in got) / took, sum(n for _, n, _ in got), [t for _, _, ts in got for t in ts]


def booking(port: int, url: str, with_: dict[str, Any]) -> dict[str, Any]:
    """Book with 16 clients; give the rate beside PostgreSQL's own UPDATE of one row, and the p99."""
    slots, members = with_["slots"], with_["members"]
    random.Random(7).shuffle(slots)
    spare, mine = slots[: len(slots) // 8], slots[len(slots) // 8 :]
    bare = together(_bare, [(url, spare, 3.0)] * CLIENTS)[0]
    share = len(mine) // CLIENTS
    rate, noes, times = together(
        _books,
        [(port, with_["key"], mine[n * share : (n + 1) * share], members, SECONDS) for n in range(CLIENTS)],
    )
    again = together(_bare, [(url, spare, 3.0)] * CLIENTS)[0]
    bare = (bare + again) / 2
    return {
        "book_per_s": round(rate), "noes": noes, "bare_update_per_s": round(bare),
        "ratio": round(rate / bare, 3), "p50_ms": round(percentile(times, 0.5) * 1000, 1),
        "p99_ms": round(percentile(times, 0.99) * 1000, 1),
    }  # fmt: skip


def measured() -> dict[str, Any]:
    """Run all of it."""
    with plan() as home:
        from switchboard.platform.postgres import DATABASE, OWNER, socket_folder

        with_ = keys()
        url = f"postgresql://{OWNER}@/{DATABASE}?host={socket_folder(home)}"
        with web() as port:
            return {
                "match": match_ratio(port, with_["key"]),
                "fresh": fresh(port, with_["key"], with_["members"]),
                "booking": booking(port, url, with_),
            }


def main(report: Callable[[str], object] = print) -> None:
    found = measured()
    match, fresh_, book = found["match"], found["fresh"], found["booking"]
    table = Table("Over HTTP", ("what", "measured", "promised"))
    table.rows += [
        _row("match, beside an empty authenticated request", match["ratio"], most=1.5),
        _row("a booking leaves every process's offers, p99 ms", fresh_["p99_ms"], most=250),
        _row("bookings, beside PostgreSQL's bare single-row UPDATE", book["ratio"], least=0.15),
        _row("a booking, p99 ms", book["p99_ms"], most=100),
    ]
    table.notes += [
        f"Match: {match['match_p50_ms']} ms, an empty request {match['empty_p50_ms']} ms: medians.",
        f"Fresh: {fresh_['bookings']} bookings, p50 {fresh_['p50_ms']} ms.",
        f"Booking: {book['book_per_s']:,} a second by {CLIENTS} clients, p50 {book['p50_ms']} ms,"
        f" {book['noes']} refused; {book['bare_update_per_s']:,} bare updates a second.",
    ]
    report(table.markdown())


def _row(what: str, value: float, *, most: float = math.inf, least: float = 0) -> tuple[str, str, str]:
    promised = f"{least} or more" if least else f"{most} at most"
    return what, str(value), promised + " MISSED" * (not least <= value <= most)


if __name__ == "__main__":
    main()
