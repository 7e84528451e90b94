"""The shape that loses people, as a control: answer first, open the crisis task in a background thread.

Loaded only by ``bench.forgetful_settings``, against a database whose check constraint was dropped for it.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.apps import AppConfig

PAGE_SECONDS = 0.05  # a mail server takes that long, and one thread sends


class Forgetful(AppConfig):
    """Replace the one call that opens a task by one that promises to."""

    name = "bench.forgetful"
    label = "forgetful"

    def ready(self) -> None:
        from django.db import connection, transaction

        from switchboard.outcomes import safety_net

        kept, pool = safety_net.open_or_add, ThreadPoolExecutor(1)

        def later(asked: dict[str, Any]) -> None:
            time.sleep(PAGE_SECONDS)
            with transaction.atomic():
                kept(**asked)
            connection.close()

        def promise(**asked: Any) -> None:
            transaction.on_commit(lambda: pool.submit(later, asked) and None)

        safety_net.open_or_add = promise  # type: ignore[assignment]
