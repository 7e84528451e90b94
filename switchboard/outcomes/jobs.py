"""Timed work of outcomes: the clock of the crisis tasks."""

from procrastinate.contrib.django import app

from switchboard.outcomes.actions import escalate


@app.periodic(cron="* * * * * */5")
@app.task(queue="crisis", queueing_lock="escalate", pass_context=False)
def escalate_crises(timestamp: int) -> int:
    """Fire every escalation step that is due; run twice it fires nothing twice."""
    return escalate()
