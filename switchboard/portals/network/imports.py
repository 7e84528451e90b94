"""Imports: every run and what it refused; a file sent by hand is tried first, then applied."""

import csv
from itertools import chain
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from switchboard.interop.actions import Mode
from switchboard.interop.csv_writing import safe_cell
from switchboard.interop.findings import FIELDS
from switchboard.interop.queries import RunView, applied_as, codes_of, kinds_for, lines_of, run_of, runs
from switchboard.interop.uploads import (
    KEPT_HOURS,
    NotTaken,
    apply_upload,
    may_import,
    take_upload,
    throw_away,
)
from switchboard.members.queries import viewer_of
from switchboard.network.queries_directory import source_kinds
from switchboard.platform.access import Viewer
from switchboard.platform.doors import for_roles
from switchboard.portals.network.frame import IMPORTS, KIND_WORDS, READS, number, page, time_words

A_PAGE = 20
RUNNING = ("waiting", "running")
STATE_TONES = {"done": "good", "refused": "warning", "failed": "error"}
STATE_WORDS = {
    "waiting": "Waiting for the worker", "running": "Running", "done": "Done", "refused": "Refused",
    "failed": "Failed",
}  # fmt: skip
MODES = (
    ("all", "All or nothing", "One bad line refuses the file"),
    ("good", "The good lines", "Bad lines are left out and reported"),
)


@for_roles(*READS)
def imports(request: HttpRequest) -> HttpResponse:
    """List the runs, latest first."""
    at = number(request.GET.get("page", "1"))
    found, total = runs(page=at, size=A_PAGE)
    context = {
        "lines": [_line(run) for run in found],
        "page_number": at,
        "pages": max(1, -(-total // A_PAGE)),
        "total": f"{total:,} runs",
    }
    return page(request, "network/imports.html", context, here="network_imports")


def _line(run: RunView) -> dict[str, Any]:
    return {
        "run": run,
        "state": state_words(run),
        "tone": STATE_TONES.get(run.state, "info"),
        "when": time_words(run.started_at, "UTC") + " UTC",
        "read": run.counts.get("rows_read", 0),
        "changed": sum(n for key, n in run.counts.items() if key.endswith(("_added", "_changed", "_ended"))),
    }


def state_words(run: RunView) -> str:
    """Say how a run stands."""
    words = STATE_WORDS.get(run.state, run.state)
    return f"Tried: {words.lower()}" if run.dry_run else words


@for_roles(*IMPORTS)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Take files; try them at once, or leave them to the worker."""
    viewer, wrong, sent = viewer_of(request), "", request.POST
    if request.method == "POST":
        try:
            run = take_upload(
                kind=sent.get("kind", ""),
                source=" ".join(sent.get("source", "").split())[:200],
                source_kind=sent["source_kind"] if sent.get("source_kind") in source_kinds() else "",
                mode="good" if sent.get("mode") == "good" else "all",
                files=cast(Any, request.FILES.getlist("files")),
                by=viewer,
            )
            return redirect("network_import", run=run)
        except NotTaken as said:
            wrong = str(said)
    context = {
        "kinds": [(name, says[0].upper() + says[1:]) for name, says in kinds_for(viewer)],
        "source_kinds": [("", "As usual for such a file"), *((k, KIND_WORDS[k]) for k in source_kinds())],
        "modes": MODES,
        "sent": sent,
        "wrong": wrong,
        "kept_hours": KEPT_HOURS,
    }
    return page(request, "network/send.html", context, here="network_imports", status=422 if wrong else 200)


def _run(number: int) -> RunView:
    found = run_of(run_id=number)
    if found is None:
        raise Http404("There is no such import.")
    return found


@for_roles(*READS)
def run(request: HttpRequest, run: int) -> HttpResponse:
    """Show one run: counts, rules broken, lines; while it runs the page asks again."""
    found = _run(run)
    if request.headers.get("HX-Request"):
        return _progress(request, found)
    context = _state(found, viewer_of(request)) | {
        "counts": count_rows(found.counts),
        "codes": codes_of(run_id=run),
        "lines": list(lines_of(run_id=run)),
    }
    return page(request, "network/import.html", context, here="network_imports")


def _progress(request: HttpRequest, found: RunView) -> HttpResponse:
    """Say how far a run is; when it is over the page shows itself anew."""
    if found.state not in RUNNING:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return page(request, "network/import_progress.html", _state(found, viewer_of(request)), here="")


def _state(found: RunView, viewer: Viewer) -> dict[str, Any]:
    mine = may_import(viewer, found.kind) and viewer.role in IMPORTS and found.files_kept
    applied = applied_as(run=found)
    return {
        "run": found,
        "state": state_words(found),
        "tone": STATE_TONES.get(found.state, "info"),
        "running": found.state in RUNNING,
        "rows": found.counts.get("rows_read", 0),
        "when": time_words(found.started_at, "UTC") + " UTC",
        "applied": applied if applied != found.run_id else None,
        "may_apply": mine and applied is None and found.dry_run and found.state == "done",
        "may_good": mine and applied is None and found.problem_code == "errors_in_all_mode",
        "may_approve": mine
        and applied is None
        and found.problem_code in ("fewer_than_last", "nothing_offered"),
        "may_drop": mine and found.state not in RUNNING,
        "kept_hours": KEPT_HOURS,
    }


def count_rows(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Say the counts of a run, rows read first."""
    rows = sorted(counts.items(), key=lambda row: (row[0] != "rows_read", row[0]))
    return [(key.replace("_", " ").capitalize(), n) for key, n in rows]


@for_roles(*IMPORTS)
@require_POST
def apply(request: HttpRequest, run: int) -> HttpResponse:
    """Bring in what was tried: as it was tried, only the good lines, or although many have left."""
    found = _run(run)
    how = request.POST.get("how", "")
    mode: Mode = "good" if how == "good" or found.mode == "good" else "all"
    try:
        made = apply_upload(run_id=run, by=viewer_of(request), mode=mode, approve_fewer=how == "fewer")
    except NotTaken as said:
        messages.error(request, str(said))
        return redirect("network_import", run=run)
    return redirect("network_import", run=made)


@for_roles(*IMPORTS)
@require_POST
def drop(request: HttpRequest, run: int) -> HttpResponse:
    """Delete the files of a run now."""
    _run(run)
    throw_away(run_id=run, by=viewer_of(request))
    messages.success(request, "The files are deleted. The report stays.")
    return redirect("network_import", run=run)


class _Echo:
    """Gives each written line back, so that a long file is never held whole."""

    def write(self, line: str) -> str:
        return line


@for_roles(*READS)
def rejects(request: HttpRequest, run: int) -> StreamingHttpResponse:
    """Give every finding of a run as CSV: file, line, column, rule, way out; never a value."""
    _run(run)
    writer = csv.writer(cast(Any, _Echo()))
    rows = ([safe_cell(getattr(line, name)) for name in FIELDS] for line in lines_of(run_id=run, limit=None))
    body = (writer.writerow(row) for row in chain([list(FIELDS)], rows))
    name = f'attachment; filename="import-{run}-findings.csv"'
    return StreamingHttpResponse(
        cast(Any, body), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )
