"""What was found wrong in a file: where, which rule, how to mend it. Never the value itself."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from switchboard.interop.csv_writing import safe_cell
from switchboard.kernel.reasons import Reason
from switchboard.rulebook.words import say

KEPT = 10_000  # findings kept with the run; the reject file holds all of them

FIELDS = ("file", "line", "column", "severity", "code", "hint")


class FileProblem(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file as a whole cannot be read; ``code`` says why, ``params`` name columns or limits, no values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return said(self.code, **self.params)


class Wrong(Exception):  # noqa: N818 - it is an answer, not a fault
    """One cell or element that breaks a rule; ``warning`` when the row is taken, or held, all the same."""

    def __init__(self, code: str, column: str = "", *, warning: bool = False) -> None:
        super().__init__(code)
        self.code, self.column, self.warning = code, column, warning


@dataclass(frozen=True, slots=True)
class Finding:
    """One line that was refused (``error``) or taken with a remark (``warning``)."""

    file: str
    line: int
    column: str
    code: str
    severity: str = "error"

    @property
    def hint(self) -> str:
        """Say the rule and the way out."""
        return said(self.code)


def said(code: str, **params: object) -> str:
    """Say what an import code means, in English."""
    return say(Reason(f"import_{code}", params))


@dataclass
class Findings:
    """Collects findings in constant memory: counts of all, the first 10,000, all to ``rejects`` if open."""

    rejects: IO[str] | None = None
    kept: list[Finding] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    warnings: int = 0

    def __post_init__(self) -> None:
        self._writer = csv.writer(self.rejects) if self.rejects else None
        if self._writer:
            self._writer.writerow(FIELDS)

    def add(self, file: str, line: int, column: str, code: str, *, warning: bool = False) -> None:
        """Note a finding."""
        found = Finding(file, line, column, code, "warning" if warning else "error")
        self.codes[code] += 1
        if warning:
            self.warnings += 1
        else:
            self.errors += 1
        if len(self.kept) < KEPT:
            self.kept.append(found)
        if self._writer:
            cells = (file, line, column, found.severity, code, found.hint)
            self._writer.writerow([safe_cell(cell) for cell in cells])

    def note(self, file: str, line: int, wrong: Wrong) -> None:
        """Note what a cell reader raised."""
        self.add(file, line, wrong.column, wrong.code, warning=wrong.warning)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.kept)


@dataclass(frozen=True, slots=True)
class At:
    """Where a record stands, for its rows and for remarks on it."""

    file: str
    line: int
    findings: Findings

    def remark(self, column: str, code: str) -> None:
        """Note what is odd about a record that is taken all the same."""
        self.findings.add(self.file, self.line, column, code, warning=True)
