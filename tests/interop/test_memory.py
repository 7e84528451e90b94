"""Imports take the same memory however long the file is."""

import resource

import pytest

from switchboard.interop.actions import run_import
from switchboard.platform.access import SWITCHBOARD

pytestmark = [pytest.mark.django_db, pytest.mark.nightly]

MOST_GROWTH = 20  # MB between a file and one four times as long


def members(path, rows: int):
    with path.open("w") as out:
        out.write("member_number,family_name,birth_date,phone,zip,line_of_business,coverage_start\n")
        for n in range(rows):
            day, phone = f"{1940 + n % 80}-{n % 12 + 1:02}-{n % 28 + 1:02}", f"617-555-{n % 10000:04}"
            out.write(f"C{n:08},Lee{n},{day},{phone if n < 10000 else ''},02115,QHP,2026-01-01\n")
    return path


def patients(path, rows: int):
    """Write people and their cover as FHIR, one line in a hundred of them broken."""
    with path.open("w") as out:
        for n in range(rows // 2):
            born = f"{1940 + n % 80}-{n % 12 + 1:02}-{n % 28 + 1:02}"
            out.write(
                f'{{"resourceType":"Patient","id":"{n}","name":[{{"family":"Lee{n}"}}],"birthDate":"{born}"}}\n'
            )
            whose = "nobody" if n % 50 == 0 else n
            out.write(
                f'{{"resourceType":"Coverage","id":"{n}","status":"active","payor":[{{"display":"Medicaid"}}],'
                f'"beneficiary":{{"reference":"Patient/{whose}"}},"period":{{"start":"2026-01-01"}}}}\n'
            )
    return path


def peak(path, kind: str = "members") -> float:
    """Import a file; give the most memory this process ever held, in MB."""
    done = run_import(kind=kind, path=path, source="s", by=SWITCHBOARD, mode="good")
    assert done.state == "done", done.problem
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_file_four_times_as_long_takes_no_more_memory(tmp_path):
    """100,000 rows, then 400,000: this process grows by less than 20 MB."""
    first = peak(members(tmp_path / "short.csv", 100_000))
    grown = peak(members(tmp_path / "long.csv", 400_000)) - first
    assert grown < MOST_GROWTH, f"grew by {grown:.0f} MB"


def test_so_it_is_with_fhir_and_with_broken_lines(tmp_path):
    """50,000 resources, then 200,000: one in a hundred of them is refused."""
    first = peak(patients(tmp_path / "short.ndjson", 50_000), "fhir")
    grown = peak(patients(tmp_path / "long.ndjson", 200_000), "fhir") - first
    assert grown < MOST_GROWTH, f"grew by {grown:.0f} MB"


def test_so_it_is_when_every_line_is_refused_by_the_load(tmp_path):
    """100,000 coverages of nobody, then 400,000: the refusals lie on disk."""

    def of_nobody(name: str, rows: int):
        place = tmp_path / name
        with place.open("w") as out:
            for n in range(rows):
                out.write(
                    f'{{"resourceType":"Coverage","id":"{n}","status":"active","payor":[{{"display":"Medicaid"}}],'
                    f'"beneficiary":{{"reference":"Patient/x{n}"}},"period":{{"start":"2026-01-01"}}}}\n'
                )
        return place

    first = peak(of_nobody("short.ndjson", 100_000), "fhir")
    grown = peak(of_nobody("long.ndjson", 400_000), "fhir") - first
    assert grown < MOST_GROWTH, f"grew by {grown:.0f} MB"
