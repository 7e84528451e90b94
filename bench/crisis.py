"""Is anybody lost? Positive answers over HTTP while application and worker are killed every second.

``python -m bench.crisis``: a durable PostgreSQL, the real web server and worker, clients that hand in a
PHQ-9 with "several days" on item 9 and try again, with the same key, until they are told that it is kept. A
clinician's key reads the worklist all the while. The promise: 0 positives without their task; commit to
visible task p99 under 5 s. Beside it the control: the same with the task opened in a background thread.
``BENCH_CRISIS`` makes it another number than 2,000 submissions (a tenth of it goes to the control).

Killed with ``-9`` are every process that serves requests, a second after the application answers again (the
server copies new ones, as it does for an operator), and the worker whenever it has lived long enough to work.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.report import Table

CLIENTS, PACE, UP_SECONDS, WORKER_SECONDS = 8, 0.1, 1.0, 4.0
KEYS = """
import django, json; django.setup()
from switchboard.platform.models import User
from switchboard.platform.tokens import issue
given = {}
for role, scopes in (("system_client", ["write:assessments"]), ("crisis_clinician", [])):
    licence = "B1" if role == "crisis_clinician" else ""  # who has none takes no call from the list
    user = User.objects.create_user(f"{role}@bench.invalid", name=role, role=role, licence=licence)
    given[role] = issue(user_id=user.pk, name="bench", scopes=scopes).secret
print(json.dumps(given))
"""
MEMBERS = """
INSERT INTO members_member (public_id, member_number, family_name, given_name, preferred_name,
  pronouns, birth_date, sex, language, needs_interpreter, time_zone, address_line, city, state, zip5,
  county_fips, synthetic, created_at, updated_at)
  SELECT gen_random_uuid(), 'K' || n, 'x', '', '', '', '1990-01-01', 'unknown', 'en', false,
    'America/Denver', '', '', '', '', '', true, now(), now() FROM generate_series(1, %s) n
  RETURNING public_id::text
"""
LOST = """
SELECT count(DISTINCT s.member_id) FROM outcomes_answer a JOIN outcomes_assessment s ON s.id = a.assessment_id
  WHERE a.link_id = 'phq9-9' AND a.value = '1'
  AND NOT EXISTS (SELECT FROM outcomes_crisistask t WHERE t.member_id = s.member_id)
"""
POSITIVES = """
SELECT count(*) FROM outcomes_answer a JOIN outcomes_assessment s ON s.id = a.assessment_id
  WHERE a.link_id = 'phq9-9' AND a.value = '1' AND s.channel = 'api'
"""
TAKE = """
UPDATE outcomes_crisistask SET state = 'acknowledged', acknowledged_at = now(),
  acknowledged_by_id = (SELECT id FROM platform_user WHERE role = 'crisis_clinician' LIMIT 1)
  WHERE public_id = ANY(%s::uuid[]) AND state = 'open'
"""


@dataclass
class Storm:
    """What happened: the members told that their form is kept, kills, and when each task was first seen."""

    told: dict[str, str] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    retries: int = 0
    lost: int = 0
    positives: int = 0
    forgotten: int = 0

    @property
    def p99(self) -> float:
        """Give the 99th percentile of commit to visible, in seconds."""
        waits = sorted(self.waits.values())
        return waits[min(len(waits) - 1, int(len(waits) * 0.99))]


class Stage:
    """A durable installation with its web server and worker, both of which can be killed."""

    def __init__(self, home: Path, url: str, *, settings: str) -> None:
        self.url, self.port = url, _free_port()
        self.env = os.environ | {"SWITCHBOARD_HOME": str(home), "DJANGO_SETTINGS_MODULE": settings}
        self.log = (home / "stage.log").open("ab")
        self.alive: dict[str, subprocess.Popen[bytes]] = {}
        self.since = 0.0

    def start(self) -> None:
        """Start both."""
        self._start("web", "--port", str(self.port))
        self._start("worker")
        self.since = time.monotonic()

    def _start(self, name: str, *words: str) -> None:
        order = [sys.executable, "-m", f"switchboard.project.{name}", *words]
        self.alive[name] = subprocess.Popen(
            order, env=self.env, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def kill(self) -> None:
        """``kill -9`` every process that serves requests, and the worker if it has come to work."""
        for copy in _children(self.alive["web"].pid):
            with suppress(ProcessLookupError):
                os.kill(copy, signal.SIGKILL)
        if time.monotonic() - self.since > WORKER_SECONDS:
            self.alive["worker"].kill()
            self.alive["worker"].wait()
            self._start("worker")
            self.since = time.monotonic()

    def look_after(self) -> None:
        """Start the server anew when it has given up (a crash loop, it says), as ``switchboard up`` does."""
        if self.alive["web"].poll() is not None:
            self._start("web", "--port", str(self.port))

    def end(self) -> None:
        """End everything of this stage."""
        for process in self.alive.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def ask(self, method: str, path: str, key: str, body: bytes = b"", more: Any = None) -> tuple[int, Any]:
        """Ask over HTTP; raises OSError or HTTPException when nobody answers whole."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Host": "localhost"}
            line.request(method, f"/api{path}", body or None, head | (more or {}))
            got = line.getresponse()
            return got.status, json.loads(got.read() or b"null")
        finally:
            line.close()

    def answers(self) -> bool:
        """Tell whether the application answers."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            return self.ask("GET", "/me", "")[0] < 500
        return False

    def rows(self, question: str, given: Any = ()) -> list[tuple[Any, ...]]:
        """Ask the database, as its owner."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as db:
            asked = db.execute(question, given)
            return asked.fetchall() if asked.description else []


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def stage(*, control: bool = False) -> Iterator[Stage]:
    """Give a stage on a fresh durable database; gone afterwards. The control may store what must not be."""
    home = Path(tempfile.mkdtemp(prefix="switchboard-crisis-"))
    settings = "bench.forgetful_settings" if control else "switchboard.project.settings"
    from switchboard.platform.postgres import OWNER, running

    kept = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "SWITCHBOARD_HOME")}
    try:
        with running(home) as server:
            it = Stage(home, server.url(OWNER), settings=settings)
            verb = [
                sys.executable,
                "-c",
                "from switchboard.cli.main import main; main()",
                "migrate",
                "--json",
            ]
            plain = it.env | {"DJANGO_SETTINGS_MODULE": "switchboard.project.settings"}
            subprocess.run(verb, check=True, stdout=subprocess.DEVNULL, env=plain)
            if control:
                it.rows("ALTER TABLE outcomes_answer DROP CONSTRAINT a_risk_answer_has_its_task")
            try:
                yield it
            finally:
                it.end()
                it.log.close()
    finally:
        os.environ |= {name: value for name, value in kept.items() if value is not None}
        shutil.rmtree(home, ignore_errors=True)


def storm(on: Stage, submissions: int, *, seconds: float = 1800) -> Storm:
    """Hand in so many positive forms while both are killed every second; judge what is there afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", KEYS], env=on.env, check=True, capture_output=True, text=True
    )
    keys = json.loads(done.stdout.splitlines()[-1])
    members = [row[0] for row in on.rows(MEMBERS, [submissions])]
    came, ended, until = Storm(), threading.Event(), time.monotonic() + seconds
    waiting = list(members)
    crew = [
        threading.Thread(target=_hand_in, args=(on, keys["system_client"], waiting, came, until))
        for _ in range(CLIENTS)
    ]
    desk = threading.Thread(target=_watch, args=(on, keys["crisis_clinician"], came, ended))
    on.start()
    for one in (*crew, desk):
        one.start()
    while any(one.is_alive() for one in crew):
        on.look_after()
        if _within(10, on.answers):
            time.sleep(UP_SECONDS)
            on.kill()
            came.kills += 1
    on.look_after()
    _within(60, on.answers)
    _within(20, lambda: on.rows(LOST) == [(0,)] and len(came.waits) >= submissions)
    ended.set()
    desk.join()
    _judge(on, came)
    return came


def _judge(on: Stage, came: Storm) -> None:
    came.lost = on.rows(LOST)[0][0]
    came.positives = on.rows(POSITIVES)[0][0]
    there = {row[0] for row in on.rows("SELECT public_id::text FROM outcomes_assessment")}
    came.forgotten = len(set(came.told.values()) - there)


def _within(seconds: float, happened: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(0.1)
    return False


def _hand_in(on: Stage, key: str, waiting: list[str], came: Storm, until: float) -> None:
    """Hand in forms until there are no more, each until it is told kept."""
    while waiting and time.monotonic() < until:
        with suppress(IndexError):
            member = waiting.pop()
            form = json.dumps(_form(member)).encode()
            while member not in came.told and time.monotonic() < until:
                try:
                    status, said = on.ask("POST", "/assessments", key, form, {"Idempotency-Key": member})
                except (OSError, http.client.HTTPException, ValueError):
                    status, said = 0, None
                if status == 201:
                    came.told[member] = said["id"]
                else:
                    came.retries += 1
                time.sleep(PACE)


def _form(member: str) -> dict[str, Any]:
    answers = [{"link_id": f"phq9-{n}", "value": 1} for n in range(1, 10)]
    at = datetime.now(UTC).isoformat()
    return {"instrument": "phq-9", "member": member, "authored": at, "answers": answers}


def _watch(on: Stage, key: str, came: Storm, ended: threading.Event) -> None:
    """Read the worklist as a clinician does; note when each task is first seen, then take it."""
    while not ended.is_set():
        with suppress(OSError, http.client.HTTPException, ValueError):
            status, tasks = on.ask("GET", "/crisis/tasks", key)
            at, fresh = datetime.now(UTC), []
            for task in tasks if status == 200 else ():
                if task["id"] not in came.waits:
                    opened = datetime.fromisoformat(task["opened_at"])
                    came.waits[task["id"]] = (at - opened).total_seconds()
                    fresh.append(task["id"])
            if fresh:
                on.rows(TAKE, [fresh])
        ended.wait(0.2)


def main(report: Callable[[str], object] = print) -> None:
    """Measure both shapes and report the table."""
    submissions = int(os.environ.get("BENCH_CRISIS", "2000"))
    heads = ("task opened", "submissions", "kills", "told kept, gone", "positives without task", "p99 s")
    table = Table("Crisis: application and worker killed every second", heads)
    for shape, control, number in (
        ("with its answer", False, submissions),
        ("in a background thread (control)", True, max(submissions // 10, 20)),
    ):
        with stage(control=control) as on:
            came = storm(on, number)
        row = (shape, len(came.told), came.kills, came.forgotten, came.lost, f"{came.p99:.2f}")
        table.rows.append(tuple(map(str, row)))
    table.notes.append("Promised: 0 positives without their task; commit to visible task p99 under 5 s.")
    table.notes.append("p99: from the task's own time to its first sight in the worklist through the API.")
    report(table.markdown())


if __name__ == "__main__":
    main()
