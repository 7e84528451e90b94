"""Read a file or folder of FHIR NDJSON into rows, whatever its mixture of types."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from switchboard.interop.fhir.people import coverage_row, member_row
from switchboard.interop.fhir.shape import READ, check_shape
from switchboard.interop.findings import FileProblem, Findings, Wrong
from switchboard.interop.ndjson_reading import read_ndjson

ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
Mapper = Callable[[dict[str, Any], str, int], Any]


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
    path: Path, *, findings: Findings, skipped: Counter[str]
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield every well-formed resource of a type we read, with file and line; count others as skipped."""
    for file in ndjson_files(path):
        for line, resource in read_ndjson(file, findings=findings):
            kind = resource.get("resourceType")
            if isinstance(kind, str) and kind and kind not in READ:
                skipped[kind[:64]] += 1
                continue
            try:
                check_shape(resource)
            except Wrong as wrong:
                findings.note(file.name, line, wrong)
                continue
            yield file.name, line, resource


def people_mappers(source: str, today: date) -> dict[str, Mapper]:
    """Give how to turn each type about members into a row."""
    return {
        "Patient": lambda r, file, line: member_row(r, file, line, today),
        "Coverage": lambda r, file, line: coverage_row(r, file, line, source, today),
    }
