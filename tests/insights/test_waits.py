"""Waits in business days of the place, and clocks met."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.frontdoor.core.asks import Asks
from switchboard.insights.core.waits import GROUPS, business_days, running_out, spread, standing, wait
from switchboard.kernel.clocks import business_days_between

EPOCH = date(1970, 1, 1)
STATES = ("CT", "MA", "CA")
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) // 60


def number(day: date) -> int:
    return (day - EPOCH).days


@settings(max_examples=60, deadline=None)  # the first holidays take a second to load
@given(
    st.lists(
        st.tuples(
            st.dates(date(2024, 1, 1), date(2028, 12, 1)),
            st.integers(0, 90),
            st.integers(-1, len(STATES) - 1),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_all_at_once_counts_as_one_by_one(asked):
    """The fast count agrees with the kernel's, over weekends, holidays and years."""
    days = business_days(
        np.array([number(day) for day, *_ in asked]),
        np.array([number(day) + span for day, span, _ in asked]),
        np.array([state for *_, state in asked]),
        STATES,
    )
    slow = [
        business_days_between(day, day + timedelta(days=span), STATES[state] if state >= 0 else "")
        for day, span, state in asked
    ]
    assert days.tolist() == slow


def test_the_day_after_thanksgiving_counts_where_it_is_no_holiday():
    asked, until = number(date(2026, 11, 25)), number(date(2026, 11, 30))
    days = business_days(
        np.array([asked] * 2), np.array([until] * 2), np.array([0, STATES.index("CA")]), STATES
    )
    assert days.tolist() == [2, 1]


def test_what_has_not_ended_has_no_wait():
    assert business_days(np.array([5]), np.array([-1]), np.array([0]), STATES).tolist() == [-1]


def test_half_and_nine_in_ten():
    """Twenty waits of 1 to 20 days: half within 10, nine in ten within 18."""
    found = wait(np.arange(1, 21), np.arange(20), 11)
    assert (found.median, found.ninetieth) == (10, 18)


def test_ten_people_are_too_few_however_often_they_ask():
    found = wait(np.arange(1, 21), np.arange(20) % 10, 11)
    assert (found.median, found.ninetieth) == (None, None)


def test_the_spread_hides_a_few_and_those_beside_them():
    days = np.array([0] * 3 + [2] * 17 + [10] * 30)
    shown = spread(days, np.arange(50), 11)
    assert shown[0] is None
    assert shown[1] is None
    assert shown[GROUPS.index(10)] == 60


def asks(**columns: list[int]) -> Asks:
    size = len(next(iter(columns.values())))
    return Asks(
        *(
            np.array(columns.get(name, list(range(size)) if name == "member" else [-1] * size))
            for name in Asks._fields
        )
    )


def test_requests_are_met_missed_waiting_or_none_of_them():
    """In time; late; run out; time left; closed in time; closed after it ran out; no clock."""
    hour = 60
    found = standing(
        asks(
            due_minute=[MINUTE, MINUTE, MINUTE - 1, MINUTE + hour, MINUTE - hour, MINUTE - hour, -1],
            start_minute=[MINUTE - 1, MINUTE, -1, -1, -1, -1, -1],
            closed_minute=[-1, -1, -1, -1, MINUTE - 2 * hour, MINUTE - 1, -1],
        ),
        NOW,
    )
    assert found.met.tolist() == [True, False, False, False, False, False, False]
    assert found.missed.tolist() == [False, True, True, False, False, True, False]
    assert found.waiting.tolist() == [False, False, False, True, False, False, False]


def test_what_runs_out_has_no_appointment_and_is_open():
    marks = running_out(
        asks(
            due_minute=[MINUTE - 5, MINUTE + 47 * 60, MINUTE + 49 * 60, MINUTE, MINUTE],
            start_minute=[-1, -1, -1, MINUTE + 9, -1],
            closed_minute=[-1, -1, -1, -1, MINUTE],
        ),
        NOW,
        48,
    )
    assert marks.tolist() == [True, True, False, False, False]
