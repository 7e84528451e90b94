"""Many clients at once, each a process of its own on its own connection, and a look at what they left."""

import multiprocessing as mp
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection, connections

from switchboard.platform.access import SWITCHBOARD
from switchboard.scheduling.actions import book
from switchboard.scheduling.core.answer import Outcome

#: Two active appointments of one practitioner at one time, unless they share a group's slot.
OVERLAPS = """
SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b
  ON a.id < b.id AND a.practitioner_id = b.practitioner_id AND a.during && b.during
  AND NOT (a.grouped AND b.grouped AND a.slot_id = b.slot_id)
WHERE a.state IN ('held', 'booked') AND b.state IN ('held', 'booked')"""
MEMBER_OVERLAPS = """
SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b
  ON a.id < b.id AND a.member_id = b.member_id AND a.during && b.during
WHERE a.state = 'booked' AND b.state = 'booked'"""
#: Slots whose count of seats taken is not the number of appointments that sit in them, or is too many.
MISCOUNTED = """
SELECT count(*) FROM scheduling_slot s
WHERE s.taken > s.seats OR s.taken <> (SELECT count(*) FROM scheduling_appointment a
  WHERE a.slot_id = s.id AND a.state IN ('held', 'booked', 'fulfilled', 'noshow'))"""


def count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def wrongs() -> dict[str, int]:
    """Count everything that must never be."""
    return {
        "overlaps": count(OVERLAPS),
        "member overlaps": count(MEMBER_OVERLAPS),
        "miscounted": count(MISCOUNTED),
    }


NONE = {"overlaps": 0, "member overlaps": 0, "miscounted": 0}


def race(jobs: Sequence[Sequence[Callable[[], Any]]]) -> list[list[Any]]:
    """Run each list of calls in a process of its own, all released at once; give what each call gave."""
    connections.close_all()
    fork = mp.get_context("fork")
    gate, out = fork.Barrier(len(jobs)), fork.Queue()

    def client(number: int) -> None:
        connections.close_all()
        gate.wait()
        out.put((number, [_said(call) for call in jobs[number]]))
        connections.close_all()

    clients = [fork.Process(target=client, args=(n,)) for n in range(len(jobs))]
    for one in clients:
        one.start()
    answers = dict(out.get(timeout=240) for _ in clients)
    for one in clients:
        one.join()
    return [answers[n] for n in range(len(jobs))]


def _said(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except psycopg.Error as error:
        return type(error).__name__


def attempt(slot: int, member: int, how: Callable[..., Any] = book, **more: Any) -> Callable[[], str]:
    """Give a call that tries to take a slot and says the answer."""

    def call() -> str:
        given = {"modality": "video", "by": SWITCHBOARD} | more
        outcome: Outcome = how(slot_id=slot, member_id=member, **given).outcome
        return str(outcome.answer)

    return call


def tally(answers: list[list[Any]]) -> Counter[str]:
    return Counter(answer for one in answers for answer in one)


def storm(slots: list[int], members: list[int], clients: int, attempts: int, seed: int = 7) -> Counter[str]:
    """Let clients take slots at random until they have made that many attempts in all."""
    rng = random.Random(seed)
    jobs = [
        [attempt(rng.choice(slots), rng.choice(members)) for _ in range(attempts // clients)]
        for _ in range(clients)
    ]
    return tally(race(jobs))


def elapsed(since: float) -> float:
    return time.monotonic() - since
