"""Imports at the console: a progress bar while they run, a plain report when they are done."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from switchboard.interop.actions import Mode, run_import
from switchboard.platform.access import SWITCHBOARD

SHOWN = 20  # findings shown; the reject file has all of them


def take_in(
    *,
    kind: str,
    path: str | Path,
    source: str,
    dry_run: bool,
    mode: Mode,
    approve_fewer: bool,
    rejects: Path | None,
    quiet: bool,
) -> dict[str, Any]:
    """Run an import for the console; give its report as plain values. See :func:`run_import`."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.completed:,} rows read"), TimeElapsedColumn(), disable=quiet
    )
    with bar:
        task = bar.add_task("", total=None)
        report = run_import(
            kind=kind,
            path=path,
            source=source,
            by=SWITCHBOARD,
            dry_run=dry_run,
            mode=mode,
            approve_fewer=approve_fewer,
            rejects=rejects,
            progress=lambda read: bar.update(task, completed=read),
        )
    said = asdict(report)
    said["findings"] = [
        f"{f.file}:{f.line} {f.column} {f.severity} {f.code}: {f.hint}" for f in report.findings[:SHOWN]
    ]
    return said
