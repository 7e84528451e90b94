"""The deck synthea-50: fifty people and their coverage, as US Core R4 NDJSON."""

import pytest
from django.db import connection

from switchboard.interop.actions import run_import
from switchboard.platform.access import SWITCHBOARD

pytestmark = pytest.mark.django_db


def one(statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def load(folder, **options):
    return run_import(kind="fhir", path=folder, source="synthea-50", by=SWITCHBOARD, **options)


def test_fifty_people_and_their_coverage_load(deck):
    """50 people; of 146 coverages 12 wait for a person: six Medigap, six that name no plan at all."""
    report = load(deck("synthea-50"))
    assert report.state == "done", report.problem
    assert report.errors == 0
    assert report.counts["members_added"] == 50
    assert report.counts["practitioners_added"] == 259
    assert report.counts["coverages_added"] == 134
    assert report.held == {"line_of_business_unknown": 12, "specialty_without_code": 259}


def test_states_written_out_and_zip_codes_become_places(deck):
    """``Massachusetts`` is MA; every address has a county, a zone and a point."""
    load(deck("synthea-50"))
    assert one("SELECT count(*) FROM members_member WHERE state = 'MA' AND county_fips LIKE '25%%'") == 50
    assert one("SELECT count(*) FROM members_member WHERE latitude IS NOT NULL") == 50
    assert one("SELECT count(*) FROM members_member WHERE language = 'es'") == 10


def test_the_same_folder_twice_changes_nothing_and_says_so(deck):
    first = load(deck("synthea-50"))
    second = load(deck("synthea-50"))
    assert second.changed == 0
    assert second.counts["members_unchanged"] == 50
    assert second.counts["coverages_unchanged"] == 134
    assert second.same_as == first.run


def test_a_dry_run_counts_truly_and_changes_nothing(deck):
    report = load(deck("synthea-50"), dry_run=True)
    assert report.counts["members_added"] == 50
    assert report.counts["practitioners_added"] == 259
    assert one("SELECT count(*) FROM members_member") == 0


def test_what_waits_for_a_person_stands_in_the_review_queue(deck):
    load(deck("synthea-50"))
    assert one("SELECT count(*) FROM platform_workitem WHERE queue = 'import-review'") == 2
