"""Timed work of matching: each night the results of care are counted anew."""

from procrastinate.contrib.django import app

from switchboard.matching.actions import measure_results


@app.periodic(cron="20 4 * * *")
@app.task(queue="matching", queueing_lock="measure_results")
def measure(timestamp: int) -> int:
    """Count how people fared with each practitioner, so that the match ranks by what is known."""
    return measure_results()
