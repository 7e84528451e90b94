"""Timed work of scheduling: holds end, hours open, sums are checked."""

from procrastinate.contrib.django import app

from switchboard.platform.access import SWITCHBOARD
from switchboard.scheduling.actions import expire_holds, open_hours, reconcile


@app.periodic(cron="* * * * * */10")
@app.task(queue="scheduling", queueing_lock="expire_holds")
def end_holds(timestamp: int) -> None:
    """Every ten seconds end the holds whose time is over; one in somebody's way ends on the spot anyway."""
    expire_holds()


@app.periodic(cron="10 5 * * *")
@app.task(queue="scheduling", queueing_lock="extend_horizon")
def extend_horizon(timestamp: int) -> None:
    """Each night open one more day of everybody's weekly hours."""
    open_hours(by=SWITCHBOARD)


@app.periodic(cron="40 5 * * *")
@app.task(queue="scheduling", queueing_lock="check_sums")
def check_sums(timestamp: int) -> None:
    """Each night prove that every appointment is in exactly one queue or closed."""
    reconcile()
