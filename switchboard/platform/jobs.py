"""Background work of the platform itself: jobs a killed worker left ``doing`` are given back to the queue."""

import structlog
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from switchboard.platform.messages import deliver
from switchboard.platform.seal import seal

log = structlog.get_logger("switchboard.jobs")

STALLED_SECONDS = 20  # a living worker says so every 5 (``switchboard.project.worker``)


@app.periodic(cron="* * * * * */10")
@app.task(queue="reaper", queueing_lock="reap")
def reap(timestamp: int) -> int:
    """Give back the jobs of workers that were killed; procrastinate leaves them ``doing`` for ever."""
    return give_back()


def give_back() -> int:
    """Put every job whose worker has fallen silent back in the queue; give their number.

    A job whose twin waits (the same queueing lock: a periodic job) is ended instead: the twin does the
    work, and the queue refuses a second. Each job is a transaction of its own, so that none keeps the others
    back. Jobs must bear being run twice: a worker may die after a job's last commit and before saying so.
    """
    count = 0
    while _give_one_back():
        count += 1
    if count:
        log.warning("jobs given back", count=count)
    return count


@transaction.atomic
def _give_one_back() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
            " WHERE j.status = 'doing' AND NOT j.abort_requested"
            " AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))"
            " LIMIT 1 FOR UPDATE OF j SKIP LOCKED",
            [STALLED_SECONDS],
        )
        if not (row := cursor.fetchone()):
            return False
        try:
            with transaction.atomic():
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", row)
        except IntegrityError:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', true)", row)
    return True


@app.periodic(cron="* * * * *")
@app.task(queue="audit", queueing_lock="seal")
def seal_audit(timestamp: int) -> int:
    """Seal the audit rows of the last minute; give how many."""
    total = 0
    while count := seal():
        total += count
    return total


@app.periodic(cron="* * * * * */5")
@app.task(queue="messages", queueing_lock="deliver")
def deliver_messages(timestamp: int) -> int:
    """Hand queued messages to the mail server; give how many went."""
    return deliver()
