"""Answers out of HL7 v2 messages (ORU^R01, any 2.x): MSH, PID, OBR and OBX, and nothing else.

Our own reader of four segments, no library: those we weighed either refuse a message that breaks the
standard, or build all of it in memory, and here a broken message is read as far as it can be. Table 0085
(OBX-11) says what becomes of a result: none of its codes takes an answer back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
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
from switchboard.interop.csv_reading import encoding_of
from switchboard.interop.findings import Findings
from switchboard.interop.risks import FoundRisk
from switchboard.outcomes.core.answers import Answer
from switchboard.outcomes.core.safety import RiskRule, risk_item

FRAME = "\x0b\x1c\ufeff \t\r\n"  # MLLP's marks, and what stands before a segment by mistake
NOT_YET = frozenset("DNIO")  # deleted, not asked, pending, order only: no value there is no answer
WRONG_PERSON = "W"
KNOWN = frozenset("ACDFINOPRSUVWX")
BEGINS = ("MSH", "FHS", "BHS")
NULL = '""'


@dataclass(slots=True)
class Message:
    """What is known so far of the message that is being read."""

    marks: str = "|^~\\&"
    about: About = field(default_factory=About)
    form: str = ""
    at: datetime | None = None
    sent: str = ""
    when: str = ""
    begun: bool = False


def is_hl7(path: Path) -> bool:
    """Say whether a file holds HL7 v2 messages, also framed, also in UTF-16."""
    with path.open(encoding=encoding_of(path), errors="replace", newline=None) as text:
        head = text.read(4096).replace("\x00", "").lstrip(FRAME)
    return head.startswith(BEGINS) or bool(re.search(r"(?m)^\W{0,2}OBX\W", head))


def hl7_risks(path: Path, *, rule: RiskRule, now: datetime, findings: Findings) -> Iterator[FoundRisk | None]:
    """Yield for each OBX its risk, or None where it calls nobody; what is odd becomes findings."""
    message, file, read = Message(), path.name, False
    for number, line in enumerate(lines_of(path), start=1):
        segment = line.replace("\x00", "").strip(FRAME)
        if "\x00" in line or "\ufffd" in line:
            findings.add(file, number, "", "control_character", warning="OBX" not in line)
        for part in _segments(segment):
            kind = part[:3].upper()
            if kind == "MSH":
                message = _begun(part)
            elif kind == "PID":
                message.about, message.form = _about(_fields(part, message), message), ""
            elif kind == "OBR":
                _order(_fields(part, message), message)
            elif kind == "OBX":
                if not message.begun:
                    findings.add(file, number, "MSH", "hl7_no_header")
                read = True
                yield _observed(_fields(part, message), message, rule, now, file, number, findings)
    if not read:
        findings.add(file, 0, "OBX", "hl7_no_answers", warning=True)


def _segments(line: str) -> list[str]:
    """Give a line's segments: one, but for a sender that ends them in no way HL7 knows, or frames run on."""
    marks = f"{line[3:4]}|" if line.startswith("MSH") else "|"
    found = re.split(r"[\x0b\x1c\x1d\x1e\x85\u2028\u2029]+", line)
    if not line.startswith("MSH") and line.count("OBX") < 2:
        return found
    begins = rf"(?:(?<![A-Za-z0-9])|(?<=\\r)|(?<=\\n))(?=(?:MSH|PID|OBR|OBX)[{re.escape(marks)}])"
    return [segment.strip(FRAME) for part in found for segment in re.split(begins, part)]


def _begun(segment: str) -> Message:
    """Read the separators that a message names for itself, as long as they can be separators."""
    marks = segment[3:8]
    if len(marks) < 4 or len(set(marks[:4])) < 4 or any(c.isalnum() or c.isspace() for c in marks[:4]):
        marks = Message().marks
    else:
        marks = marks if len(marks) == 5 and marks[4] != marks[0] else marks[:4] + "&"
    message = Message(marks=marks, begun=True)
    cells = segment.split(marks[0])
    message.when = _part(cells, 6)
    message.at = moment(message.when)
    message.sent = _part(cells, 9)
    return message


def _fields(segment: str, message: Message) -> list[str]:
    return segment.split(message.marks[0])


def _part(cells: list[str], place: int) -> str:
    found = cells[place].strip() if place < len(cells) else ""
    return "" if found == NULL else found


def _pieces(cell: str, message: Message) -> list[str]:
    """Give a field's components, escapes undone."""
    return [_plain(piece, message) for piece in cell.split(message.marks[1])]


def _repeats(cell: str, message: Message) -> list[str]:
    return [one for one in cell.split(message.marks[2]) if one and one != NULL]


def _plain(text: str, message: Message) -> str:
    """Undo the escapes of separators, line breaks and hexadecimal characters; others are left out."""
    escape = re.escape(message.marks[3])
    marks = dict(zip("FSRET", message.marks, strict=True))

    def undone(found: re.Match[str]) -> str:
        word = found.group(1)
        if word in marks:
            return marks[word]
        if word.startswith("X") and len(word) % 2 and re.fullmatch(r"X[0-9A-Fa-f]+", word):
            return bytes.fromhex(word[1:]).decode("utf-8", errors="replace")
        return " "

    return re.sub(f"{escape}([^{escape}]*){escape}", undone, text).strip()


def _about(cells: list[str], message: Message) -> About:
    """Read whom a message speaks of: every number of PID-2, -3 and -4, name, birth date, telephone."""
    numbers: list[str] = []
    for place in (3, 2, 4):
        numbers += [_pieces(one, message)[0] for one in _repeats(_part(cells, place), message)]
    name = _pieces((_repeats(_part(cells, 5), message) or [""])[0], message)
    phone = _pieces((_repeats(_part(cells, 13), message) or [""])[0], message)
    born = birthday(_part(cells, 7))
    said = (
        " ".join(part for part in (*name[1:2], *name[:1]) if part),
        f"born {born}" if born else "",
        next((part for part in (phone[0], *phone[11:12], "".join(phone[5:7])) if part), ""),
        f"number {numbers[0]}" if numbers else "",
    )
    keys = tuple(dict.fromkeys(number for number in numbers if number))
    return About(keys, born, ", ".join(part for part in said if part))


def _order(cells: list[str], message: Message) -> None:
    message.form = " ".join(part for part in _pieces(_part(cells, 4), message) if part)
    message.when = _part(cells, 7) or _part(cells, 22) or message.when
    message.at = moment(message.when) or message.at


def _observed(
    cells: list[str], message: Message, rule: RiskRule, now: datetime, file: str, line: int,
    findings: Findings,
) -> FoundRisk | None:  # fmt: skip
    """Judge one OBX. A result that is deleted, corrected or another's keeps what it once said."""
    status = _part(cells, 11).upper()
    if status not in KNOWN:
        findings.add(file, line, "OBX-11", "code_unknown" if status else "required", warning=True)
    at = moment(_part(cells, 14)) or message.at
    asked = _asked(_pieces(_part(cells, 3), message), message.form, at, rule)
    given = [form for one in _repeats(_part(cells, 5), message) for form in _forms(one, cells, message)]
    given = [form for form in given if form]
    if not given and status in NOT_YET:
        return None
    about = message.about
    if status == WRONG_PERSON:
        about = About((), None, f"The sender says that this is not the answer of: {about.contact}")
    elif not about.keys:
        findings.add(file, line, "PID-3", "required")
    if not about.keys:  # nothing to tell two unnamed people apart but their messages
        about = About((), about.born, about.contact or f"message {message.sent}")
    when = _part(cells, 14) or message.when or message.sent
    return found_risk(judged(asked, given, rule, now), asked, about, file, line, rule, when)


def _asked(pieces: list[str], form: str, at: datetime | None, rule: RiskRule) -> Answer:
    """Give the question under whichever of its two identifiers is a risk item's, else the first."""
    padded = [*pieces, *[""] * 6]
    asked = [
        Answer(padded[n], None, at, loinc=padded[n], text=padded[n + 1], instrument=form) for n in (0, 3)
    ]
    return next((one for one in asked if risk_item(one, rule)), asked[0])


def _forms(cell: str, cells: list[str], message: Message) -> list[str]:
    """Give one value in each form it comes in: a coded one has codes and words, a number its figures."""
    pieces = _pieces(cell, message)
    kind = _part(cells, 2).upper()
    if kind == "SN":  # comparator, number, separator, number
        figure = [*pieces, "", ""][1]
        return [figure if pieces[0] in ("", "=") else f"{pieces[0]}{figure}"]
    if kind in ("CE", "CWE", "CNE", "CF") or len(pieces) > 1:
        padded = [*pieces, *[""] * 9]
        return [padded[n] for n in (0, 1, 3, 4, 8)]
    return pieces
