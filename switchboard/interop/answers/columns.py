"""Answers out of CSV: one row an answer, or one row a form with a column for each item; or both at once.

``read_csv`` drops a row that it cannot read with certainty. Here such a row is still somebody: what is left
of it is laid beside the header from the left and from the right; where it names a risk item and no reading
finds its answer, somebody calls.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from switchboard.interop.answers.reading import (
    About,
    birthday,
    found_risk,
    judged,
    lines_of,
    moment,
)
from switchboard.interop.csv_reading import SEPARATORS, plain_header
from switchboard.interop.findings import FileProblem, Findings
from switchboard.interop.risks import FoundRisk
from switchboard.kernel.reasons import Decision
from switchboard.outcomes.core.answers import Answer
from switchboard.outcomes.core.safety import Risk, RiskRule, risk_item

NAMES: Mapping[str, Sequence[str]] = {
    "member_number": ("member_id", "member_no", "patient_id", "subject", "mrn"),
    "instrument": ("questionnaire", "form", "survey", "tool", "measure"),
    "item": ("question_code", "link_id", "linkid", "loinc", "loinc_code", "code", "item_code", "item_number"),
    "question": ("text", "question_text", "item_text", "item_name", "display"),
    "answer": ("value", "response", "result", "answer_code", "answer_text", "answer_value"),
    "answered_at": ("authored", "authored_at", "date", "datetime", "completed_at", "taken_at", "timestamp"),
    "name": ("patient_name", "member_name"),
    "given_name": ("first_name",),
    "family_name": ("last_name", "surname"),
    "birth_date": ("dob", "date_of_birth"),
    "phone": ("telephone", "mobile", "phone_number"),
}
CONTACT = ("given_name", "family_name", "name", "phone", "birth_date", "member_number")
LONGEST = 200  # lines one quoted cell may run over; more is a quotation mark never closed


@dataclass(frozen=True, slots=True)
class Head:
    """The header: its cells as written, and the places of our columns (``answer`` may have several)."""

    cells: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    separator: str

    @property
    def usable(self) -> bool:
        """Say whether a row can be read by its columns."""
        return bool(self.places.get("member_number"))


def csv_risks(path: Path, *, rule: RiskRule, now: datetime, findings: Findings) -> Iterator[FoundRisk | None]:
    """Yield for each answer its risk, or None where a row calls nobody; what is wrong becomes findings."""
    lines = ((n, line) for n, line in enumerate(lines_of(path), start=1))
    first = next(((n, line) for n, line in lines if line.strip()), None)
    if first is None:
        raise FileProblem("empty_file")
    head = _head(first[1])
    reader = Reader(head, rule, now, path.name, findings)
    if not head.usable:  # it may have no header at all: then its first line is somebody too
        yield from reader.broken(*first)
    for number, cells, raw in _records(lines, head.separator):
        yield from reader.record(number, cells, raw)
    if not head.usable:
        raise FileProblem("columns_missing", columns="member_number")


def _head(line: str) -> Head:
    plain = line.replace("\x00", "").lstrip("\ufeff")
    separator = max(SEPARATORS, key=plain.count)
    cells = _split(plain, separator)
    headers = [plain_header(cell) for cell in cells]
    places = {
        name: tuple(n for n, h in enumerate(headers) if h == name or h in others)
        for name, others in NAMES.items()
    }
    return Head(tuple(cells), places, separator)


def _split(line: str, separator: str) -> list[str]:
    """Split one physical line, quotation marks or not."""
    try:
        found = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        found = [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(separator)]
    return [cell.strip() for cell in found]


def _records(
    lines: Iterator[tuple[int, str]], separator: str
) -> Iterator[tuple[int, list[str] | None, list[tuple[int, str]]]]:
    """Yield each record with its physical lines; None for its cells when quotation marks cannot be paired."""
    held: list[tuple[int, str]] = []
    for number, line in lines:
        held.append((number, line))
        whole = "".join(one for _, one in held).replace("\x00", "")
        if whole.count('"') % 2 and len(held) < LONGEST and len(whole) < 1 << 20:
            continue
        try:
            rows = list(csv.reader([whole], delimiter=separator, strict=True))
        except csv.Error:
            rows = []
        yield held[0][0], [cell.strip() for cell in rows[0]] if len(rows) == 1 else None, held
        held = []
    if held:
        yield held[0][0], None, held


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the records of one file."""

    head: Head
    rule: RiskRule
    now: datetime
    file: str
    findings: Findings

    def record(
        self, number: int, cells: list[str] | None, raw: list[tuple[int, str]]
    ) -> Iterator[FoundRisk | None]:
        """Read one record by its columns where it fits the header, else whatever is left of it."""
        if cells is not None and not any(cells):
            return
        if cells is not None and tuple(cells) == self.head.cells:
            self.findings.add(self.file, number, "", "header_again", warning=True)
            return
        width = len(self.head.cells)
        odd = any("\x00" in line or "\ufffd" in line for _, line in raw)
        if odd:
            self.findings.add(self.file, number, "", "control_character")
        rows = [(at, _split(line.replace("\x00", ""), self.head.separator)) for at, line in raw]
        if cells is not None and len(cells) == width and self.head.usable:
            yield from self._fitting(number, cells, blame=not odd)
            # A mark that opens in one row may close in another: then rows lie inside a cell of this one.
            rows = [(at, row) for at, row in rows if len(row) == width and len(rows) > 1]
            for at, _ in rows:
                self.findings.add(self.file, at, "", "quotes")
        elif self.head.usable:
            self.findings.add(self.file, number, "", "quotes" if cells is None else "ragged_row")
        for at, row in rows:
            yield from self._left_of(at, row)

    def broken(self, number: int, line: str) -> Iterator[FoundRisk | None]:
        """Read a line of a file without a header we know."""
        yield from self._left_of(number, _split(line.replace("\x00", ""), self.head.separator))

    def _fitting(self, number: int, cells: list[str], *, blame: bool) -> Iterator[FoundRisk | None]:
        about = self._about(cells)
        when = self._said(cells, "answered_at")
        at = moment(when)
        if blame and not about.keys:
            self.findings.add(self.file, number, "member_number", "required")
        if when and at is None:
            self.findings.add(self.file, number, "answered_at", "time_shape", warning=True)
        found = [
            found_risk(decision, asked, about, self.file, number, self.rule, when)
            for asked, decision in self._answers(cells, at)
        ]
        yield from found or [None]

    def _left_of(self, number: int, cells: list[str]) -> Iterator[FoundRisk | None]:
        """Read a row of the wrong width: beside the header from the left, then from the right."""
        missing = len(self.head.cells) - len(cells)
        left = [*cells, *[""] * missing][: len(self.head.cells)]
        right = [*[""] * missing, *cells][-len(self.head.cells) :]
        about, when = self._about(left), self._said(left, "answered_at")
        said = ", ".join(cell for cell in cells if cell)[:200]
        about = About(about.keys, about.born, about.contact or f"A row that could not be read: {said}")
        read = [one for row in (left, right) for one in self._answers(row, moment(when))]
        sure = {_code(asked, self.rule) for asked, one in read if one.outcome.verdict != "unknown"}
        calls = [(asked, one) for asked, one in read if one.outcome.needs_call]
        for cell in cells:  # an item is named here, and neither reading found what was answered
            asked = Answer(cell, None, loinc=cell, text=cell, instrument=" ".join(cells))
            if cell and _code(asked, self.rule) not in sure | {""}:
                calls.append((asked, judged(asked, (), self.rule, self.now)))
        found = [found_risk(one, asked, about, self.file, number, self.rule, when) for asked, one in calls]
        yield from {one.name: one for one in found if one}.values() or [None]

    def _answers(self, cells: list[str], at: datetime | None) -> list[tuple[Answer, Decision[Risk]]]:
        """Judge a row's own answer, if it has one, and that of every column that is a risk item."""
        form = self._said(cells, "instrument") or Path(self.file).stem
        found: list[tuple[Answer, Decision[Risk]]] = []
        item, question = self._said(cells, "item"), self._said(cells, "question")
        if item or question:
            asked = Answer(item, None, at, loinc=item, text=question or item, instrument=form)
            given = [cells[n] for n in self.head.places["answer"] if cells[n]]
            found.append((asked, judged(asked, given, self.rule, self.now)))
        taken = {n for places in self.head.places.values() for n in places}
        for n, header in enumerate(self.head.cells):
            if n in taken or not cells[n]:
                continue  # an item that a form left out was not asked
            asked = Answer(header, None, at, loinc=header, text=header, instrument=form)
            if risk_item(asked, self.rule):
                found.append((asked, judged(asked, [cells[n]], self.rule, self.now)))
        return found

    def _about(self, cells: list[str]) -> About:
        numbers = tuple(dict.fromkeys(cells[n] for n in self.head.places["member_number"] if cells[n]))
        said = [self._said(cells, name) for name in CONTACT]
        return About(numbers, birthday(self._said(cells, "birth_date")), ", ".join(s for s in said if s))

    def _said(self, cells: list[str], name: str) -> str:
        return next((cells[n] for n in self.head.places[name] if cells[n]), "")


def _code(asked: Answer, rule: RiskRule) -> str:
    item = risk_item(asked, rule)
    return item.code if item else ""
