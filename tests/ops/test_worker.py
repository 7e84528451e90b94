"""A job whose worker is killed is run again: procrastinate alone would leave it ``doing`` for ever."""

import signal
import subprocess
import sys

import psycopg
import pytest

from switchboard.platform.postgres import running
from tests.ops.conftest import Installation, within

pytestmark = [pytest.mark.kills, pytest.mark.xdist_group("installation")]

WORKER = """
import os, sys, time
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "switchboard.project.settings"
import django
django.setup()
from procrastinate.contrib.django import app
from switchboard.platform import jobs
from switchboard.project import worker

attempts = Path(sys.argv[1])

@app.task(name="stubborn", queue="stubborn")
def stubborn():
    with attempts.open("a") as out:
        out.write("begun\\n")
    if attempts.read_text().count("begun") == 1:
        time.sleep(600)

jobs.STALLED_SECONDS, worker.HEARTBEAT_SECONDS = 3, 0.5
if sys.argv[2] == "defer":
    app.configure_task("stubborn", queue="stubborn").defer()
worker.main()
"""


def test_a_killed_workers_job_is_given_back(installation: Installation, tmp_path):
    attempts, log = tmp_path / "attempts", tmp_path / "log"

    def worker(what: str) -> subprocess.Popen[bytes]:
        order = [sys.executable, "-c", WORKER, str(attempts), what]
        return subprocess.Popen(order, env=installation.env, stderr=log.open("a"))

    with running(installation.home) as server, psycopg.connect(server.url(), autocommit=True) as database:

        def states() -> list[str]:
            found = database.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'stubborn'")
            return [state for (state,) in found]

        first = worker("defer")
        assert within(30, lambda: attempts.exists() and states() == ["doing"]), log.read_text()[-4000:]
        first.kill()
        first.wait()
        assert states() == ["doing"]
        second = worker("work")
        assert within(40, lambda: attempts.read_text().count("begun") == 2 and states() == []), (
            log.read_text()[-4000:]
        )
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0
