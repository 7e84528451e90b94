"""Rosters: practitioners from plain CSV, one row a practitioner and place."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from switchboard.interop import cells
from switchboard.interop.csv_reading import Row, read_csv
from switchboard.interop.findings import Findings, Wrong
from switchboard.network.core.listing import (
    Imported,
    ImportedLicence,
    ImportedLocation,
    ImportedOrganization,
    ImportedPractitioner,
    ImportedRole,
)
from switchboard.rulebook.listings import codes

NAMES = {
    "npi": ("npi number", "individual npi"),
    "family_name": ("last name", "surname"),
    "given_name": ("first name",),
    "credential": ("credentials", "degree"),
    "gender": ("sex",),
    "languages": ("language",),
    "backgrounds": ("cultural background",),
    "taxonomies": ("taxonomy", "taxonomy code", "specialty code"),
    "license_state": ("licence state",),
    "license_number": ("licence number", "license"),
    "license_start": ("licence start",),
    "license_end": ("licence end", "license expiration", "license expires"),
    "organization": ("group", "group name", "practice"),
    "organization_npi": ("group npi",),
    "tin": ("tax id", "group tin"),
    "location": ("location name", "site"),
    "address_line": ("address", "street"),
    "city": (),
    "state": (),
    "zip": ("zip code", "postal code"),
    "phone": ("telephone",),
    "treats": ("conditions",),
    "levels_of_care": ("level of care",),
    "modalities": ("modality",),
    "lines_of_business": ("line of business", "lob"),
    "age_min": ("youngest",),
    "age_max": ("oldest",),
    "accepting_new": ("accepting new patients", "accepting"),
    "panel_capacity": ("capacity",),
}
REQUIRED = ("npi", "family_name")
TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
GENDERS = {"m": "male", "f": "female", "x": "other", "": ""}


def practitioner_rows(path: Path, *, findings: Findings, today: date) -> Iterator[Imported]:
    """Yield organization, place, practitioner, licence and role of each row; bad rows become findings."""
    for line, row in read_csv(path, findings=findings, names=NAMES, required=REQUIRED):
        try:
            yield from list(_rows(row, path.name, line, findings, today))
        except Wrong as wrong:
            findings.note(path.name, line, wrong)


def _rows(row: Row, file: str, line: int, findings: Findings, today: date) -> Iterator[Imported]:
    npi = cells.npi(row["npi"])
    taxonomies = cells.listed(row.get("taxonomies", ""), "taxonomies")
    if not all(TAXONOMY.fullmatch(code) for code in taxonomies):
        raise Wrong("taxonomy_unknown", "taxonomies")
    if row.get("tin") and not re.fullmatch(r"\d{2}-?\d{7}", cells.number_text(row["tin"], "tin")):
        raise Wrong("tin_shape", "tin")
    group = cells.text(row.get("organization", ""), "organization")
    if group:
        group_npi = (
            cells.npi(row["organization_npi"], "organization_npi") if row.get("organization_npi") else None
        )
        yield ImportedOrganization(file, line, group.casefold()[:200], group, group_npi)
    place = cells.address(row)
    spot = "|".join((group, row.get("location", ""), place["address_line"], place["zip5"])).casefold()[:200]
    site = cells.text(row.get("location", ""), "location")
    somewhere = bool(place["zip5"] or place["address_line"])
    if somewhere:
        yield ImportedLocation(
            file=file, line=line, key=spot,
            name=site or group or place["address_line"] or "Practice",
            organization_key=group.casefold()[:200], **place, phone=cells.phone(row.get("phone", "")) or "",
        )  # fmt: skip
    yield _practitioner(row, npi, taxonomies, file, line)
    yield from _licence(row, npi, file, line, findings, today)
    yield _role(row, npi, taxonomies, group.casefold()[:200], spot if somewhere else "", file, line)


def _practitioner(
    row: Row, npi: str, taxonomies: tuple[str, ...], file: str, line: int
) -> ImportedPractitioner:
    gender = cells.text(row.get("gender", ""), "gender").lower()
    if GENDERS.get(gender, gender) not in ("male", "female", "other", ""):
        raise Wrong("code_unknown", "gender")
    return ImportedPractitioner(
        file=file,
        line=line,
        key=npi,
        npi=npi,
        family_name=cells.needed(row["family_name"], "family_name"),
        given_name=cells.text(row.get("given_name", ""), "given_name"),
        credential=cells.text(row.get("credential", ""), "credential", 60),
        gender=GENDERS.get(gender, gender),
        languages=cells.listed(row.get("languages", ""), "languages", frozenset(codes("languages"))),
        backgrounds=cells.listed(row.get("backgrounds", ""), "backgrounds", frozenset(codes("backgrounds"))),
        taxonomies=taxonomies,
    )


def _licence(
    row: Row, npi: str, file: str, line: int, findings: Findings, today: date
) -> Iterator[ImportedLicence]:
    if not row.get("license_number") and not row.get("license_state"):
        return
    state = cells.state(row.get("license_state", ""), "license_state")
    if not state:
        raise Wrong("required", "license_state")
    starts = cells.day(row.get("license_start", ""), "license_start")
    last = cells.day(row.get("license_end", ""), "license_end")
    cells.period(starts, last, "license_end")
    if last and last < today:
        findings.add(file, line, "license_end", "licence_lapsed", warning=True)
    number = cells.number_text(row.get("license_number", ""), "license_number")
    yield ImportedLicence(
        file, line, npi, state, number, starts=starts, ends=last + timedelta(days=1) if last else None
    )


def _role(
    row: Row, npi: str, taxonomies: tuple[str, ...], group: str, spot: str, file: str, line: int
) -> ImportedRole:
    youngest = cells.whole(row.get("age_min", ""), "age_min", 0, 120)
    oldest = cells.whole(row.get("age_max", ""), "age_max", 0, 120)
    if youngest is not None and oldest is not None and oldest < youngest:
        raise Wrong("number_out_of_bounds", "age_max")
    return ImportedRole(
        file=file,
        line=line,
        key=f"{npi}|{spot or group}"[:200],
        practitioner_key=npi,
        organization_key=group,
        location_key=spot,
        taxonomies=taxonomies,
        treats=_known(row, "treats", "conditions"),
        levels_of_care=_known(row, "levels_of_care", "levels_of_care") or ("outpatient",),
        modalities=_known(row, "modalities", "modalities") or (("in_person",) if spot else ()),
        lines_of_business=_known(row, "lines_of_business", "lines_of_business"),
        age_min=youngest,
        age_max=oldest,
        accepting_new=cells.flag(row.get("accepting_new", ""), "accepting_new"),
        panel_capacity=cells.whole(row.get("panel_capacity", ""), "panel_capacity", 0, 100_000),
    )


def _known(row: Row, column: str, listing: str) -> tuple[str, ...]:
    return cells.listed(row.get(column, ""), column, frozenset(codes(listing)))
