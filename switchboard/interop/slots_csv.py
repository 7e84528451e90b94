"""Bookable time from plain CSV: one row a slot, by NPI; times with their offset, or on the place's clock."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from switchboard.interop import cells
from switchboard.interop.csv_reading import Row, read_csv
from switchboard.interop.findings import Findings, Wrong
from switchboard.network.queries import RolePlace
from switchboard.scheduling.core.timetable import BITS, ImportedSchedule, ImportedSlot, impossible

NAMES = {
    "npi": ("practitioner npi",),
    "start": ("starts at", "start time", "begin"),
    "end": ("ends at", "end time"),
    "minutes": ("length", "duration"),
    "zip": ("location zip",),
    "modalities": ("modality",),
    "seats": ("capacity",),
    "new_members": ("for new",),
    "returning_members": ("for returning",),
    "booking_link": ("link", "url"),
    "booking_phone": ("phone",),
    "status": (),
}
REQUIRED = ("npi", "start")
VISIT_MINUTES = 50


def slot_rows(
    path: Path, *, findings: Findings, roles: Mapping[str, Sequence[RolePlace]]
) -> Iterator[ImportedSchedule | ImportedSlot]:
    """Yield a slot for each row, and each role's schedule once; bad rows become findings."""
    seen: set[int] = set()
    for line, row in read_csv(path, findings=findings, names=NAMES, required=REQUIRED):
        try:
            place = _place(row, roles)
            slot = _slot(row, place, path.name, line)
        except Wrong as wrong:
            findings.note(path.name, line, wrong)
            continue
        if place.role not in seen:
            seen.add(place.role)
            yield ImportedSchedule(
                f"role {place.role}", place.role, place.practitioner, place.location, "", place.zone
            )
        yield slot


def _place(row: Row, roles: Mapping[str, Sequence[RolePlace]]) -> RolePlace:
    """Find the role a row means: by NPI, and by ZIP code where the practitioner has several."""
    found = list(roles.get(cells.npi(row["npi"]), ()))
    zipped = cells.zip5(row.get("zip", ""))
    if zipped:
        found = [place for place in found if place.zip5 == zipped]
    if not found:
        raise Wrong("practitioner_not_found", "npi")
    if len(found) > 1:
        raise Wrong("role_ambiguous", "zip")
    return found[0]


def _slot(row: Row, place: RolePlace, file: str, line: int) -> ImportedSlot:
    starts = moment(row["start"], place.zone, "start")
    minutes = cells.whole(row.get("minutes", ""), "minutes", 1, 24 * 60) or VISIT_MINUTES
    ends = moment(row["end"], place.zone, "end") if row.get("end") else starts + timedelta(minutes=minutes)
    wrong = impossible(starts, ends)
    if wrong:
        raise Wrong(wrong.code, "end")
    named = cells.listed(row.get("modalities", ""), "modalities", frozenset(BITS))
    return ImportedSlot(
        file=file,
        line=line,
        schedule_key=f"role {place.role}",
        key=f"{row['npi']}|{starts.isoformat()}",
        starts_at=starts,
        ends_at=ends,
        seats=cells.whole(row.get("seats", ""), "seats", 1, 1000) or 1,
        free=cells.text(row.get("status", ""), "status").lower() in ("", "free", "open"),
        modalities=sum(BITS[m] for m in set(named)) or 7,
        for_new=cells.flag(row.get("new_members", ""), "new_members") is not False,
        for_returning=cells.flag(row.get("returning_members", ""), "returning_members") is not False,
        booking_link=cells.web_link(row.get("booking_link", ""), "booking_link"),
        booking_phone=cells.phone(row.get("booking_phone", ""), "booking_phone") or "",
    )


def moment(text: str, zone: str, column: str) -> datetime:
    """Give an instant in UTC: with its offset as written, else on the wall clock of ``zone``.

    An hour the clock skips, or strikes twice, is refused: write it with its offset.
    """
    word = cells.needed(text, column)
    if cells.SLASHED.match(word):
        raise Wrong("date_ambiguous", column)
    if cells.SERIAL.fullmatch(word):
        raise Wrong("date_serial", column)
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise Wrong("time_shape", column) from None
    if found.tzinfo is None:
        first, second = (found.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            raise Wrong("time_twice_or_never", column)
        found = first
    return found.astimezone(UTC)
