"""Files that come in: tried, applied, dropped; what they refused; and what they left to a person.

Files travel in the body, in base64, up to ``MOST_SENT`` bytes of it; larger ones by the page or the console.
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from switchboard.api.callers import IMPORTS, KEYED, READS, once_each
from switchboard.api.problems import Problem, bad_value
from switchboard.api.shapes import Asked, Code, Done, Told, Yes
from switchboard.interop.actions import Mode
from switchboard.interop.findings import said
from switchboard.interop.queries import (
    RunView,
    applied_as,
    codes_of,
    kinds_for,
    lines_of,
    run_of,
    runs,
    runs_by_id,
)
from switchboard.interop.uploads import NotTaken, apply_upload, take_upload, throw_away
from switchboard.members.queries import viewer_of
from switchboard.network.queries_directory import source_kinds
from switchboard.platform.doors import for_roles
from switchboard.platform.worklist import close_work, waiting, work_numbered

router = Router(tags=["imports"])
QUEUE = "import-review"
A_PAGE, MOST_FINDINGS = 20, 10_000
MOST_TEXT = 28_000_000  # characters of base64 in one file: about the most a body may hold
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class FileAsked(Asked):
    """A file: a plain name, and its bytes in base64."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    base64: Annotated[str, Field(max_length=MOST_TEXT)]


class SendAsked(Asked):
    """What the files hold, whose word they are, and whether one bad line refuses all."""

    kind: Code
    source: Annotated[str, Field(max_length=200)] = ""
    source_kind: Annotated[str, Field(max_length=40)] = ""
    mode: Literal["all", "good"] = "all"
    files: Annotated[list[FileAsked], Field(min_length=1, max_length=50)]


class ApplyAsked(Asked):
    """As it was tried; or only the good lines; or although many have left."""

    good_lines: Yes = False
    approve_fewer: Yes = False


class SettleAsked(Asked):
    """How it ended."""

    outcome: Literal["mended_at_source", "mapped", "left_out"]


class KindTold(Told):
    """A kind of file the caller may bring in."""

    kind: str
    says: str


class RunTold(Told):
    """One run. ``counts``: rows by what became of them; ``files_kept``: its upload is still there."""

    id: int
    kind: str
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


class RunsTold(Told):
    """A page of the runs, latest first, and the kinds the caller may bring in."""

    runs: list[RunTold]
    kinds: list[KindTold]
    page: int
    total: int


class CodeTold(Told):
    """A rule that lines of a run broke."""

    code: str
    hint: str
    severity: str
    lines: int


class RunFileTold(Told):
    """One run with the rules its lines broke; ``applied`` is the run that brought its files in."""

    run: RunTold
    codes: list[CodeTold]
    applied: int | None


class FindingTold(Told):
    """One finding: where, which rule, the way out; never a value."""

    file: str
    line: int
    column: str
    severity: str
    code: str
    hint: str


class StartedTold(Told):
    """The number of the run that reads the files, at once or when the worker comes to it."""

    run: int


class ReviewTold(Told):
    """Something an import left to a person."""

    id: UUID
    kind: str
    says: str
    subject: str
    source: str
    opened_at: datetime
    due_at: datetime


class _Sent:
    """A file out of a body, as the upload takes it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name: str | None = name
        self.size: int | None = len(content)
        self.content = content

    def chunks(self) -> Iterator[bytes]:
        """Give its content piece by piece: it is here in one."""
        yield self.content


@router.get("/imports", response=RunsTold)
@for_roles(*READS)
def imports(request: HttpRequest, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> RunsTold:
    """Give the runs, latest first, twenty a page."""
    found, total = runs(page=page, size=A_PAGE)
    kinds = [KindTold(kind=kind, says=says) for kind, says in kinds_for(viewer_of(request))]
    return RunsTold(runs=[_told(run) for run in found], kinds=kinds, page=page, total=total)


@router.post("/imports", response={201: StartedTold}, openapi_extra=KEYED)
@for_roles(*IMPORTS)
@once_each(201)
def send(request: HttpRequest, asked: SendAsked) -> StartedTold:
    """Take files and try them: nothing is changed yet."""
    if asked.source_kind and asked.source_kind not in source_kinds():
        raise bad_value("/source_kind", "not_an_option")
    files = [_Sent(file.name, _bytes(file.base64, place)) for place, file in enumerate(asked.files)]
    source = " ".join(asked.source.split())
    try:
        run = take_upload(
            kind=asked.kind, source=source, source_kind=asked.source_kind, mode=asked.mode, files=files,
            by=viewer_of(request),
        )  # fmt: skip
    except NotTaken as wrong:
        raise Problem(422, "not_taken", str(wrong)) from wrong
    return StartedTold(run=run)


def _bytes(text: str, place: int) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise bad_value(f"/files/{place}/base64", "not_base64") from wrong


@router.get("/imports/{run}", response=RunFileTold)
@for_roles(*READS)
def one(request: HttpRequest, run: Number) -> RunFileTold:
    """Give one run: how far it is, its counts, the rules broken."""
    found = _run(run)
    broken = [CodeTold(**{n: getattr(c, n) for n in CodeTold.model_fields}) for c in codes_of(run_id=run)]
    return RunFileTold(run=_told(found), codes=broken, applied=applied_as(run=found))


@router.get("/imports/{run}/findings", response=list[FindingTold])
@for_roles(*READS)
def findings(request: HttpRequest, run: Number) -> list[FindingTold]:
    """Give the findings of a run in the order of the file, the first 10,000."""
    _run(run)
    found = lines_of(run_id=run, limit=MOST_FINDINGS)
    return [FindingTold(**{n: getattr(line, n) for n in FindingTold.model_fields}) for line in found]


@router.post("/imports/{run}/apply", response={201: StartedTold}, openapi_extra=KEYED)
@for_roles(*IMPORTS)
@once_each(201)
def apply(request: HttpRequest, run: Number, asked: ApplyAsked) -> StartedTold:
    """Bring in what was tried. 409 when the files are gone or are being applied already."""
    mode: Mode = "good" if asked.good_lines or _run(run).mode == "good" else "all"
    try:
        made = apply_upload(run_id=run, by=viewer_of(request), mode=mode, approve_fewer=asked.approve_fewer)
    except NotTaken as wrong:
        raise Problem(409, "not_taken", str(wrong)) from wrong
    return StartedTold(run=made)


@router.post("/imports/{run}/drop", response=Done, openapi_extra=KEYED)
@for_roles(*IMPORTS)
@once_each(200)
def drop(request: HttpRequest, run: Number) -> Done:
    """Delete the files of a run now; its report stays."""
    _run(run)
    throw_away(run_id=run, by=viewer_of(request))
    return Done()


def _run(number: int) -> RunView:
    found = run_of(run_id=number)
    if found is None:
        raise Problem(404, "not_found", "There is no such import.")
    return found


def _told(run: RunView) -> RunTold:
    own = {name: getattr(run, name) for name in RunTold.model_fields if name != "id"}
    return RunTold(id=run.run_id, **own)


@router.get("/import-review", response=list[ReviewTold])
@for_roles(*IMPORTS)
def review(request: HttpRequest) -> list[ReviewTold]:
    """Give what imports left to a person, soonest due first."""
    tasks = waiting(QUEUE)
    numbers = {task.public_id: _number(task.subject) for task in tasks}
    found = runs_by_id(numbers.values())
    return [
        ReviewTold(
            id=task.public_id, kind=task.kind, says=said(task.kind), subject=task.subject,
            source=found[numbers[task.public_id]].source if numbers[task.public_id] in found else "",
            opened_at=task.opened_at, due_at=task.due_at,
        )
        for task in tasks
    ]  # fmt: skip


def _number(subject: str) -> int:
    text = subject.partition(":")[2]
    return int(text) if text.isdigit() else 0


@router.post("/import-review/{item}/settle", response=Done, openapi_extra=KEYED)
@for_roles(*IMPORTS)
@once_each(200)
def settle(request: HttpRequest, item: UUID, asked: SettleAsked) -> Done:
    """Say how one of them ended."""
    found = work_numbered(public_id=item)
    if found is None or found.queue != QUEUE:
        raise Problem(404, "not_found", "There is nothing here, or nothing that is for you.")
    return Done(done=close_work(public_id=item, outcome=asked.outcome, by=viewer_of(request)))
