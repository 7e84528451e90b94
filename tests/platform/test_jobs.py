"""What a killed worker had begun is done all the same: given back, or left to the twin that waits already."""

import pytest
from django.db import connection

from switchboard.platform.jobs import STALLED_SECONDS, give_back

pytestmark = pytest.mark.django_db


def worker(silent_for: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silent_for],
        )
        return int(cursor.fetchone()[0])


def job(status: str, of: int | None = None, alone: str | None = None) -> int:
    """A job that only one worker has begun; `alone` is its queueing lock: one of that name waits at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, queueing_lock)"
            " VALUES ('any', 'any', %s, %s, %s) RETURNING id",
            [status, of, alone],
        )
        return int(cursor.fetchone()[0])


def states() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs")
        return dict(cursor.fetchall())


def test_the_job_of_a_silent_worker_waits_again_and_that_of_a_living_one_goes_on():
    lost, running = job("doing", worker(STALLED_SECONDS + 1)), job("doing", worker(1))
    assert give_back() == 1
    assert states() == {lost: "todo", running: "doing"}


def test_a_job_whose_worker_is_forgotten_waits_again():
    lost = job("doing")
    assert give_back() == 1
    assert states() == {lost: "todo"}


def test_a_twin_that_waits_does_the_work_and_keeps_no_other_job_back():
    """The control: given back in one statement, the twin's lock refused them all, at every try, for ever."""
    dead = worker(STALLED_SECONDS + 1)
    first = job("doing", dead, alone="react")
    waiting = job("todo", alone="react")
    second, other = job("doing", dead, alone="react"), job("doing", dead)
    assert give_back() == 3
    assert states() == {waiting: "todo", other: "todo"}
    assert first not in states()
    assert second not in states()
