"""How fast is booking? The booking statement beside PostgreSQL's own single-row UPDATE, interleaved.

``python -m bench.book``: an embedded, durable PostgreSQL of its own, 16 clients (one process each), several
rounds of both; then 10,000 attempts on 1,000 slots by 32 clients. Prints ratios, not times: machines differ.
``over_http(base, token)`` measures the same through a running server.
"""

import json
import multiprocessing as mp
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.report import Table

CLIENTS, SECONDS, ROUNDS = 16, 4.0, 3
YARDSTICK = "UPDATE scheduling_slot SET taken = taken + 1 WHERE id = %(slot)s::bigint"


@contextmanager
def database() -> Iterator[str]:
    """Give the address of a fresh durable database with the tables in it; gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="switchboard-bench-"))
    os.environ["SWITCHBOARD_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "switchboard.project.settings"
    os.environ.pop("DATABASE_URL", None)
    from switchboard.platform.postgres import OWNER, running

    with running(home) as server:
        import django

        os.environ["DATABASE_URL"] = server.url(OWNER)
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        connections.close_all()
        yield server.url(OWNER)
    shutil.rmtree(home, ignore_errors=True)


def fill(url: str) -> None:
    """Lay 2,000 practitioners with 200 hours each, and 50,000 members."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute("INSERT INTO network_source (name, kind, rank) VALUES ('bench', 'independent', 50)")
        db.execute(
            "INSERT INTO network_practitioner (family_name, given_name, credential, gender, languages,"
            " backgrounds, taxonomies, profession, behavioral, prescribes, active, updated_at)"
            " SELECT 'x', '', '', 'unknown', '{}', '{}', '{}', '', true, false, true, now()"
            " FROM generate_series(1, 2000)"
        )
        db.execute(
            "INSERT INTO scheduling_schedule (source_id, practitioner_id, name, time_zone, visit_minutes,"
            " buffer_minutes, modalities, service_types, active)"
            " SELECT (SELECT id FROM network_source WHERE name = 'bench'), id, '', 'America/Chicago', 50, 10,"
            " '{}', '{}', true FROM network_practitioner"
        )
        db.execute(
            "INSERT INTO scheduling_slot (schedule_id, practitioner_id, starts_at, ends_at, seats, taken,"
            " withdrawn, modalities, for_new, for_returning, booking_link, booking_phone)"
            " SELECT id, practitioner_id, at, at + interval '50 min', 1, 0, false, 7, true, true, '', ''"
            " FROM scheduling_schedule,"
            " generate_series(timestamptz '2035-01-01', timestamptz '2035-01-09 07:00',"
            " interval '1 hour') AS at"
        )
        db.execute(
            "INSERT INTO members_member (public_id, member_number, family_name, given_name, preferred_name,"
            " pronouns, birth_date, sex, language, needs_interpreter, time_zone, address_line, city, state,"
            " zip5, county_fips, synthetic, created_at, updated_at)"
            " SELECT gen_random_uuid(), 'B' || n, 'x', '', '', '', '1990-01-01', 'unknown', 'en', false,"
            " 'America/Chicago', '', '', '', '', '', true, now(), now() FROM generate_series(1, 50000) n"
        )
        db.execute("VACUUM ANALYZE")


def params(slot: int, member: int, key: str) -> dict[str, Any]:
    """Give what one booking asks, as ``scheduling.actions.book`` would."""
    from switchboard.platform.access import SWITCHBOARD
    from switchboard.platform.clock import now
    from switchboard.scheduling.actions.asking import sender
    from switchboard.scheduling.actions.taking import _params
    from switchboard.scheduling.core.appointment import State

    asked = _params(State.BOOKED, slot, member, "video", False, None, now())
    return asked | sender(SWITCHBOARD, key, "book", slot=slot).params


def _client(
    url: str, number: int, what: str, slots: list[int], members: list[int], seconds: float, out: Any
) -> None:
    import psycopg
    from psycopg.types.numeric import Int8

    from switchboard.scheduling.actions.asking import _typed
    from switchboard.scheduling.actions.statements import BOOK

    statement = YARDSTICK if what == "bare" else BOOK
    times, done, lost = [], 0, 0
    base = params(1, 1, "k")
    rng = random.Random(number)
    with psycopg.connect(url, autocommit=True, prepare_threshold=1) as db, db.cursor() as cursor:
        until = time.perf_counter() + seconds
        for slot in slots:
            began = time.perf_counter()
            if began > until:
                break
            asked = base | {
                "slot": slot,
                "member": rng.choice(members),
                "key": f"{what}-{number}-{len(times)}-{slot}",
            }
            try:
                cursor.execute(statement, {"slot": Int8(slot)} if what == "bare" else _typed(asked))
                done += 1
            except psycopg.errors.ExclusionViolation:
                lost += 1
            times.append(time.perf_counter() - began)
        used = _processor_seconds(db.info.backend_pid)
    out.put((done, lost, times, used))


def _processor_seconds(backend: int) -> float:
    """Give the processor time a server process has used; it does not grow on a busy machine as times do."""
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rate(
    url: str, what: str, slots: list[int], members: list[int], seconds: float = SECONDS
) -> tuple[float, list[float], float]:
    """Give statements a second over all clients, the seconds each took, processor seconds a statement."""
    fork = mp.get_context("fork")
    out = fork.Queue()
    share = len(slots) // CLIENTS
    clients = [
        fork.Process(
            target=_client,
            args=(url, n, what, slots[n * share : (n + 1) * share], members, seconds, out),
        )
        for n in range(CLIENTS)
    ]
    began = time.perf_counter()
    for client in clients:
        client.start()
    answers = [out.get() for _ in clients]
    took = time.perf_counter() - began
    for client in clients:
        client.join()
    done, times = sum(a[0] for a in answers), [t for a in answers for t in a[2]]
    return done / took, times, sum(a[3] for a in answers) / max(1, len(times))


def percentile(times: list[float], p: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * p))] if times else float("nan")


def in_sql(url: str, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure both statements in turn; give the ratio of their medians and the booking's p99 in ms."""
    import psycopg

    with psycopg.connect(url) as db:
        slots = [r[0] for r in db.execute("SELECT id FROM scheduling_slot ORDER BY id")]
        members = [r[0] for r in db.execute("SELECT id FROM members_member ORDER BY id")]
    random.Random(7).shuffle(slots)
    ours, bare, times = [], [], []
    cpu: dict[str, list[float]] = {"bare": [], "book": []}
    spare = slots[: len(slots) // 4]
    size = (len(slots) - len(spare)) // rounds
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE scheduling_slot SET seats = 32000 WHERE id = ANY(%s)", [spare])
        db.execute("VACUUM ANALYZE scheduling_slot")
    for n in range(rounds):
        mine = slots[len(spare) + n * size : len(spare) + (n + 1) * size]
        speed, _, used = rate(url, "bare", random.Random(n).sample(spare, len(spare)), members)
        bare.append(speed)
        cpu["bare"].append(used)
        speed, took, used = rate(url, "book", mine, members)
        cpu["book"].append(used)
        ours.append(speed)
        times += took
    return {
        "book_per_s": round(statistics.median(ours)),
        "bare_update_per_s": round(statistics.median(bare)),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 3),
        "ratios": [round(a / b, 3) for a, b in zip(ours, bare, strict=True)],
        "p99_ms": round(percentile(times, 0.99) * 1000, 1),
        "cpu_us": {what: round(statistics.median(used) * 1e6) for what, used in cpu.items()},
    }


def contended(url: str, clients: int = 32, attempts: int = 10_000, slots: int = 1_000) -> dict[str, Any]:
    """Let many clients want few slots, two of each practitioner overlapping; count who sits twice."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        few = [
            r[0]
            for r in db.execute(
                "SELECT id FROM scheduling_slot WHERE taken = 0 AND seats = 1 ORDER BY id LIMIT %s", [slots]
            )
        ]
        members = [r[0] for r in db.execute("SELECT id FROM members_member ORDER BY id")]
    rng = random.Random(11)
    fork = mp.get_context("fork")
    out = fork.Queue()
    jobs = [[rng.choice(few) for _ in range(attempts // clients)] for _ in range(clients)]
    procs = [
        fork.Process(target=_client, args=(url, 1000 + n, "storm", jobs[n], members, 1e9, out))
        for n in range(clients)
    ]
    for one in procs:
        one.start()
    answers = [out.get() for _ in procs]
    for one in procs:
        one.join()
    times = [t for answer in answers for t in answer[2]]
    with psycopg.connect(url) as db:
        doubles = db.execute(
            "SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id"
            " AND a.practitioner_id = b.practitioner_id AND a.during && b.during"
            " WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')"
        ).fetchone()
    return {"doubles": doubles[0] if doubles else -1, "p99_ms": percentile(times, 0.99) * 1000}


def over_http(base: str, token: str, asked: list[tuple[str, int]], clients: int = CLIENTS) -> dict[str, Any]:
    """Book (member public id, slot id) pairs over the API of a running server; requests a second and p99."""
    import http.client
    import threading
    from urllib.parse import urlsplit

    place = urlsplit(base)
    times: list[float] = []
    codes: list[int] = []

    def client(number: int) -> None:
        line = http.client.HTTPConnection(place.hostname or "", place.port)
        for member, slot in asked[number::clients]:
            body = json.dumps({"member": member, "slot_id": slot, "modality": "video"})
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"bench-{slot}",
            }
            began = time.perf_counter()
            line.request("POST", f"{place.path}/appointments", body, headers)
            answer = line.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            codes.append(answer.status)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    took = time.perf_counter() - began
    return {
        "per_s": len(codes) / took,
        "created": codes.count(201),
        "p99_ms": percentile(times, 0.99) * 1000,
    }


PROMISED = 0.8  # of the bare update's rate


def main(report: Callable[[str], object] = print) -> None:
    table = Table("Book", ("what", "a second", "ratio to the bare update", "p99 ms"))
    with database() as url:
        fill(url)
        sql, storm = in_sql(url), contended(url)
    bare, ours = sql["bare_update_per_s"], sql["book_per_s"]
    table.rows.append(("bare single-row UPDATE", f"{bare}", "1", ""))
    table.rows.append(("booking, one statement", f"{ours}", f"{sql['ratio']}", f"{sql['p99_ms']}"))
    missed = " MISSED" * (sql["ratio"] < PROMISED)
    table.notes += [
        f"Promised: {PROMISED} of the bare update.{missed} docs/decisions/0004 says why.",
        f"Ratios round by round: {sql['ratios']}; {CLIENTS} clients, durable commits, the same driver.",
        f"Server's processor time: {sql['cpu_us']['book']} us, beside {sql['cpu_us']['bare']} us bare.",
        f"10,000 attempts on 1,000 slots by 32 clients: {storm['doubles']} double bookings,"
        f" p99 {storm['p99_ms']:.0f} ms.",
    ]
    report(table.markdown())


if __name__ == "__main__":
    sys.exit(main())
