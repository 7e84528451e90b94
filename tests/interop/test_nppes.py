"""The deck nppes: a thousand clinicians of CT, MA and RI as the national registry lists them."""

import pytest

from switchboard.interop.actions import run_import
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db


def load(folder, **options):
    return run_import(kind="nppes", path=folder / "practitioners.csv", by=SWITCHBOARD, **options)


def test_everybody_loads_and_the_taxonomy_says_who_is_behavioral(deck):
    report = load(deck("nppes"))
    assert report.state == "done", report.problem
    assert report.counts["practitioners_added"] == 1000
    professions = dict(
        ask("SELECT profession, count(*) FROM network_practitioner WHERE behavioral GROUP BY profession")
    )
    assert professions == {
        "psychologist": 21, "social_worker": 12, "psychiatrist": 10, "counselor": 3, "psychiatric_np": 3,
        "physician": 3, "family_therapist": 1, "other": 1,
    }  # fmt: skip


def test_a_number_deactivated_and_back_is_active(deck):
    """Fifteen of them were deactivated once; each has its day of reactivation."""
    load(deck("nppes"))
    assert ask("SELECT count(*) FROM network_practitioner WHERE NOT active") == [(0,)]


def test_a_registry_entry_alone_is_never_offered(deck):
    """The registry knows no lines of business and no panel: its roles carry neither."""
    load(deck("nppes"))
    offered = "SELECT count(*) FROM network_practitionerrole WHERE accepting_new OR lines_of_business <> '{}'"
    assert ask(offered) == [(0,)]


def test_nine_digit_zip_codes_without_dash_find_their_county(deck):
    load(deck("nppes"))
    found = ask("SELECT count(*) FROM network_location WHERE county_fips <> ''")[0][0]
    assert found > 990


def test_twice_changes_nothing(deck):
    load(deck("nppes"))
    assert load(deck("nppes")).changed == 0
