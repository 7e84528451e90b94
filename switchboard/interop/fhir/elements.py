"""Small readings of FHIR elements: references, codings, names, addresses, dates."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from switchboard.interop.cells import located, zip5
from switchboard.interop.findings import Wrong
from switchboard.kernel.states import state_code

Json = Mapping[str, Any]
GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation"
NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
MAX_KEY = 200


def key_of(reference: Json | None, kind: str, column: str) -> str:
    """Give the key a reference means: of ``Kind/key`` or ``urn:uuid:key``; empty when there is none.

    Absolute addresses, contained and other references lead out of the file and are refused.
    """
    target = (reference or {}).get("reference", "")
    if not target:
        return ""
    for start in (f"{kind}/", "urn:uuid:"):
        if target.startswith(start):
            key = str(target[len(start) :]).partition("/_history")[0]
            if key and "/" not in key and len(key) <= MAX_KEY:
                return key
    raise Wrong("reference_foreign", column)


def codings(concepts: Json | Iterable[Json] | None, system: str | None = None) -> list[str]:
    """Give the codes of one or several CodeableConcepts, of one system when it is named."""
    each = [concepts] if isinstance(concepts, Mapping) else list(concepts or ())
    return [
        coding["code"]
        for concept in each
        for coding in concept.get("coding", ())
        if "code" in coding and (system is None or coding.get("system") == system)
    ]


def extension(element: Json, url: str) -> Json | None:
    """Give the first extension of a url."""
    return next((e for e in element.get("extension", ()) if e.get("url") == url), None)


def extensions(element: Json, url: str) -> list[Json]:
    """Give every extension of a url."""
    return [e for e in element.get("extension", ()) if e.get("url") == url]


def official(names: Iterable[Json]) -> Json:
    """Give the official name, else the first that is not an old or maiden one."""
    usable = [n for n in names if n.get("use") not in ("old", "maiden", "temp")]
    return next((n for n in usable if n.get("use") == "official"), usable[0] if usable else {})


def whole_day(text: str | None, column: str) -> date | None:
    """Give the day of a date or dateTime as it was written, None for none; a partial one is wrong."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Wrong("date_shape", column) from None


def instant(text: str | None, column: str) -> datetime:
    """Give an aware instant, refusing one without its zone."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        raise Wrong("time_shape", column) from None
    if found.tzinfo is None:
        raise Wrong("time_shape", column)
    return found


def telecom(resource: Json, system: str) -> list[str]:
    """Give the values of a kind of contact that are still in use, in order of rank."""
    points = [t for t in resource.get("telecom", ()) if t.get("system") == system and t.get("use") != "old"]
    return [t["value"] for t in sorted(points, key=lambda t: t.get("rank", 99)) if t.get("value")]


def address(found: Json | None) -> dict[str, Any]:
    """Give an address as our columns, county and zone by its ZIP code, the point it names or its ZIP's.

    A place code that cannot be read leaves the point empty; it does not refuse the record.
    """
    found = found or {}
    try:
        zipped = zip5(found.get("postalCode", ""))
    except Wrong:
        zipped = ""
    place = located(zipped)
    geo = extension(found, GEOLOCATION)
    point = {e["url"]: e.get("valueDecimal") for e in geo.get("extension", ())} if geo else {}
    latitude, longitude = point.get("latitude"), point.get("longitude")
    if latitude is None or longitude is None:
        latitude, longitude = place["latitude"], place["longitude"]
    return {
        **place,
        "address_line": ", ".join(found.get("line", ()))[:300],
        "city": found.get("city", "")[:120],
        "state": state_code(found.get("state", "")) or place["state"],
        "latitude": latitude,
        "longitude": longitude,
    }
