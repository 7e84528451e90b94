"""Timed work of outcomes: the clock of the crisis tasks."""

from procrastinate.contrib.django import app

from switchboard.outcomes.actions import escalate
from switchboard.outcomes.actions.drill import drill


@app.periodic(cron="* * * * * */5")
@app.task(queue="crisis", queueing_lock="escalate", pass_context=False)
def escalate_crises(timestamp: int) -> int:
    """Fire every escalation step that is due; run twice it fires nothing twice."""
    return escalate()


@app.periodic(cron="*/5 * * * *")
@app.task(queue="crisis", queueing_lock="drill", pass_context=False)
def drill_the_alarm(timestamp: int) -> bool:
    """Close the last drill of the alarm chain and start the next; the crisis queue runs it as it runs all."""
    return drill()
