"""Is it well: what ``/healthz``, ``/readyz``, ``/metrics`` and ``switchboard doctor`` say."""

import hmac
import ipaddress
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from switchboard.platform.doors import public
from switchboard.platform.privileges import dangers

log = structlog.get_logger("switchboard.health")

OLDEST_VERSION = 160000  # PostgreSQL 16, as PQserverVersion counts
EXTENSIONS = frozenset({"btree_gist", "pg_trgm", "citext"})
HEARTBEAT_SECONDS = 30  # a worker that said nothing for longer is gone (it speaks every 5)
QUEUE_LATE_SECONDS = 300
UNTOLD = frozenset({"role"})  # what would help an attacker more than a load balancer


class State(StrEnum):
    """How a thing stands."""

    FINE = "fine"
    WARNING = "warning"  # it works, and should not stay so
    WARMING = "warming"  # it will work in a moment
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it stands, in words, and how to mend it."""

    what: str
    state: State
    said: str
    mend: str = ""


def _rows(question: str, *values: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        return cursor.fetchall()


def database() -> Finding:
    """Look whether PostgreSQL answers and is new enough."""
    try:
        version = int(_rows("SHOW server_version_num")[0][0])
    except Error as error:
        mend = (
            "Start it, or mend DATABASE_URL. Without DATABASE_URL, `switchboard up` starts an embedded one."
        )
        return Finding("database", State.BROKEN, f"It does not answer ({type(error).__name__}).", mend)
    said = f"PostgreSQL {version // 10000}.{version % 10000} answers."
    if version < OLDEST_VERSION:
        return Finding("database", State.BROKEN, said, "Switchboard needs PostgreSQL 16 or newer.")
    return Finding("database", State.FINE, said)


def role() -> Finding:
    """Look whether the application's role is an ordinary one."""
    held = dangers()
    if not held:
        return Finding("role", State.FINE, "The application's role is an ordinary one.")
    mend = (
        "Make a role that owns nothing for DATABASE_URL, give the owner's address as DATABASE_OWNER_URL, "
        "and run `switchboard migrate`: it grants the first what it needs."
    )
    return Finding("role", State.WARNING, f"The application's role is too powerful: {', '.join(held)}.", mend)


def tell_of_role() -> None:
    """Log at the start of a process that the role is too powerful."""
    found = role()
    if found.state is not State.FINE:
        log.error("role too powerful: switchboard doctor says why", kind=found.what, status=found.state.value)


def extensions() -> Finding:
    """Look whether the extensions the tables need are there."""
    missing = sorted(EXTENSIONS - {name for (name,) in _rows("SELECT extname FROM pg_extension")})
    if not missing:
        return Finding("extensions", State.FINE, "All extensions are installed.")
    mend = "As a superuser or the database's owner: " + " ".join(f"CREATE EXTENSION {n};" for n in missing)
    return Finding("extensions", State.BROKEN, f"Missing: {', '.join(missing)}.", mend)


def migrations() -> Finding:
    """Look whether the tables are those this version needs."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        said = f"{len(waiting)} migrations have not run."
        return Finding("migrations", State.BROKEN, said, "Run `switchboard migrate`.")
    return Finding("migrations", State.FINE, "All migrations have run.")


def queue() -> Finding:
    """Look whether a worker lives and jobs are not piling up."""
    alive = _rows(
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
        HEARTBEAT_SECONDS,
    )[0][0]
    late = oldest_job_seconds()
    if not alive:
        mend = "`switchboard up` runs one; alone: `python -m switchboard.project.worker`."
        return Finding("queue", State.WARNING, "No worker is running: nothing is sent or escalated.", mend)
    if late > QUEUE_LATE_SECONDS:
        return Finding("queue", State.WARNING, f"A job has waited {late:.0f} s.", "Run more workers.")
    return Finding("queue", State.FINE, f"{alive} worker(s) alive, the oldest job has waited {late:.0f} s.")


def oldest_job_seconds() -> float:
    """Give how long the oldest due job has waited."""
    return float(
        _rows(
            "SELECT coalesce(extract(epoch FROM now() - min(greatest(j.scheduled_at, e.at))), 0)"
            " FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id"
            " WHERE j.status = 'todo' AND e.type = 'deferred' AND coalesce(j.scheduled_at, now()) <= now()"
        )[0][0]
    )


further: list[
    Callable[[], Finding]
] = []  # what a serving process looks at besides (``switchboard.project.web``)


def warmth(*, loaded: bool) -> Finding:
    """Tell whether this process holds the match; the first one asked before that waits for it."""
    if loaded:
        return Finding("match", State.FINE, "The match is in memory.")
    return Finding("match", State.WARMING, "The match is being loaded.", "Wait a moment.")


def findings() -> list[Finding]:
    """Look at everything on the database side; nothing further when it does not answer."""
    first = database()
    if first.state is State.BROKEN:
        return [first]
    looks: tuple[Callable[[], Finding], ...] = (role, extensions, migrations)
    found = [first, *(look() for look in looks)]
    return [*found, queue(), *(look() for look in further)] if found[-1].state is State.FINE else found


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives; asks nothing of anybody."""
    return HttpResponse("alive\n", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when requests can be served, else 503; warnings are logged, and do not stop it.

    Anybody on the network may ask: a weakness of the set-up is told by ``doctor`` and the log alone,
    words (a version, a missing extension) only to those who may read the metrics.
    """
    found = findings()
    for one in found:
        if one.state is not State.FINE:
            log.warning("not well", kind=one.what, status=one.state.value)
    ready = not any(one.state in {State.BROKEN, State.WARMING} for one in found)
    told = ("what", "state", "said", "mend") if _may_read(request) else ("what", "state")
    shown = [{key: asdict(one)[key] for key in told} for one in found if one.what not in UNTOLD]
    return JsonResponse({"ready": ready, "findings": shown}, status=200 if ready else 503)


class Queue(Collector):
    """The queue's and the database's gauges, asked for at each scrape."""

    def collect(self) -> Iterable[Metric]:
        """Give the gauges; only that the database is down when it is."""
        up = GaugeMetricFamily("switchboard_database_up", "1 when PostgreSQL answers")
        up.add_metric([], float(database().state is State.FINE))
        yield up
        if up.samples[0].value:
            oldest = GaugeMetricFamily("switchboard_queue_oldest_seconds", "Wait of the oldest due job")
            oldest.add_metric([], oldest_job_seconds())
            yield oldest
            jobs = GaugeMetricFamily("switchboard_jobs", "Jobs by state", labels=["state"])
            for state, count in _rows("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"):
                jobs.add_metric([state], count)
            yield jobs


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus; only to this machine itself or to the holder of ``SWITCHBOARD_METRICS_TOKEN``."""
    if not _may_read(request):
        return HttpResponse("Metrics need the metrics token.\n", status=403, content_type="text/plain")
    several = "PROMETHEUS_MULTIPROC_DIR" in os.environ
    counted: CollectorRegistry = CollectorRegistry() if several else REGISTRY
    if several:
        MultiProcessCollector(counted)
    asked = CollectorRegistry()
    asked.register(Queue())
    return HttpResponse(generate_latest(counted) + generate_latest(asked), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    return _from_here(request) or _has_token(request)


def _from_here(request: HttpRequest) -> bool:
    """Tell whether the caller is on this machine, and not somebody a proxy on it speaks for."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
