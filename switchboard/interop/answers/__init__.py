"""Answers to questionnaires that come as files: those that speak of danger call a person (edge C5).

The format is told from the first characters, not from the name. Nothing here gives up on a file: whatever can
still be read of it is read, and an answer to a risk item that cannot be read is a call.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from switchboard.interop.answers.columns import csv_risks
from switchboard.interop.answers.hl7 import hl7_risks, is_hl7
from switchboard.interop.findings import FileProblem, Findings
from switchboard.interop.risks import FoundRisk
from switchboard.outcomes.core.safety import RiskRule


def answer_risks(
    path: Path, *, rule: RiskRule, now: datetime, findings: Findings
) -> Iterator[FoundRisk | None]:
    """Yield for each answer of a file, or of every file of a folder, its risk, or None where it has none."""
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    if not path.exists() or not files:
        raise FileProblem("file_empty_folder" if path.is_dir() else "file_not_found")
    problem: FileProblem | None = None
    for file in files:
        reader = hl7_risks if is_hl7(file) else csv_risks
        try:
            yield from reader(file, rule=rule, now=now, findings=findings)
        except FileProblem as wrong:  # the other files are read first: somebody may wait in one
            problem = problem or wrong
    if problem:
        raise problem
