"""Imports at the console: a progress bar while they run, a plain report when they are done."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from switchboard.interop.actions import Mode, run_import
from switchboard.platform.access import SWITCHBOARD

SHOWN = 20  # findings shown; the reject file has all of them


def in_words(report: dict[str, Any]) -> str:
    """Say how an import went, for a person at the console: what changed, what was found, what waits."""
    how = "tried, nothing was kept" if report["dry_run"] else report["state"]
    lines = [f"Import {report['run']}, {report['kind']} {report['name']}: {how}."]
    if report["same_as"]:
        lines.append(f"The same file came in as import {report['same_as']}.")
    things: dict[str, list[str]] = {}
    for key, n in report["counts"].items():
        if n and key.startswith("skipped_"):
            things.setdefault("left out, not read here", []).append(f"{n:,} {key.removeprefix('skipped_')}")
        elif n:
            thing, _, became = key.rpartition("_")
            things.setdefault(thing.replace("_", " "), []).append(f"{n:,} {became}")
    lines += [f"  {thing}: {', '.join(said)}" for thing, said in things.items()]
    lines.append(f"{report['errors']:,} errors, {report['warnings']:,} warnings.")
    lines += [f"  {n:,} {code}" for code, n in sorted(report["codes"].items())]
    lines += [f"  {said}" for said in report["findings"]]
    if report["errors"] + report["warnings"] > len(report["findings"]):
        lines.append(f"The first {len(report['findings'])} are shown: --rejects FILE writes all.")
    if report["held"]:
        lines.append(f"{sum(report['held'].values()):,} rows wait for a person: the page Review.")
    return "\n".join(lines)


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
