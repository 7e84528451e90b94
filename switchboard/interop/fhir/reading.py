"""Read a file or folder of FHIR NDJSON into rows, whatever its mixture of types."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from switchboard.interop.fhir.directory import (
    location_rows,
    organization_rows,
    plan_rows,
    practitioner_rows,
    role_rows,
    service_rows,
)
from switchboard.interop.fhir.people import coverage_row, member_row
from switchboard.interop.fhir.salvage import ASKED
from switchboard.interop.fhir.shape import READ, check_shape
from switchboard.interop.findings import At, FileProblem, Findings, Wrong
from switchboard.interop.ndjson_reading import read_ndjson

ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
Salvage = Callable[[dict[str, Any], str, int], None]
Mapper = Callable[[dict[str, Any], At], Iterable[Any]]


def ndjson_files(path: Path) -> list[Path]:
    """Give the file, or the NDJSON files of a folder in order; raise :class:`FileProblem` for none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileProblem("file_not_found")
    found = sorted(p for p in path.iterdir() if p.is_file() and p.name.endswith(ENDINGS))
    if not found:
        raise FileProblem("file_empty_folder")
    return found


def resources(
    path: Path, *, findings: Findings, skipped: Counter[str], salvage: Salvage | None = None
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield every well-formed resource of a type we read, with file and line; count others as skipped."""
    for file in ndjson_files(path):
        for line, resource in read_ndjson(file, findings=findings):
            kind = resource.get("resourceType")
            if salvage and kind in ASKED:
                salvage(resource, file.name, line)
            if isinstance(kind, str) and kind and kind not in READ:
                skipped[kind[:64]] += 1
                continue
            try:
                check_shape(resource)
            except Wrong as wrong:
                findings.note(file.name, line, wrong)
                continue
            yield file.name, line, resource


def people(source: str, today: date) -> dict[str, Mapper]:
    """Give how to turn each type about members into rows."""
    return {
        "Patient": lambda resource, at: (member_row(resource, at, today),),
        "Coverage": lambda resource, at: (coverage_row(resource, at, source, today),),
    }


DIRECTORY: dict[str, Mapper] = {
    "Organization": organization_rows,
    "Location": location_rows,
    "Practitioner": practitioner_rows,
    "PractitionerRole": role_rows,
    "HealthcareService": service_rows,
    "InsurancePlan": plan_rows,
}


def mapped(
    path: Path,
    mappers: Mapping[str, Mapper],
    *,
    findings: Findings,
    skipped: Counter[str],
    salvage: Salvage | None = None,
) -> Iterator[Any]:
    """Yield the rows of every resource that has a mapper; a resource is taken whole or not at all."""
    for file, line, resource in resources(path, findings=findings, skipped=skipped, salvage=salvage):
        mapper = mappers.get(resource["resourceType"])
        if mapper is None:
            skipped[resource["resourceType"]] += 1
            continue
        try:
            yield from tuple(mapper(resource, At(file, line, findings)))
        except Wrong as wrong:
            findings.note(file, line, wrong)
