"""How long does the server work on a page, and how many queries does it make?

``python -m bench pages``: the demo plan (10,000 members, 1,500 practitioners) in an embedded, durable
PostgreSQL; ``python -m bench pages_million`` the same with 1,000,000 members, 53,000 practitioners and
1,000,000 open slots. Each page is asked for many times through the whole stack of middleware, signed in by
the demo's door. The promise: p95 under 150 ms on the demo plan, under 300 ms on the large one, 12 queries at
most.
"""

import logging
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bench.report import Table

TIMES, WARMING = 40, 2
MOST_QUERIES = 12
NEED = ["mood"]
Page = tuple[str, str, Callable[[], Any]]


def main(report: Callable[[str], object] = print) -> None:
    """Measure every page on the demo plan and report the table."""
    measured(report, members=10_000, practitioners=1_500, open_slots=None, promised=150)


def measured(
    report: Callable[[str], object],
    *,
    members: int,
    practitioners: int,
    open_slots: int | None,
    promised: int,
) -> None:
    """Build a plan of this size, ask for every page, report the table; ``promised``: milliseconds at p95."""
    os.environ["SWITCHBOARD_DEMO"] = "1"
    from bench.book import database

    with database():
        from switchboard.demo.actions import fill

        since = time.perf_counter()
        made = fill(members=members, practitioners=practitioners, weeks=8, seed=7, start=datetime.now(UTC),
                    open_slots=open_slots, quiet=members < 100_000)  # fmt: skip
        built = time.perf_counter() - since
        _analyze()
        from switchboard.matching.queries import age, follow

        follow()  # as every serving process does: others ask for the news before each match
        while age() is None:  # until then it says that it is not ready
            time.sleep(0.1)
        table = table_of(f"Pages, {members:,} members and {practitioners:,} practitioners", promised)
        table.notes.append(
            f"The plan was built in {built:.0f} s: {sum(made.values()):,} rows, {made['slots']:,} slots."
        )
        report(table.markdown())


def table_of(title: str, promised: int) -> Table:
    """Time every page of the plan that is in the database."""
    logging.disable(logging.CRITICAL)  # a line a request would stand between the figures
    table = Table(title, ("page", "role", "p50 ms", "p95 ms", "queries"))
    worst, most = (0.0, ""), (0, "")
    for name, role, ask in _pages():
        _say(f"  {name} ({role})")
        times = sorted([_timed(name, ask) for _ in range(WARMING + TIMES)][WARMING:])
        p95, asked = times[int(TIMES * 0.95) - 1], _queries(ask)
        worst, most = max(worst, (p95, name)), max(most, (asked, name))
        table.rows.append((name, role, f"{statistics.median(times):.0f}", f"{p95:.0f}", str(asked)))
    late, many = worst[0] >= promised, most[0] > MOST_QUERIES
    table.notes += [
        f"Slowest p95: {worst[0]:.0f} ms ({worst[1]}); promised: under {promised} ms.{' MISSED' * late}",
        f"Most queries: {most[0]} ({most[1]}); promised: {MOST_QUERIES} at most.{' MISSED' * many}",
        f"Wall time inside the server, {TIMES} times each after {WARMING} to warm.",
    ]
    return table


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _analyze() -> None:
    """Do what autovacuum does within minutes of a large load."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _follow() -> None:
    """Keep the match fresh from a thread, as every web process does: else each question reads the news."""
    from switchboard.matching.queries import age, follow

    follow()
    while age() is None:
        time.sleep(0.05)


def _timed(name: str, ask: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    answered = ask()
    took = (time.perf_counter() - begun) * 1000
    assert answered.status_code == 200, f"{name}: {answered.status_code}, not the page meant"
    return took


def _queries(ask: Callable[[], Any]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        ask()
    frame = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(frame) for query in caught.captured_queries)


def _signed_in(role: str) -> Any:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    done = client.post("/demo/", {"user": _user(role)})
    assert done.status_code == 302, "the demo's door did not open"
    return client


def _user(role: str) -> str:
    from switchboard.platform.staff import one_per_role

    return next(one.email for one in one_per_role() if one.role == role)


def _pages() -> Iterator[Page]:
    member = _signed_in("member")
    yield "home", "member", lambda: member.get("/home/")
    opened = member.post("/care/start", {}, follow=True)
    first = opened.redirect_chain[-1][0]
    yield "a question", "member", lambda: member.get(first)
    request = first.split("/ask/")[0]
    _answer_all(member, request)
    for name, address in {
        "the result": f"{request}/result", "matches": f"{request}/matches", "appointments": "/appointments/",
        "about me": "/me/", "who looked": "/account/who-looked", "help now": "/help-now",
    }.items():  # fmt: skip
        yield name, "member", lambda address=address: member.get(address)
    yield from _desk()
    yield from _network()


def _desk() -> Iterator[Page]:
    navigator = _signed_in("navigator")
    for name, address in {
        "work queue": "/desk/", "work queue, refreshed": "/desk/rows", "counts": "/desk/counts",
        "find a member": "/desk/find",
    }.items():  # fmt: skip
        yield name, "navigator", lambda address=address: navigator.get(address)
    many, one = _callers()
    yield "found by name and birth date", "navigator", lambda: navigator.post("/desk/find", many)
    found = navigator.post("/desk/find", one)
    assert found.status_code == 302, "one person was to be found"
    person = navigator.post(found.url, {"reason": "The member is on the phone"}).url.rstrip("/")
    yield "why a record is opened", "navigator", lambda: navigator.get(found.url)
    for name, part in {"call screen": "", "care": "/care", "history": "/history"}.items():
        yield f"{name} of a member", "navigator", lambda part=part: navigator.get(person + part)
    crisis = _signed_in("crisis_clinician")
    yield "crisis worklist", "crisis clinician", lambda: crisis.get("/desk/crisis")
    yield "crisis rows, refreshed", "crisis clinician", lambda: crisis.get("/desk/crisis/rows")


def _callers() -> tuple[dict[str, str], dict[str, str]]:
    """Give what a caller with a common name says, and what one says whose record has an open request."""
    names = _one(
        "SELECT left(family_name, 3), birth_date::text FROM members_member"
        " GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
    )
    number, born = _one(
        "SELECT m.member_number, m.birth_date::text FROM frontdoor_request r"
        " JOIN members_member m ON m.id = r.member_id WHERE r.state = 'offered' ORDER BY r.id LIMIT 1"
    )
    return {"name": names[0], "birth_date": names[1]}, {"member_number": number, "birth_date": born}


def _network() -> Iterator[Page]:
    from switchboard.insights.core.choice import PERIODS

    manager = _signed_in("network_manager")
    [practitioner] = _one("SELECT practitioner_id FROM scheduling_slot ORDER BY starts_at DESC, id LIMIT 1")
    [organization] = _one("SELECT organization_id FROM network_practitionerrole WHERE organization_id"
                          " IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")  # fmt: skip
    for name, address in {
        "practitioners": "/network/", "practitioners named": "/network/?q=smi",
        "practitioners who treat": "/network/?treats=depression&language=es",
        "practitioners, a late page": "/network/?page=40",
        "a practitioner": f"/network/practitioners/{practitioner}",
        "organizations": "/network/organizations/",
        "the largest organization": f"/network/organizations/{organization}",
        "imports": "/network/imports/", "to review": "/network/review/",
        "insights": "/insights/", "insights, longest": f"/insights/?weeks={max(PERIODS)}",
    }.items():  # fmt: skip
        yield name, "network manager", lambda address=address: manager.get(address)


def _one(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def _answer_all(client: Any, request: str) -> None:
    """Walk the conversation to its end: first option, or what the question's kind takes."""
    given = {"reasons": NEED, "place": "CT", "language": "en", "unusual": ["none"], "history": ["none"]}
    for _ in range(60):
        at = client.get(f"{request}/", follow=True).redirect_chain[-1][0]
        if "/ask/" not in at:
            return
        step = at.rpartition("/")[2]
        many = step in ("meet", "times", "background")
        own = {"wants": "talk", "function": "1", "gender": "any", "contact": "message", "perinatal": "no"}
        answer = given.get(step) or own.get(step) or (["video"] if step == "meet" else [] if many else "0")
        client.post(at, {"answer": answer})
    raise AssertionError("the conversation does not end")


if __name__ == "__main__":
    main()
