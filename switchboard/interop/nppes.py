"""Practitioners from the NPPES dissemination file (CMS): everybody with an NPI, whatever their trade.

The registry knows who somebody is, their codes, licences and practice address. It does not know which
lines of business they take or whether they take new people: its roles carry neither and are never offered
by it alone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from switchboard.interop import cells
from switchboard.interop.csv_reading import Row, read_csv
from switchboard.interop.findings import Findings, Wrong
from switchboard.kernel.states import state_code
from switchboard.members.core.identity import plain_phone
from switchboard.network.core.listing import (
    Imported,
    ImportedLicence,
    ImportedLocation,
    ImportedPractitioner,
    ImportedRole,
)

PLACE = "provider_business_practice_location_address"
CODES = 15  # taxonomy and licence columns of the file
NAMES: Mapping[str, tuple[str, ...]] = {
    "npi": (),
    "entity": ("entity_type_code",),
    "family_name": ("provider_last_name_legal_name",),
    "given_name": ("provider_first_name",),
    "middle_name": ("provider_middle_name",),
    "credential": ("provider_credential_text",),
    "gender": ("provider_gender_code", "provider_sex_code"),
    "address_line": ("provider_first_line_business_practice_location_address",),
    "city": (f"{PLACE}_city_name",),
    "state": (f"{PLACE}_state_name",),
    "zip": (f"{PLACE}_postal_code",),
    "country": (f"{PLACE}_country_code_if_outside_u_s",),
    "phone": (f"{PLACE}_telephone_number",),
    "deactivated": ("npi_deactivation_date",),
    "reactivated": ("npi_reactivation_date",),
    **{f"taxonomy_{n}": (f"healthcare_provider_taxonomy_code_{n}",) for n in range(1, CODES + 1)},
    **{f"primary_{n}": (f"healthcare_provider_primary_taxonomy_switch_{n}",) for n in range(1, CODES + 1)},
    **{f"license_{n}": (f"provider_license_number_{n}",) for n in range(1, CODES + 1)},
    **{f"license_state_{n}": (f"provider_license_number_state_code_{n}",) for n in range(1, CODES + 1)},
}
REQUIRED = ("npi", "family_name", "taxonomy_1")
GENDERS = {"M": "male", "F": "female", "X": "other"}
CODE_LENGTH = 10


def nppes_rows(path: Path, *, findings: Findings) -> Iterator[Imported]:
    """Yield practitioner, licences, place and role of each person; groups (entity 2) are left out."""
    for line, row in read_csv(path, findings=findings, names=NAMES, required=REQUIRED):
        if row.get("entity", "1") == "2":
            continue
        try:
            yield from list(_rows(row, path.name, line, findings))
        except Wrong as wrong:
            findings.note(path.name, line, wrong)


def _rows(row: Row, file: str, line: int, findings: Findings) -> Iterator[Imported]:
    npi = cells.npi(row["npi"])
    taxonomies = _taxonomies(row)
    active = not _date(row.get("deactivated", "")) or bool(_date(row.get("reactivated", "")))
    if not active:
        findings.add(file, line, "NPI Deactivation Date", "npi_deactivated", warning=True)
    given = " ".join(filter(None, (row.get("given_name", ""), row.get("middle_name", ""))))
    yield ImportedPractitioner(
        file=file,
        line=line,
        key=npi,
        npi=npi,
        family_name=cells.needed(row["family_name"], "Provider Last Name").title(),
        given_name=cells.text(given, "Provider First Name").title(),
        credential=cells.text(row.get("credential", ""), "Provider Credential Text")[:60],
        gender=GENDERS.get(row.get("gender", ""), ""),
        taxonomies=taxonomies,
        active=active,
    )
    yield from _licences(row, npi, file, line)
    abroad = row.get("country", "US") not in ("", "US")
    place = cells.address({} if abroad else row)
    yield ImportedLocation(
        file=file, line=line, key=npi, name=place["address_line"] or "Practice", **place,
        phone=plain_phone(row.get("phone", "")) or "",
    )  # fmt: skip
    yield ImportedRole(
        file=file, line=line, key=npi, practitioner_key=npi, location_key=npi, taxonomies=taxonomies,
        levels_of_care=("outpatient",), modalities=("in_person",), accepting_new=False, active=active,
    )  # fmt: skip


def _taxonomies(row: Row) -> tuple[str, ...]:
    """Give the codes, the primary one first."""
    found = [
        (row.get(f"primary_{n}", "") != "Y", row[f"taxonomy_{n}"])
        for n in range(1, CODES + 1)
        if row.get(f"taxonomy_{n}")
    ]
    if any(len(code) != CODE_LENGTH for _, code in found):
        raise Wrong("taxonomy_unknown", "Healthcare Provider Taxonomy Code")
    return tuple(code for _, code in sorted(found, key=lambda pair: pair[0]))


def _licences(row: Row, npi: str, file: str, line: int) -> Iterator[ImportedLicence]:
    for n in range(1, CODES + 1):
        number, state = row.get(f"license_{n}", ""), state_code(row.get(f"license_state_{n}", ""))
        if number and state:
            yield ImportedLicence(file, line, npi, state, number[:40])


def _date(text: str) -> bool:
    """Say whether a date stands here; the file's own form is month first (CMS file layout)."""
    if not text:
        return False
    try:
        datetime.strptime(text, "%m/%d/%Y")  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        raise Wrong("date_shape", "NPI Deactivation Date") from None
    return True
