"""The deck plan-net: the directory examples of Da Vinci Plan-Net."""

import pytest

from switchboard.interop.actions import run_import
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db


def load(folder, **options):
    path = folder / "examples.ndjson"
    return run_import(kind="plan-net", path=path, source="Acme of CT", by=SWITCHBOARD, **options)


def test_the_examples_load(deck):
    """Three practitioners, nine places; networks and the payer are no organizations that give care."""
    report = load(deck("plan-net"))
    assert report.state == "done", report.problem
    assert report.errors == 0
    assert report.counts["practitioners_added"] == 3
    assert report.counts["locations_added"] == 9
    assert report.counts["organizations_added"] == 8
    assert report.counts["roles_added"] == 3


def test_roles_that_name_nobody_are_left_out_and_said(deck):
    report = load(deck("plan-net"))
    assert report.codes["role_without_practitioner"] == 3


def test_an_npi_that_is_none_is_dropped_and_said(deck):
    """``NPI3238`` is no NPI: the clinician is kept under the source's own key."""
    report = load(deck("plan-net"))
    assert report.codes["npi_dropped"] == 9
    assert ask("SELECT count(*) FROM network_practitioner WHERE npi IS NOT NULL") == [(0,)]


def test_the_counselor_is_behavioral_licensed_in_illinois_and_seen_by_video(deck):
    """Her taxonomy stands with her role, her lines with the plan that uses the network."""
    load(deck("plan-net"))
    rows = ask(
        "SELECT p.behavioral, p.profession, p.languages, l.state, r.modalities, r.lines_of_business"
        " FROM network_practitioner p JOIN network_licence l ON l.practitioner_id = p.id"
        " JOIN network_practitionerrole r ON r.practitioner_id = p.id WHERE p.given_name = 'Susie'"
    )
    assert rows == [(True, "counselor", ["ru"], "IL", ["video"], ["QHP"])]


def test_twice_changes_nothing(deck):
    load(deck("plan-net"))
    again = load(deck("plan-net"))
    assert (again.changed, again.counts["roles_unchanged"]) == (0, 3)


def test_what_a_member_relies_on_keeps_its_evidence_for_ninety_days(deck):
    load(deck("plan-net"))
    rows = ask(
        "SELECT DISTINCT extract(day FROM due_at - verified_at)::int, method FROM network_fieldevidence"
    )
    assert rows == [(90, "import")]
