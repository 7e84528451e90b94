"""Follow the outbox and react, each event once."""

from django.db import transaction
from procrastinate.contrib.django import app

from switchboard.platform.outbox import reading
from switchboard.reactions.wiring import REACTIONS

BATCH = 500


@app.periodic(cron="* * * * * */2")
@app.task(queue="reactions", queueing_lock="react")
def react_to_news(timestamp: int) -> int:
    """React to everything told since the last time."""
    total = 0
    while count := react():
        total += count
    return total


def react() -> int:
    """React to one batch; its effects and the cursor's move are one transaction. Gives how many events."""
    with transaction.atomic(), reading("reactions", BATCH) as events:
        for event in events:
            for reaction in REACTIONS.get(event.kind, ()):
                reaction(event)
        return len(events)
