"""Reads of imports: the runs, and what each refused. Never a value out of a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max

from switchboard.interop.findings import FIELDS
from switchboard.interop.kinds import KINDS
from switchboard.interop.models import ImportReject, ImportRun
from switchboard.interop.risks import RISK
from switchboard.interop.uploads import folder, may_import
from switchboard.platform.access import Viewer

SHOWN = 200  # findings on the page; the CSV has all that were kept


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. ``counts``: rows by what became of them; ``files_kept``: its upload is still there."""

    run_id: int
    kind: str
    says: str
    source: str
    name: str
    mode: str
    dry_run: bool
    state: str
    problem: str
    problem_code: str
    started_at: datetime
    finished_at: datetime | None
    by: str
    counts: dict[str, int]
    files_kept: bool
    upload: UUID | None


@dataclass(frozen=True, slots=True)
class Code:
    """One rule that lines of a run broke: how many, what it means, whether they were refused."""

    code: str
    hint: str
    severity: str
    lines: int


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: where, and which rule."""

    file: str
    line: int
    column: str
    severity: str
    code: str
    hint: str


def kinds_for(viewer: Viewer) -> list[tuple[str, str]]:
    """Give the kinds a viewer may bring in, with what each holds."""
    return [(name, kind.says) for name, kind in KINDS.items() if may_import(viewer, name)]


def runs(*, page: int = 1, size: int = 20) -> tuple[list[RunView], int]:
    """Give a page of the runs, latest first, and how many there are."""
    rows = ImportRun.objects.select_related("by").order_by("-id")
    first = (max(page, 1) - 1) * size
    return [_view(row) for row in rows[first : first + size]], rows.count()


def run_of(*, run_id: int) -> RunView | None:
    """Give one run; None when there is none."""
    row = ImportRun.objects.select_related("by").filter(pk=run_id).first()
    return None if row is None else _view(row)


def applied_as(*, run: RunView) -> int | None:
    """Give the run that applied the files of this one, also one from the console; None when none did."""
    rows = ImportRun.objects.filter(dry_run=False, state="done")
    same = rows.filter(upload=run.upload) if run.upload else rows.none()
    return same.values_list("id", flat=True).first()


def codes_of(*, run_id: int) -> list[Code]:
    """Give the rules that lines of a run broke, most lines first."""
    rows = _findings(run_id).values_list("code", "severity").annotate(n=Count("id"), hint=Max("hint"))
    return [
        Code(code, hint, severity, n) for code, severity, n, hint in rows.order_by("severity", "-n", "code")
    ]


def lines_of(*, run_id: int, limit: int | None = SHOWN) -> Iterator[Line]:
    """Give the findings of a run in the order of the file; all that were kept when ``limit`` is None."""
    rows = _findings(run_id).order_by("id").values_list(*FIELDS)
    return (Line(*row) for row in (rows.iterator() if limit is None else rows[:limit]))


def _findings(run_id: int) -> Any:
    """Leave out what may mean danger: that is a crisis task, and says of whom it speaks."""
    return ImportReject.objects.filter(run_id=run_id).exclude(code=RISK)


def _view(row: ImportRun) -> RunView:
    return RunView(
        row.pk,
        row.kind,
        KINDS[row.kind].says if row.kind in KINDS else row.kind,
        row.source,
        row.name,
        row.mode,
        row.dry_run,
        row.state,
        row.problem,
        row.problem_code,
        row.started_at,
        row.finished_at,
        row.by.name if row.by else "The console",
        dict(row.counts),
        bool(row.upload and folder(row.upload).is_dir()),
        row.upload,
    )


def runs_by_id(run_ids: Iterable[int]) -> dict[int, RunView]:
    """Give these runs by their number; unknown ones are left out."""
    rows = ImportRun.objects.select_related("by").filter(pk__in=set(run_ids))
    return {row.pk: _view(row) for row in rows}
