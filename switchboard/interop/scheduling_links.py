"""Slots of a SMART Scheduling Links publisher: a ``$bulk-publish`` manifest and the NDJSON files it names.

From a folder, each address of the manifest means the file of that name beside it; nothing is fetched. From an
address, manifest and files are fetched from public hosts only. Schedules name a place.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from switchboard.interop.fetching import fetch
from switchboard.interop.fhir.directory import location_rows
from switchboard.interop.fhir.elements import NPI_SYSTEM, Json, codings, extension, instant, key_of
from switchboard.interop.fhir.reading import mapped
from switchboard.interop.findings import At, FileProblem, Findings, Wrong
from switchboard.scheduling.core.timetable import ImportedSlot, impossible

MANIFEST = "$bulk-publish"
REGISTRY = "http://fhir-registry.smarthealthit.org/StructureDefinition/"
READ = ("Location", "Schedule", "Slot")
MOST_SEATS = 10_000


class _Output(msgspec.Struct):
    type: str
    url: str


class _Manifest(msgspec.Struct):
    output: list[_Output]


class PublishedSchedule(msgspec.Struct, frozen=True):
    """A schedule as its publisher describes it, before its place, and who works there, are looked up here."""

    file: str
    line: int
    key: str
    location_key: str
    service_types: tuple[str, ...]
    role_key: str = ""
    practitioner_key: str = ""
    npi: str = ""


def published(path: str, *, findings: Findings, skipped: Counter[str]) -> Iterator[Any]:
    """Yield locations, schedules and slots of a publisher, from a folder, a manifest file or an address."""
    if "://" in path:
        with tempfile.TemporaryDirectory(prefix="switchboard-links-") as folder:
            yield from _from_folder(_fetched(path, Path(folder)), findings, skipped)
    else:
        yield from _from_folder(Path(path), findings, skipped)


def _from_folder(path: Path, findings: Findings, skipped: Counter[str]) -> Iterator[Any]:
    manifest = path / MANIFEST if path.is_dir() else path
    if not manifest.is_file():
        raise FileProblem("file_not_found")
    mappers = {"Location": location_rows, "Schedule": schedule_rows, "Slot": slot_rows}
    for output in _outputs(manifest):
        file = manifest.parent / _name(output.url)
        if not file.is_file():
            raise FileProblem("manifest_file_missing")
        yield from mapped(file, mappers, findings=findings, skipped=skipped)


def _outputs(manifest: Path) -> list[_Output]:
    """Give the files to read, places first."""
    try:
        found = msgspec.json.decode(manifest.read_bytes(), type=_Manifest).output
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise FileProblem("manifest_broken") from None
    return sorted((o for o in found if o.type in READ), key=lambda o: READ.index(o.type))


def _name(url: str) -> str:
    """Give the last part of an address as a file's name; it can never lead out of the folder."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    if name in ("", ".", "..") or "\\" in name or "\x00" in name:
        raise FileProblem("manifest_broken")
    return name


def _fetched(url: str, folder: Path) -> Path:
    manifest = fetch(url, folder / MANIFEST)
    for output in _outputs(manifest):
        fetch(output.url, folder / _name(output.url))
    return manifest


def schedule_rows(resource: Json, at: At) -> Iterator[PublishedSchedule]:
    """Turn a Schedule whose actors are a place, or somebody who works there, into a row."""
    if not resource.get("id"):
        raise Wrong("required", "Schedule.id")
    actors = resource.get("actor", ())
    place, role, person = (_actor(actors, kind) for kind in ("Location", "PractitionerRole", "Practitioner"))
    npi = next((n for n in map(_npi, actors) if n), "")
    if not (place or role or person or npi):
        raise Wrong("actor_not_found", "Schedule.actor", warning=True)
    kinds = [c for concept in resource.get("serviceType", ()) for c in codings(concept)]
    yield PublishedSchedule(at.file, at.line, str(resource["id"]), place, tuple(kinds), role, person, npi)


def _actor(actors: Iterable[Json], kind: str) -> str:
    """Give the key of the first actor of a kind; empty where there is none."""
    found = (a for a in actors if f"{kind}/" in a.get("reference", ""))
    return key_of(next(found, None), kind, "Schedule.actor")


def _npi(actor: Json) -> str:
    named = actor.get("identifier") or {}
    return str(named.get("value", "")) if named.get("system") == NPI_SYSTEM else ""


def slot_rows(resource: Json, at: At) -> Iterator[ImportedSlot]:
    """Turn a Slot into a row; one that cannot be is refused."""
    starts, ends = instant(resource.get("start"), "Slot.start"), instant(resource.get("end"), "Slot.end")
    wrong = impossible(starts, ends)
    if wrong:
        raise Wrong(wrong.code, "Slot.end")
    seats = (extension(resource, REGISTRY + "slot-capacity") or {}).get("valueInteger", 1)
    if not 0 <= seats <= MOST_SEATS:
        raise Wrong("number_out_of_bounds", "Slot.extension")
    yield ImportedSlot(
        file=at.file,
        line=at.line,
        schedule_key=key_of(resource.get("schedule"), "Schedule", "Slot.schedule"),
        key=str(resource.get("id", "")),
        starts_at=starts,
        ends_at=ends,
        seats=max(seats, 1),
        free=resource.get("status") == "free" and seats > 0,
        modalities=1,
        booking_link=_link((extension(resource, REGISTRY + "booking-deep-link") or {}).get("valueUrl", "")),
        booking_phone=(extension(resource, REGISTRY + "booking-phone") or {}).get("valueString", "")[:40],
    )


def _link(url: str) -> str:
    """Give a booking link that is safe to show: http(s) and short enough, else none."""
    return url if urlsplit(url).scheme in ("http", "https") and len(url) <= 400 else ""  # the column's width
