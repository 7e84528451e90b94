"""The worker: runs jobs from the queue. ``python -m switchboard.project.worker``.

The crisis queue has a worker of its own: nothing else, however much of it, makes it wait (threat 16).
"""

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procrastinate import App

CRISIS = "crisis"
HEARTBEAT_SECONDS = 5.0
GRACE_SECONDS = 8.0  # for running jobs when asked to stop; what is cut off is given back to the queue


async def work() -> None:
    """Run jobs until told to stop by SIGTERM or SIGINT."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from switchboard.platform.health import tell_of_role
    from switchboard.platform.jobs import give_back

    await asyncio.to_thread(tell_of_role)
    await asyncio.to_thread(give_back)
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    general = sorted({task.queue for task in app.tasks.values()} - {CRISIS})
    with app.replace_connector(connector.get_worker_connector()) as ours:
        async with ours.open_async():
            working = asyncio.gather(_serve(ours, "crisis", [CRISIS]), _serve(ours, "general", general))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, working.cancel)
            with suppress(asyncio.CancelledError):
                await working


async def _serve(ours: "App", name: str, queues: list[str]) -> None:
    await ours.run_worker_async(
        name=name,
        queues=queues,
        concurrency=2,
        delete_jobs="successful",
        install_signal_handlers=False,  # two workers in one process: work() stops both
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
    )


def main() -> None:
    """Start Django, then work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchboard.project.settings")
    import django

    django.setup()
    asyncio.run(work())


if __name__ == "__main__":
    main()
