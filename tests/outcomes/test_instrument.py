"""Instruments as the rulebook holds them: what ships, for whom, and what a licensee supplies."""

from dataclasses import replace
from datetime import date

import pytest

from switchboard.outcomes.core.answers import Person
from switchboard.outcomes.core.instrument import (
    LANGUAGES,
    catalogue,
    instrument,
    read,
    versions,
    with_wording,
)
from switchboard.rulebook.rules import RuleError, parse, rule

TODAY = date(2026, 6, 1)
ALL = catalogue(TODAY)
each = pytest.mark.parametrize("one", ALL, ids=lambda i: i.code)


def check_digit_fits(loinc: str) -> bool:
    """LOINC numbers end in a Luhn check digit: a mistyped code fails it nine times in ten."""
    body, _, check = loinc.partition("-")
    doubled = [int(d) * (2 - at % 2) for at, d in enumerate(reversed(body))]
    return -sum(d // 10 + d % 10 for d in doubled) % 10 == int(check)


def test_the_issue_s_instruments_are_all_here():
    """The list of issue item 8, by code."""
    assert {i.code for i in ALL} == {
        *("phq-2", "phq-9", "phq-9m", "gad-2", "gad-7", "audit-c", "drug-1"),
        *("pc-ptsd-5", "pcl-5", "asq", "epds", "psc-17", "ahc-hrsn"),
    }


@each
def test_its_loinc_numbers_have_a_true_check_digit(one):
    """Codes are left out rather than guessed; those that stand are at least well formed."""
    codes = [one.loinc_panel, one.loinc_total, *(i.loinc for i in one.items)]
    assert all(check_digit_fits(c) for c in codes if c)


@each
def test_it_says_its_licence_and_ships_words_only_under_one(one):
    """``items_ship`` is true exactly where wording stands in the file, in every language it lists."""
    licence = rule(f"instruments/{one.code}").source["licence"]
    assert licence["name"]
    assert licence["text_at"]
    assert licence["items_ship"] is not one.items_from_licensee
    assert all(one.ready(lang) for lang in one.languages)
    if one.items_from_licensee:
        assert not one.languages
        assert not any(i.text for i in one.items)
    else:
        assert one.languages == LANGUAGES
        assert one.translations["es"] in {"official", "adapted"}


@each
def test_its_parts_name_its_own_items(one):
    """Subscales, conditions and look-alikes name items that exist; link ids and option values are unique."""
    ids = [i.link_id for i in one.items]
    assert len(ids) == len(set(ids))
    named = [*(x for s in one.subscales for x in s.items), *(x for v in one.lacks.values() for x in v)]
    named += [x for i in one.items if i.shown_when for x in i.shown_when.items]
    assert set(named) <= set(ids)
    for item in one.items:
        assert len({o.value for o in item.options}) == len(item.options)
    assert [b.at_least for b in one.bands] == sorted({b.at_least for b in one.bands})


@pytest.mark.parametrize(
    ("short", "age", "long"),
    [
        ("phq-2", 30, "phq-9"),
        ("phq-2", 14, "phq-9m"),
        ("phq-2", None, None),
        ("gad-2", 14, "gad-7"),
        ("pc-ptsd-5", 40, "pcl-5"),
        ("gad-7", 40, None),
    ],
)
def test_a_short_form_opens_the_long_one_for_the_age(short, age, long):
    """A teen who screens positive gets the teen form; an unknown age gets none by itself."""
    assert instrument(short, TODAY).long_form(age) == long


def test_an_instrument_suits_its_ages():
    """An adult form is not for a child, the teen form not for an adult."""
    assert instrument("phq-9", TODAY).suits(18)
    assert not instrument("phq-9", TODAY).suits(17)
    assert not instrument("phq-9m", TODAY).suits(18)
    assert not instrument("phq-9", TODAY).suits(None)


def test_age_turns_on_the_birthday():
    """Whole years; somebody born on 29 February turns on 1 March of a common year."""
    leap = Person(born=date(2008, 2, 29))
    assert leap.age(date(2026, 2, 28)) == 17
    assert leap.age(date(2026, 3, 1)) == 18
    assert Person().age(TODAY) is None


def test_versions_of_what_we_know_and_do_not():
    """An old response is rendered with its own version; an unknown instrument has none."""
    assert versions("phq-9") == ("2001-09-01",)
    assert versions("phq-99") == ()


def wording(**items: str) -> str:
    rows = "".join(f'[items.{k}]\nen = "{v}"\n' for k, v in items.items())
    return f'instrument = "epds"\npermission = "RCPsych, 2026-01-01, ref 1"\n{rows}'


def test_a_licensee_s_wording_fills_the_slots():
    """With every item and option worded in English the instrument can be asked in English, not Spanish."""
    epds = instrument("epds", TODAY)
    options = "".join(f'{v} = {{ en = "option {v}" }}\n' for v in range(4))
    text = 'instrument = "epds"\npermission = "letter of 2026-01-01"\n[stem]\nen = "Past week"\n' + "".join(
        f'[items.epds-{n}]\nen = "item {n}"\n[items.epds-{n}.options]\n{options}' for n in range(1, 11)
    )
    worded = with_wording(epds, text)
    assert worded.languages == ("en",)
    assert worded.stem == {"en": "Past week"}
    assert worded.item("epds-10").text == {"en": "item 10"}
    assert worded.item("epds-3").options[0].text == {"en": "option 3"}
    assert worded.ref == epds.ref


def test_wording_of_half_the_items_is_not_ready():
    """A form with holes is never asked."""
    epds = instrument("epds", TODAY)
    assert with_wording(epds, wording(**{"epds-1": "x"})).languages == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("instrument = ", "not TOML"),
        ('instrument = "phq-9"', "not 'epds'"),
        ('instrument = "epds"', "permission"),
        (wording(**{"epds-77": "x"}), "unknown items"),
    ],
)
def test_wording_that_does_not_fit_says_why(text, says):
    """The licensee learns what to mend."""
    with pytest.raises(RuleError, match=says):
        with_wording(instrument("epds", TODAY), text)


def test_an_item_with_unlisted_options_is_refused():
    """A slip in a rule file is found when it is read."""
    text = """
        title = "t"
        source = { citation = "c" }
        [[values]]
        from = 2020-01-01
        code = "x"
        name = { en = "x" }
        languages = []
        respondents = ["self"]
        min_age = 0
        [[values.options.a]]
        value = 0
        [[values.items]]
        link_id = "x-1"
        options = "b"
    """
    with pytest.raises(RuleError, match="not listed"):
        read(parse("instruments/x", text).on(TODAY))


def test_two_versions_differ_only_where_they_say_so():
    """Instruments are plain values: equal when read twice, changed by replace."""
    one = instrument("phq-9", TODAY)
    assert one == instrument("phq-9", TODAY)
    assert replace(one, min_age=0) != one
