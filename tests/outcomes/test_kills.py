"""Promise C1 and "Crisis" of the numbers: nobody is lost while application and worker are killed.

Nightly. The measurement itself stands in ``bench/crisis.py``; here it must keep what is promised, and its
control (answer first, open the task in a background thread) must be seen to lose.
"""

import pytest

from bench.crisis import stage, storm

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(3600), pytest.mark.xdist_group("installation")]


def test_two_thousand_positives_under_kills_lose_nobody():
    """0 positives without their task, 0 forms told kept and gone, visible within five seconds (p99)."""
    with stage() as on:
        came = storm(on, 2000)
    assert came.kills >= 20
    assert came.retries > 0
    assert len(came.told) == came.positives == len(came.waits) == 2000
    assert (came.lost, came.forgotten) == (0, 0)
    assert came.p99 < 5


def test_the_control_in_a_background_thread_loses_people():
    """The same storm must see a loss where answer and task are two transactions."""
    with stage(control=True) as on:
        came = storm(on, 300)
    assert came.forgotten == 0
    assert came.lost > 0
