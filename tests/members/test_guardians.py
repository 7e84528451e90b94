"""What a guardian may see (P7): it narrows at the state's age and ends at eighteen, by itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.members.core.guardians import Grant, may_see
from switchboard.members.core.own_consent import age_on, who_consents
from switchboard.rulebook.rules import rule

DAY = date(2026, 6, 1)
RULES, AGES = (rule(f"consent/{n}").on(DAY) for n in ("proxies", "minors_outpatient_mental_health"))
EVERYTHING = Grant("parent", frozenset({"appointments", "assessments", "record", "messages"}))
STATES = st.sampled_from(["CA", "CT", "FL", "IL", "MA", "MD", "NY", "PA", "RI", "TX", "WA", "ZZ", ""])
BORN = st.dates(date(1990, 1, 1), date(2026, 6, 1))


def seen(born: date, day: date, state: str = "MA") -> frozenset[str]:
    return may_see(EVERYTHING, born=born, state=state, day=day, rules=RULES, ages=AGES).outcome


@pytest.mark.parametrize(("year", "last"), [(2026, date(2026, 2, 28)), (2028, date(2028, 2, 28))])
def test_a_leap_day_child_turns_on_the_first_of_march_in_common_years(year, last):
    born = date(year - 18, 2, 28) + timedelta(days=1) if year == 2026 else date(2010, 3, 1)
    if year == 2026:
        assert born == date(2008, 2, 29)
        assert (age_on(born, last), age_on(born, last + timedelta(days=1))) == (17, 18)
        assert seen(born, last)
        assert not seen(born, last + timedelta(days=1))
    else:
        assert age_on(date(2012, 2, 29), date(2028, 2, 29)) == 16


@given(BORN, STATES, st.integers(0, 8000))
def test_what_a_parent_sees_only_ever_narrows(born, state, days):
    earlier, later = (seen(born, born + timedelta(days=d), state) for d in (days, days + 1))
    assert later <= earlier


@given(BORN, STATES)
def test_at_eighteen_a_parent_sees_nothing_and_at_fourteen_no_answers(born, state):
    teen = born + timedelta(days=int(14 * 365.25) + 2)
    assert seen(born, teen, state) <= {"appointments"}
    assert not seen(born, born + timedelta(days=int(18 * 365.25) + 2), state)


@given(BORN, STATES, st.integers(0, 9000))
def test_whoever_may_consent_alone_is_not_read_by_a_parent(born, state, days):
    """Where the law lets a minor of twelve or more consent alone, their answers are theirs."""
    day = born + timedelta(days=days)
    alone = who_consents(born=born, state=state, day=day, rules=AGES).outcome == "own"
    assert not (alone and "assessments" in seen(born, day, state))
