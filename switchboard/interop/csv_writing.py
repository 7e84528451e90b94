"""Write CSV that a spreadsheet cannot be tricked by."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> str:
    """Give a cell as text; what a spreadsheet would run as a formula gets ``'`` in front (OWASP)."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write_csv(to: IO[str], header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a header and rows, every cell safe."""
    writer = csv.writer(to)
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
