"""Members and their coverage from plain CSV: one row a person and coverage period."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from switchboard.interop import cells
from switchboard.interop.csv_reading import Row, read_csv
from switchboard.interop.findings import Findings, Wrong
from switchboard.members.core.roster import ImportedCoverage, ImportedMember

NAMES = {
    "member_number": ("member id", "member no", "subscriber member number"),
    "family_name": ("last name", "surname"),
    "given_name": ("first name",),
    "preferred_name": (),
    "pronouns": (),
    "birth_date": ("dob", "date of birth"),
    "sex": ("gender",),
    "language": ("preferred language",),
    "phone": ("telephone", "mobile", "phone number"),
    "email": ("email address", "e-mail"),
    "address_line": ("address", "street"),
    "city": (),
    "state": (),
    "zip": ("zip code", "postal code", "zip5"),
    "line_of_business": ("lob",),
    "plan_name": ("plan",),
    "coverage_start": ("effective date", "start date"),
    "coverage_end": ("termination date", "end date"),
    "subscriber_number": (),
}
REQUIRED = ("member_number", "family_name", "birth_date")
SEXES = {"m": "male", "f": "female", "x": "other", "u": "unknown", "": "unknown"}
LANGUAGES = {"english": "en", "spanish": "es", "portuguese": "pt", "haitian creole": "ht"}


class Widths:
    """Watches numbers that are all digits: one shorter than the others may have lost a leading zero."""

    def __init__(self) -> None:
        self.widest, self.zeros = 0, False

    def check(self, number: str, column: str) -> None:
        """Raise :class:`Wrong`: an error where others have leading zeros, else a warning."""
        if not number.isdigit():
            return
        if len(number) < self.widest:
            raise Wrong("number_lost_zero", column, warning=not self.zeros)
        self.widest, self.zeros = len(number), self.zeros or number.startswith("0")


def member_rows(
    path: Path, *, source: str, findings: Findings, today: date
) -> Iterator[ImportedMember | ImportedCoverage]:
    """Yield a member for each row, and a coverage where the row names one; bad rows become findings."""
    widths = Widths()
    for line, row in read_csv(path, findings=findings, names=NAMES, required=REQUIRED):
        try:
            try:
                widths.check(row["member_number"], "member_number")
            except Wrong as remark:
                if not remark.warning:
                    raise
                findings.note(path.name, line, remark)
            person = _person(row, path.name, line, today)
            covered = _coverage(row, path.name, line, source)
        except Wrong as wrong:
            findings.note(path.name, line, wrong)
            continue
        if person.zip5 and person.latitude is None:
            findings.add(path.name, line, "zip", "zip_unknown", warning=True)
        yield person
        if covered:
            yield covered


def _person(row: Row, file: str, line: int, today: date) -> ImportedMember:
    number = cells.number_text(row["member_number"], "member_number")
    phone = cells.phone(row.get("phone", ""))
    email = cells.email(row.get("email", ""))
    return ImportedMember(
        file=file,
        line=line,
        key=number,
        member_number=number,
        family_name=cells.needed(row["family_name"], "family_name"),
        given_name=cells.text(row.get("given_name", ""), "given_name"),
        birth_date=cells.birth_date(row["birth_date"], today),
        preferred_name=cells.text(row.get("preferred_name", ""), "preferred_name"),
        pronouns=cells.text(row.get("pronouns", ""), "pronouns", 40),
        sex=_sex(row.get("sex", "")),
        language=_language(row.get("language", "")),
        deceased_on=None,
        phones=(phone,) if phone else (),
        emails=(email,) if email else (),
        **cells.address(row),
    )


def _sex(value: str) -> str:
    word = cells.text(value, "sex").lower()
    found = SEXES.get(word, word)
    if found not in SEXES.values():
        raise Wrong("code_unknown", "sex")
    return found


def _language(value: str) -> str:
    word = cells.text(value, "language").lower()
    found = LANGUAGES.get(word, word).partition("-")[0]
    if found and not (found.isalpha() and len(found) in (2, 3)):
        raise Wrong("code_unknown", "language")
    return found


def _coverage(row: Row, file: str, line: int, source: str) -> ImportedCoverage | None:
    if not row.get("line_of_business"):
        return None
    code = row["line_of_business"].upper()
    if code not in {"MA", "MCO", "CHIP", "QHP", "COM"}:
        raise Wrong("code_unknown", "line_of_business")
    starts = cells.day(row.get("coverage_start", ""), "coverage_start")
    if starts is None:
        raise Wrong("required", "coverage_start")
    ends = cells.day(row.get("coverage_end", ""), "coverage_end")
    if ends is not None and ends < starts:
        raise Wrong("period_backwards", "coverage_end")
    return ImportedCoverage(
        file=file,
        line=line,
        key=f"{source}|{row['member_number']}|{code}|{starts}"[:200],
        member_key=row["member_number"],
        line_of_business=code,
        starts=starts,
        ends=ends + timedelta(days=1) if ends else None,  # a roster names the last day in
        plan_name=cells.text(row.get("plan_name", ""), "plan_name", 200),
        subscriber_number=cells.text(row.get("subscriber_number", ""), "subscriber_number", 40),
    )
