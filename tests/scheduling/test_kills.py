"""S1 and S2 under ``kill -9``: of the whole database, and of the application, while everybody books.

Nightly. ``kill -9`` proves atomicity and the order of commits, not the disk: the operating system keeps what
was written (promises, decision 6).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from switchboard.platform.postgres import OWNER, Server, answers, running
from tests.scheduling.racing import MEMBER_OVERLAPS, MISCOUNTED, OVERLAPS

PRACTITIONERS, MEMBERS, CLIENTS = 100, 2000, 8
FILL = f"""
INSERT INTO network_source (name, kind, rank) VALUES ('one', 'independent', 1), ('two', 'aggregator', 2);
INSERT INTO network_practitioner (id, family_name, given_name, credential, gender, languages, backgrounds,
  taxonomies, profession, behavioral, prescribes, active, updated_at)
  SELECT n, 'x', '', '', 'unknown', '{{}}', '{{}}', '{{}}', '', true, false, true, now()
  FROM generate_series(1, {PRACTITIONERS}) n;
INSERT INTO scheduling_schedule (source_id, practitioner_id, name, time_zone, visit_minutes, buffer_minutes,
  modalities, service_types, active)
  SELECT s.id, p.id, '', 'America/Denver', 60, 0, '{{}}', '{{}}', true
  FROM network_practitioner p, network_source s;
INSERT INTO scheduling_slot (id, schedule_id, practitioner_id, starts_at, ends_at, seats, taken, withdrawn,
  modalities, for_new, for_returning, booking_link, booking_phone)
  SELECT row_number() OVER (), c.id, c.practitioner_id, at + half, at + half + interval '1 hour',
    1 + (c.id + extract(day FROM at)::int) % 2, 0, false, 7, true, true, '', ''
  FROM scheduling_schedule c JOIN network_source s ON s.id = c.source_id,
    generate_series(timestamptz '2035-01-01', timestamptz '2035-01-02 05:00', interval '1 hour') at,
    LATERAL (SELECT CASE s.name WHEN 'two' THEN interval '30 min' ELSE interval '0' END AS half) h;
INSERT INTO members_member (id, public_id, member_number, family_name, given_name, preferred_name, pronouns,
  birth_date, sex, language, needs_interpreter, time_zone, address_line, city, state, zip5, county_fips,
  synthetic, created_at, updated_at)
  SELECT n, gen_random_uuid(), 'K' || n, 'x', '', '', '', '1990-01-01', 'unknown', 'en', false,
    'America/Denver', '', '', '', '', '', true, now(), now() FROM generate_series(1, {MEMBERS}) n;
"""
SLOTS = PRACTITIONERS * 2 * 30


@dataclass
class Run:
    """A durable server, its clients, and what they were told."""

    server: Server
    home: Path
    clients: list[subprocess.Popen] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        settings = {
            "SWITCHBOARD_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "switchboard.project.settings",
        }
        return os.environ | settings

    def prepare(self) -> None:
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=self.environment | {"SWITCHBOARD_AS_OWNER": "1"}, check=True)
        with psycopg.connect(self.server.url(OWNER), autocommit=True) as db:
            db.execute(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO switchboard_app"
            )
            db.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO switchboard_app")
            db.execute(FILL)

    def client(self, number: int, attempts: int) -> subprocess.Popen:
        share = attempts // CLIENTS
        file = self.home / f"said-{number}"
        file.touch()
        asked = [number * share, (number + 1) * share, SLOTS, MEMBERS, file]
        command = [sys.executable, "-m", "tests.scheduling.hammer", *map(str, asked)]
        return subprocess.Popen(command, env=self.environment)

    def storm(self, attempts: int, kills: int) -> int:
        """Let the clients work, the database be killed so often, a client every five seconds; give kills.

        The kills of the database are spread over the attempts, not the clock: all fall in the midst of work.
        """
        self.clients = [self.client(n, attempts) for n in range(CLIENTS)]
        done, rng, last = 0, random.Random(7), time.monotonic()
        while any(client.poll() is None for client in self.clients):
            time.sleep(0.1)
            due = done < kills and len(self.said()) >= attempts * (done + 1) / (kills + 1)
            if due and answers(self.home) and (postmaster := self.server.postmaster()):
                _kill_all_of(postmaster)
                done += 1
            if time.monotonic() - last > 5:
                self._kill_a_client(rng.randrange(CLIENTS), attempts)
                last = time.monotonic()
        assert [client.returncode for client in self.clients] == [0] * CLIENTS
        return done

    def _kill_a_client(self, number: int, attempts: int) -> None:
        if self.clients[number].poll() is None:
            self.clients[number].kill()
            self.clients[number].wait()
            self.clients[number] = self.client(number, attempts)

    def said(self) -> list[tuple[str, str, str]]:
        lines = (line for n in range(CLIENTS) for line in (self.home / f"said-{n}").read_text().splitlines())
        return [
            (n, answer, made) for n, answer, made in (line.split() for line in lines if line.count(" ") == 2)
        ]

    def ask(self, question: str) -> list[tuple]:
        with psycopg.connect(self.server.url(OWNER), autocommit=True) as db:
            return db.execute(question).fetchall()

    def lost(self) -> int:
        """Count acknowledged bookings that are not there."""
        there = {str(row[0]) for row in self.ask("SELECT public_id FROM scheduling_appointment")}
        return len({made for _, _, made in self.said() if made != "-"} - there)


def _kill_all_of(postmaster: int) -> None:
    """Kill the server and every process of it, so that none writes out what the others had not."""
    children = [p for p in Path("/proc").glob("[0-9]*/stat") if _parent(p) == postmaster]
    for victim in [postmaster, *(int(child.parent.name) for child in children)]:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.fixture
def run() -> Iterator[Run]:
    home = Path(tempfile.mkdtemp(prefix="switchboard-kills-"))
    with running(home) as server:
        it = Run(server, home)
        it.prepare()
        yield it
        for client in it.clients:
            client.kill()
    shutil.rmtree(home, ignore_errors=True)


def judge(run: Run, attempts: int) -> None:
    """Nothing doubled, nothing acknowledged lost, every attempt answered once and kept under its key."""
    assert [run.ask(q)[0][0] for q in (OVERLAPS, MEMBER_OVERLAPS, MISCOUNTED)] == [0, 0, 0]
    assert run.lost() == 0
    said = run.said()
    assert len({n for n, _, _ in said}) == len(said) == attempts
    booked = [made for _, answer, made in said if answer == "booked"]
    assert len(set(booked)) == len(booked)
    assert run.ask("SELECT count(*) FROM scheduling_appointment") == [(len(booked),)]
    events = "SELECT count(*) FROM platform_outboxevent WHERE kind = 'appointment.booked'"
    assert run.ask(events) == [(len(booked),)]


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_forty_thousand_attempts_ten_killed_databases(run: Run):
    """0 overlaps, 0 acknowledged bookings lost, every unknown resolved to one outcome by its key."""
    assert run.storm(attempts=40_000, kills=10) == 10
    judge(run, 40_000)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_the_control_without_synchronous_commit_loses(run: Run):
    """The history check must see a loss when commits are not waited for (the log is written seldom, too)."""
    with psycopg.connect(run.server.url("postgres"), autocommit=True) as db:
        db.execute("ALTER DATABASE switchboard SET synchronous_commit = off")
        db.execute("ALTER SYSTEM SET wal_writer_delay = '5s'")
        db.execute("SELECT pg_reload_conf()")
    assert run.storm(attempts=16_000, kills=10) == 10
    assert run.lost() > 0
