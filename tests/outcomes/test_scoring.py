"""Scores: a missing item is never zero, and everything that arrived is read for what it means."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard.outcomes.core.answers import Answer, Person
from switchboard.outcomes.core.instrument import catalogue, instrument
from switchboard.outcomes.core.scoring import score

TODAY = date(2026, 6, 1)
PHQ9 = instrument("phq-9", TODAY)
NINE = [f"phq9-{n}" for n in range(1, 10)]
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def phq9(**given: object) -> list[Answer]:
    return [
        Answer(link, given.get(f"q{link[5:]}", 0)) for link in NINE if given.get(f"q{link[5:]}") != "absent"
    ]


@given(st.lists(st.sampled_from(NINE), unique=True, min_size=1))
def test_a_missing_item_is_never_zero(left_out: list[str]):
    """Whatever is left out, there is no total, and the reason counts what was answered."""
    answers = [Answer(link, 0) for link in NINE if link not in left_out]
    decision = score(PHQ9, answers, Person())
    assert decision.outcome.total is None
    assert decision.outcome.band is None
    assert decision.because[0].code == "score_incomplete"
    assert decision.because[0].params == {"answered": 9 - len(left_out), "of": 9}


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_the_total_is_the_sum_and_the_band_holds_it(values: list[int]):
    """The total is the plain sum; its band starts at or below it, the next one above it."""
    result = score(PHQ9, [Answer(n, v) for n, v in zip(NINE, values, strict=True)], Person()).outcome
    assert result.total == sum(values)
    starts = {b.code: b.at_least for b in PHQ9.bands}
    assert starts[result.band] <= sum(values)
    assert all(s <= starts[result.band] or s > sum(values) for s in starts.values())
    assert result.positive == (sum(values) >= 10)


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9), st.sets(st.integers(0, 8)))
def test_an_early_positive_is_never_taken_back(values: list[int], left_out: set[int]):
    """A screen called positive before the end is positive at the end, whatever the rest brings."""
    everything = [Answer(n, v) for n, v in zip(NINE, values, strict=True)]
    early = score(PHQ9, [a for at, a in enumerate(everything) if at not in left_out], Person()).outcome
    if early.positive:
        assert score(PHQ9, everything, Person()).outcome.positive


@pytest.mark.parametrize("bad", [7, -1, 1.5, "often", "", True, None])
def test_an_unreadable_answer_is_missing_not_zero(bad):
    """An answer that means none of the options counts as not given."""
    assert score(PHQ9, phq9(q4=bad), Person()).outcome.answered == 8


@pytest.mark.parametrize(
    "same", [1, 1.0, "1", "LA6569-3", "Several days", "several  days.", "VARIOS DÍAS", "varios dias"]
)
def test_an_answer_may_come_as_number_code_or_words(same):
    """The forms other systems send mean the same option."""
    assert score(PHQ9, phq9(q4=same), Person()).outcome.total == 1


def test_the_newest_answer_counts_in_the_score():
    """An edit is a later row: the score takes the later one."""
    rows = [*phq9(), Answer("phq9-2", 3, NOON), Answer("phq9-2", 1, NOON + timedelta(minutes=1))]
    assert score(PHQ9, rows, Person()).outcome.total == 1


def test_two_answers_at_once_to_one_item_are_no_answer():
    """Nobody can say which of two is meant, so the item is open."""
    assert score(PHQ9, [*phq9(), Answer("phq9-2", 3)], Person()).outcome.answered == 8


def test_the_phq9_function_question_adds_nothing():
    """Item 10 asks how hard things are; it has never been part of the total."""
    assert score(PHQ9, [*phq9(), Answer("phq9-10", 3)], Person()).outcome.total == 0


def test_audit_c_cut_depends_on_sex_and_says_when_unknown():
    """Unknown sex takes the lower cut-off and says so."""
    audit = instrument("audit-c", TODAY)
    answers = [Answer("auditc-1", 2), Answer("auditc-2", 1), Answer("auditc-3", 0)]
    assert score(audit, answers, Person(sex="male")).outcome.positive is False
    assert score(audit, answers, Person(sex="female")).outcome.positive is True
    unknown = score(audit, answers, Person())
    assert unknown.outcome.positive is True
    assert "score_cutoff_sex_unknown" in {r.code for r in unknown.because}


def test_a_repeated_item_takes_several_answers():
    """Several problems with the place one lives are several answers to one item, all kept."""
    hrsn = instrument("ahc-hrsn", TODAY)
    housing = [Answer("hrsn-1", 0), Answer("hrsn-2", "LA31996-4"), Answer("hrsn-2", "LA28580-1")]
    result = score(hrsn, housing, Person()).outcome
    assert {s.code: s.total for s in result.subscales}["housing"] == 2
    assert result.positive is True
    assert result.total is None


@pytest.mark.parametrize("one", catalogue(TODAY), ids=lambda i: i.code)
def test_nothing_answered_is_nothing_known(one):
    """No answers: no total, no band, no positive, for every instrument."""
    result = score(one, [], Person()).outcome
    assert (result.total, result.band, result.positive, result.answered) == (None, None, None, 0)
    assert not result.complete


def test_a_total_below_every_band_has_no_band():
    """Bands that start above the total do not hold it."""
    bands = tuple(replace(b, at_least=b.at_least + 1) for b in PHQ9.bands)
    assert score(replace(PHQ9, bands=bands), phq9(), Person()).outcome.band is None


def test_parts_without_any_need_are_not_positive():
    """Social needs: every part below its cut-off is a clear no."""
    hrsn = instrument("ahc-hrsn", TODAY)
    answers = [Answer(i.link_id, 1 if i.link_id in SAFETY else 0) for i in hrsn.items]
    decision = score(hrsn, answers, Person())
    assert decision.outcome.positive is False
    assert [r.code for r in decision.because] == ["score_by_parts"]


SAFETY = {"hrsn-7", "hrsn-8", "hrsn-9", "hrsn-10"}


@given(st.permutations(range(4)))
def test_the_newest_wins_in_whatever_order_rows_come(order: list[int]):
    """Rows may be read in any order; their times decide."""
    rows = [Answer("phq9-1", value, NOON + timedelta(minutes=value)) for value in range(4)]
    rest = [a for a in phq9() if a.link_id != "phq9-1"]
    assert score(PHQ9, [*(rows[at] for at in order), *rest], Person()).outcome.total == 3
