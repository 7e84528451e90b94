"""Read CSV as people send it: any usual encoding and separator, headers by name, each row with its line.

The file is read as a stream. What cannot be read with certainty is refused with its line; nothing is guessed
but the encoding (UTF-8, else UTF-16 by its mark, else Windows-1252) and the separator (the commonest of
``,`` ``;`` and tab in the header).
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from switchboard.interop.findings import FileProblem, Findings

SEPARATORS = ",;\t"
MAX_CELL = 65_536
MAX_LINE = 4 * 1024 * 1024  # characters: a longer line is no table, and memory stays constant
CHUNK = 1 << 20
TOTALS = frozenset({"total", "totals", "grand total", "subtotal", "sum", "count"})
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Row = Mapping[str, str]


def encoding_of(path: Path) -> str:
    """Give a file's encoding: by its mark, else UTF-8 where all of it is, else Windows-1252."""
    with path.open("rb") as raw:
        head = raw.read(4)
        for mark, name in MARKS:
            if head.startswith(mark):
                return name
        raw.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := raw.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def plain_header(text: str) -> str:
    """Give a header for comparing: ``Member Number`` and ``member_number`` are one."""
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")


@contextmanager
def opened(path: Path) -> Iterator[io.TextIOBase]:
    """Open a text file in the encoding it is in; raise :class:`FileProblem` when it is in none we read."""
    try:
        with path.open(encoding=encoding_of(path), newline="") as text:
            yield text
    except UnicodeError:
        raise FileProblem("encoding_unknown") from None


def read_csv(
    path: Path,
    *,
    findings: Findings,
    names: Mapping[str, Sequence[str]],
    required: Sequence[str],
) -> Iterator[tuple[int, Row]]:
    """Yield each row with its first line's number, by our own column names.

    ``names`` maps our name to the headers it may stand under. Bad rows become findings; a file without its
    required columns, with one header twice, or that is not text raises :class:`FileProblem`.
    """
    file = path.name
    with opened(path) as text:
        first = _first_line(text)
        separator = max(SEPARATORS, key=first.count)
        text.seek(0)
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(_lines(text), delimiter=separator, strict=True)
        written = _next(reader, file, findings) or []
        header = [plain_header(h) for h in written]
        places = _places(header, names, required)
        line = reader.line_num + 1
        while (cells := _next(reader, file, findings)) is not None:
            fit = _fitted(cells, written, file, line, findings)
            if fit is not None:
                row = {name: fit[place].strip() for name, place in places.items()}
                if not _is_totals(row, required, file, line, findings):
                    yield line, row
            line = reader.line_num + 1


def _first_line(text: io.TextIOBase) -> str:
    first = text.readline(MAX_CELL)
    if not first.strip():
        raise FileProblem("empty_file")
    if "\x00" in first:
        raise FileProblem("not_text")
    return first


def _lines(text: io.TextIOBase) -> Iterator[str]:
    """Yield each line; raise :class:`FileProblem` on one without end."""
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise FileProblem("line_without_end")
        yield line


def _next(reader: Iterator[list[str]], file: str, findings: Findings) -> list[str] | None:
    """Give the next row, None at the end; rows the reader cannot parse become findings."""
    while True:
        try:
            return next(reader)
        except StopIteration:
            return None
        except csv.Error as wrong:
            code = "cell_too_long" if "field limit" in str(wrong) else "quotes"
            findings.add(file, reader.line_num, "", code)  # type: ignore[attr-defined]


def _places(
    header: list[str], names: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Mapping[str, int]:
    """Find each of our columns among the headers."""
    places: dict[str, int] = {}
    for name, aliases in names.items():
        found = [i for i, h in enumerate(header) if h in {name, *map(plain_header, aliases)}]
        if len(found) > 1:
            raise FileProblem("header_twice", column=name)
        if found:
            places[name] = found[0]
    missing = [name for name in required if name not in places]
    if missing:
        raise FileProblem("columns_missing", columns=", ".join(missing))
    return places


def _fitted(
    cells: list[str], header: list[str], file: str, line: int, findings: Findings
) -> list[str] | None:
    """Give a row of the header's width, or None for a blank, repeated-header, ragged or unprintable one."""
    whole = "".join(cells)
    if not whole.strip():
        return None
    if len(cells) > len(header) and not any(c.strip() for c in cells[len(header) :]):
        cells = cells[: len(header)]
    if len(cells) != len(header):
        findings.add(file, line, "", "ragged_row")
        return None
    if cells == header:
        findings.add(file, line, "", "header_again", warning=True)
        return None
    if "\x00" in whole:
        findings.add(file, line, "", "control_character")
        return None
    return cells


def _is_totals(row: Row, required: Sequence[str], file: str, line: int, findings: Findings) -> bool:
    """Say whether this is a totals row: a word for it, and something required left empty."""
    if all(row[name] for name in required):
        return False
    if any(cell.rstrip(":").strip().lower() in TOTALS for cell in row.values()):
        findings.add(file, line, "", "totals_row", warning=True)
        return True
    return False
