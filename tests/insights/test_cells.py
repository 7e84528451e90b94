"""Counts of people: nobody can be found in them, also not by subtracting."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from switchboard.insights.core.cells import Share, cells, rounded, safe, share, tally
from switchboard.rulebook.rules import rule

RULE = rule("access/small_cells").on(date(2026, 11, 20))
LEAST, STEP = RULE["least"], RULE["round_to"]
UNHURRIED = settings(deadline=None)  # the machine is shared
COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@UNHURRIED
@given(COUNTS)
def test_no_count_of_one_to_ten_is_shown(counts):
    found = cells(counts, LEAST)
    assert all(n is None or n == 0 or n >= LEAST for n in (*found.shown, found.total))


@UNHURRIED
@given(COUNTS)
def test_what_is_shown_is_true(counts):
    found = cells(counts, LEAST)
    assert all(shown in (None, count) for shown, count in zip(found.shown, counts, strict=True))
    assert found.total in (None, sum(counts))


@UNHURRIED
@given(COUNTS)
def test_a_total_never_gives_a_hidden_count_away(counts):
    """The attacker takes what is shown from the total: at least two counts and eleven people are left."""
    found = cells(counts, LEAST)
    hidden = [n for n in found.shown if n is None]
    if hidden and found.total is not None:
        left = found.total - sum(n for n in found.shown if n is not None)
        assert len(hidden) >= 2
        assert left >= LEAST


@UNHURRIED
@given(st.integers(0, 400), st.integers(0, 10))
def test_two_views_that_differ_by_a_few_people_do_not_tell_how_many(narrow, more):
    """The differencing attack: a wider view (a longer period, one filter less) minus a narrower one.

    Whatever the two show, the few people between them could be at least four different numbers.
    """
    if narrow < LEAST:
        assert cells([narrow], LEAST).shown == ((0,) if narrow == 0 else (None,))
        return
    ends = [_window(rounded(n, STEP)) for n in (narrow, narrow + more)]
    least, most = max(0, ends[1][0] - ends[0][1]), ends[1][1] - ends[0][0]
    assert least <= more <= most
    assert most - least >= 3


def _window(shown: int) -> tuple[int, int]:
    """Give the least and the most that is shown as this, as an attacker would who has the program."""
    fits = [n for n in range(LEAST, shown + STEP + 1) if rounded(n, STEP) == shown]
    return fits[0], fits[-1]


def _bounds(shown: int | None, total: int) -> tuple[int, int]:
    if shown is None:
        return 1, total
    return _window(rounded(shown, STEP)) if shown else (0, 0)


@UNHURRIED
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=5), min_size=3, max_size=4))
def test_two_cuts_of_the_same_people_do_not_pin_a_hidden_count(rows):
    """Each cut shows its parts rounded and hidden on their own; intervals are propagated till they stand."""
    width = min(len(row) for row in rows)
    table = [row[:width] for row in rows]
    for parts in ([sum(row) for row in table], [sum(col) for col in zip(*table, strict=True)]):
        found = cells(parts, LEAST)
        if found.total is None:
            continue
        bounds = [_bounds(n, found.total) for n in found.shown]
        for at, (shown, bound) in enumerate(zip(found.shown, bounds, strict=True)):
            if shown is None:
                others = [b for n, b in enumerate(bounds) if n != at]
                low = max(bound[0], found.total - sum(high for _, high in others))
                high = min(bound[1], found.total - sum(low for low, _ in others))
                assert low <= parts[at] <= high
                assert high > low


def test_a_share_of_all_but_a_few_is_a_bound():
    """95 of 100 met: 5 people are the rest, and 95% would say so."""
    assert share(95, 100, LEAST) == Share(89, "over")
    assert share(5, 100, LEAST) == Share(11, "under")
    assert share(60, 100, LEAST) == Share(60)
    assert share(100, 100, LEAST) == Share(100)
    assert share(10, 10, LEAST) is None
    assert share(8, 14, LEAST) is None


@UNHURRIED
@given(st.integers(11, 500), st.data())
def test_a_share_never_tells_a_count_of_one_to_ten(whole, data):
    """Knowing the whole exactly, at least two counts fit what is said whenever few are on one side."""
    part = data.draw(st.integers(0, whole))
    said = share(part, whole, LEAST)
    if said is None or min(part, whole - part) == 0 or min(part, whole - part) >= LEAST:
        return
    fits = [n for n in range(1, whole) if share(n, whole, LEAST) == said]
    assert len(fits) >= LEAST - 1


def test_a_person_counts_once_a_group():
    import numpy as np

    group = np.array([0, 0, 0, 1, -1])
    member = np.array([7, 7, 8, 7, 9])
    assert tally(group, member, 3) == [2, 1, 0]


def test_parts_are_rounded_to_the_nearest_ten():
    assert safe({"a": 14, "b": 15, "c": 0}, RULE) == {"a": 10, "b": 20, "c": 0}
    assert safe({"a": 3, "b": 15, "c": 40}, RULE) == {"a": None, "b": None, "c": 40}
