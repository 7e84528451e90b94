"""The one door of imports: a file or folder in, a report out; a bad file changes nothing."""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from django.db import transaction

from switchboard.interop.findings import FileProblem, Finding, Findings, said
from switchboard.interop.kinds import KINDS, Shelf
from switchboard.interop.models import ImportReject, ImportRun
from switchboard.interop.risks import raise_risks
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now

Mode = Literal["all", "good"]
Progress = Callable[[int], None]
TELL_EVERY = 1_000  # rows between two words to the progress bar


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How a run went. ``state``: done, refused (nothing changed); ``counts``: rows by what became of them."""

    run: int
    kind: str
    name: str
    state: str
    dry_run: bool
    mode: str
    counts: dict[str, int]
    errors: int
    warnings: int
    codes: dict[str, int]
    findings: tuple[Finding, ...]
    problem: str = ""
    same_as: int | None = None
    held: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Give how many rows were added, changed or ended."""
        endings = ("_added", "_changed", "_ended", "_withdrawn")
        return sum(n for key, n in self.counts.items() if key.endswith(endings))


class _Undo(Exception):  # noqa: N818 - not a fault: it rolls a finished load back
    pass


def run_import(
    *,
    kind: str,
    path: str | Path,
    by: Viewer,
    source: str = "",
    source_kind: str = "",
    dry_run: bool = False,
    mode: Mode = "all",
    approve_fewer: bool = False,
    rejects: str | Path | None = None,
    progress: Progress | None = None,
    run_id: int | None = None,
    sent: bool = False,
) -> ImportReport:
    """Read ``path`` as ``kind`` and load it, in one transaction.

    ``mode="all"`` changes nothing when any line has an error, ``"good"`` takes the good lines; ``dry_run``
    loads and rolls back, so its counts are true. ``rejects`` gets every finding as CSV (file, line, column,
    code, hint; never a value). A file with 30% fewer clinicians than the last of its ``source`` stops, unless
    ``approve_fewer``. ``run_id``: a run that waits already (``uploads``); its own words count. ``sent``:
    somebody handed the file in, so that danger in it calls a person even when it is only tried; a dry run at
    the console calls nobody and counts it (``danger_not_told``). Raises ``ValueError`` on an unknown
    ``kind``; a bad file is an answer.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no import '{kind}': there are {', '.join(sorted(KINDS))}.")
    place = Path(path) if "://" not in str(path) else None
    name = (place.name if place else str(path).rstrip("/").rpartition("/")[2])[:300]
    if run_id is None:
        run = ImportRun.objects.create(
            kind=kind, source=source or kind, name=name, mode=mode, dry_run=dry_run, by_id=by.user_id
        )
    else:
        run = _begun(run_id)
    with ExitStack() as open_files:
        out = (
            open_files.enter_context(Path(rejects).open("w", newline="", encoding="utf-8"))
            if rejects
            else None
        )
        findings = Findings(out)
        shelf = Shelf(
            kind=kind, source=run.source, source_kind=source_kind, by=by, findings=findings,
            approve_fewer=approve_fewer,
        )  # fmt: skip
        state, problem, code = "done", "", ""
        try:
            with transaction.atomic():
                _load(kind, str(path), shelf, progress)
                if findings.errors and mode == "all":
                    raise FileProblem("errors_in_all_mode", errors=findings.errors)
                if dry_run:
                    raise _Undo
        except _Undo:
            pass
        except FileProblem as refused:
            state, problem, code = "refused", said(refused.code, **refused.params), refused.code
        except BaseException:
            _call(run, shelf, by, sent=sent)
            ImportRun.objects.filter(pk=run.pk).update(
                state="failed",
                finished_at=now(),
                problem="The program failed: see the log; nothing was changed.",
            )
            raise
        untold = _call(run, shelf, by, sent=sent)
    run.problem_code = code
    return _write_down(run, shelf, state, problem, place, untold)


def _call(run: ImportRun, shelf: Shelf, by: Viewer, *, sent: bool) -> int:
    """Let danger in a file call a person; give how many answers call nobody yet."""
    if run.dry_run and not sent:
        return len(shelf.risks)
    return raise_risks(run, shelf.risks, by, tried=run.dry_run)


def _begun(run_id: int) -> ImportRun:
    """Give a waiting run, begun now."""
    ImportRun.objects.filter(pk=run_id).update(state="running", started_at=now())
    return ImportRun.objects.get(pk=run_id)


def _load(kind: str, path: str, shelf: Shelf, progress: Progress | None) -> None:
    """Read every row onto the shelf, then put all in place."""
    read = 0
    for row in KINDS[kind].read(path, shelf):
        shelf.add(row)
        read += 1
        if progress and read % TELL_EVERY == 0:
            progress(read)
    shelf.counts["rows_read"] = read
    shelf.finish()
    if progress:
        progress(read)


def _write_down(
    run: ImportRun, shelf: Shelf, state: str, problem: str, place: Path | None, untold: int
) -> ImportReport:
    """Keep the run with its findings, and answer."""
    counts = dict(shelf.counts) if state == "done" else {"rows_read": shelf.counts.get("rows_read", 0)}
    counts |= {f"skipped_{kind}": n for kind, n in sorted(shelf.skipped.items())}
    if untold:
        counts["danger_not_told"] = untold
    run.digest = _digest(place)
    before = ImportRun.objects.filter(
        kind=run.kind, source=run.source, digest=run.digest, state="done", dry_run=False
    ).exclude(digest="")
    same_as = before.order_by("-id").values_list("id", flat=True).first()
    run.state, run.problem, run.counts, run.finished_at = state, problem[:400], counts, now()
    with transaction.atomic():
        run.save()
        ImportReject.objects.bulk_create(
            [
                ImportReject(
                    run=run, file=f.file[:300], line=f.line, column=f.column[:120], code=f.code,
                    hint=f.hint[:300], severity=f.severity,
                )
                for f in shelf.findings
            ],
            batch_size=2000,
        )  # fmt: skip
        if state == "done" and not run.dry_run:
            shelf.open_reviews(run.id)
    return ImportReport(
        run=run.id, kind=run.kind, name=run.name, state=state, dry_run=run.dry_run, mode=run.mode,
        counts=counts, errors=shelf.findings.errors, warnings=shelf.findings.warnings,
        codes=dict(shelf.findings.codes), findings=tuple(shelf.findings.kept), problem=problem,
        same_as=same_as,
        held={c: n for c, n in shelf.findings.codes.items() if c in shelf.HELD},
    )  # fmt: skip


def _digest(place: Path | None) -> str:
    """Give the SHA-256 of a file, or of a folder's files in order; empty for what is not on this disk."""
    if place is None or not place.exists():
        return ""
    whole = hashlib.sha256()
    files = [place] if place.is_file() else sorted(p for p in place.iterdir() if p.is_file())
    for file in files:
        with file.open("rb") as raw:
            whole.update(hashlib.file_digest(raw, "sha256").digest())
    return whole.hexdigest()
