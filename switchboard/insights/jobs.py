"""Timed work of insights: the supply is counted anew every ten minutes."""

from procrastinate.contrib.django import app

from switchboard.insights.actions import count_supply


@app.periodic(cron="*/10 * * * *")
@app.task(queue="insights", queueing_lock="count_supply")
def count(timestamp: int) -> int:
    """Count open and used time, so that no page adds up millions of slots."""
    return count_supply()
