"""Files that come in by a page: kept for one import, tried first, applied when somebody says so, deleted.

They lie in ``SWITCHBOARD_HOME/uploads/<id>`` (folder 0700, files 0600). They go when their import is applied
or thrown away, and after ``KEPT_HOURS`` whatever became of it. Web server and worker must share that folder.
A small file is read while the reader waits; a larger one by the worker.
"""

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from procrastinate.contrib.django import app

from switchboard.interop.actions import ImportReport, Mode, run_import
from switchboard.interop.kinds import KINDS
from switchboard.interop.models import ImportRun
from switchboard.members.queries import viewer_for
from switchboard.platform.access import AccessDenied, DataClass, Extent, Relation, Viewer, extent
from switchboard.platform.audit import record
from switchboard.platform.clock import now

log = structlog.get_logger("switchboard.imports")

READ_LATER = "read_upload_later"  # the job, by name: jobs import this file, not the other way round
AT_ONCE = 1_000_000  # bytes read while somebody waits: about a second; more goes to the worker
MOST = 200_000_000  # bytes one upload may hold; the console takes files of any size
MOST_FILES = 50
KEPT_HOURS = 24
NAME = re.compile(r"[\w$][\w$. -]{0,199}", re.ASCII)


class NotTaken(ValueError):  # noqa: N818 - it is an answer, not a fault
    """The upload cannot be taken; the message names the rule and the way out."""


class Sent(Protocol):
    """A file as the browser sent it."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterator[bytes]:
        """Give its content piece by piece."""
        ...


def may_import(viewer: Viewer, kind: str) -> bool:
    """Say whether a viewer may bring in such a file: who writes members, or who writes the directory.

    Nobody may bring in what is no kind any more: a run of an earlier version may name one.
    """
    if kind not in KINDS:
        return False
    held = DataClass.IDENTITY if KINDS[kind].persons else DataClass.DIRECTORY
    relation = Relation.ASSIGNED if KINDS[kind].persons else Relation.NONE
    much = extent(viewer=viewer, data_class=held, relation=relation, write=True).outcome
    return much is not Extent.NOTHING


def take_upload(
    *, kind: str, source: str, files: Sequence[Sent], by: Viewer, source_kind: str = "", mode: Mode = "all"
) -> int:
    """Keep files and try them: nothing is changed yet. Give the number of the dry run.

    Raises :class:`NotTaken` on a kind, name or size that cannot be, ``AccessDenied`` where ``by`` may not.
    """
    if kind not in KINDS:
        raise NotTaken("Choose what the file holds.")
    _allowed(by, kind)
    _checked(kind, files)
    upload = uuid.uuid4()
    _keep(upload, files)
    name = f"{len(files)} files" if len(files) > 1 else _plain(files[0])
    run = ImportRun(
        kind=kind, source=source or kind, source_kind=source_kind, name=name, mode=mode, dry_run=True,
        state="waiting", upload=upload, by_id=by.user_id,
    )  # fmt: skip
    return _start(run, by)


def apply_upload(*, run_id: int, by: Viewer, mode: Mode = "all", approve_fewer: bool = False) -> int:
    """Bring in what a run tried; give the number of the new run. ``approve_fewer``: so many have left.

    Raises :class:`NotTaken` when the files are gone, or are being applied already.
    """
    with transaction.atomic():
        tried = ImportRun.objects.select_for_update().get(pk=run_id)
        _allowed(by, tried.kind)
        again = ImportRun.objects.filter(upload=tried.upload, dry_run=False)
        if tried.upload is None or not folder(tried.upload).is_dir():
            raise NotTaken(
                "The files are gone: they are kept for a day, or until they are applied. Send them anew."
            )
        if again.filter(state__in=["waiting", "running", "done"]).exists():
            raise NotTaken("These files are being applied already: see the list of imports.")
        run = ImportRun(
            kind=tried.kind, source=tried.source, source_kind=tried.source_kind, name=tried.name, mode=mode,
            dry_run=False, state="waiting", upload=tried.upload, by_id=by.user_id,
        )  # fmt: skip
        run.save()
    return _start(run, by, approve_fewer=approve_fewer)


def throw_away(*, run_id: int, by: Viewer) -> None:
    """Delete the files of a run now; the run's report stays."""
    run = ImportRun.objects.get(pk=run_id)
    _allowed(by, run.kind)
    drop(run.upload)


def read_upload(*, run_id: int, approve_fewer: bool = False, progress: bool = False) -> ImportReport | None:
    """Read the files of a waiting run; None when it was read before (a job may come twice)."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in ("waiting", "running") or run.upload is None:
        return None
    by = viewer_for(get_user_model().objects.get(pk=run.by_id or 0))
    with _telling(run_id) if progress else _silent() as tell:
        report = run_import(
            kind=run.kind, path=_path(run), by=by, source=run.source, source_kind=run.source_kind,
            dry_run=run.dry_run, mode="good" if run.mode == "good" else "all", approve_fewer=approve_fewer,
            run_id=run_id, progress=tell, sent=True,
        )  # fmt: skip
    if report.state == "done" and not run.dry_run:
        drop(run.upload)
    return report


def sweep() -> int:
    """Delete uploads older than ``KEPT_HOURS``; give how many."""
    top = settings.HOME / "uploads"
    oldest = (now() - timedelta(hours=KEPT_HOURS)).timestamp()
    old = [place for place in top.iterdir() if place.stat().st_mtime < oldest] if top.is_dir() else []
    for place in old:
        shutil.rmtree(place, ignore_errors=True)
    return len(old)


def folder(upload: uuid.UUID) -> Path:
    """Give where the files of an upload lie."""
    place: Path = settings.HOME / "uploads" / upload.hex
    return place


def drop(upload: uuid.UUID | None) -> None:
    """Delete the files of an upload, if they are there."""
    if upload is not None:
        shutil.rmtree(folder(upload), ignore_errors=True)


def _allowed(by: Viewer, kind: str) -> None:
    if not may_import(by, kind):
        held = DataClass.IDENTITY if kind in KINDS and KINDS[kind].persons else DataClass.DIRECTORY
        raise AccessDenied(by, None, held, f"import:{kind}")


def _checked(kind: str, files: Sequence[Sent]) -> None:
    if not files:
        raise NotTaken("Choose a file.")
    if len(files) > 1 and not KINDS[kind].folder:
        raise NotTaken("This import reads one file: choose one.")
    if len(files) > MOST_FILES or len({_plain(file) for file in files}) < len(files):
        raise NotTaken(f"At most {MOST_FILES} files, each with its own name.")
    if sum(file.size or 0 for file in files) > MOST:
        raise NotTaken(f"Over {MOST // 1_000_000} MB: use the console, `switchboard import`.")


def _plain(file: Sent) -> str:
    """Give a file's own name; raise :class:`NotTaken` on one that is no plain name."""
    name = Path(file.name or "").name
    if not NAME.fullmatch(name):
        raise NotTaken("Give the file a plain name: letters, figures, dots, dashes.")
    return name


def _keep(upload: uuid.UUID, files: Iterable[Sent]) -> None:
    place = folder(upload)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.mkdir(mode=0o700)
    for file in files:
        handle = os.open(place / _plain(file), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.writelines(file.chunks())


def _path(run: ImportRun) -> Path:
    """Give what the import reads: the one file, or the folder where several belong together."""
    assert run.upload is not None
    place = folder(run.upload)
    files = list(place.iterdir()) if place.is_dir() else []
    alone = len(files) == 1 and run.kind != "scheduling-links"
    return files[0] if alone else place


def _start(run: ImportRun, by: Viewer, *, approve_fewer: bool = False) -> int:
    """Write down who asked, then read at once or leave it to the worker."""
    assert run.upload is not None
    large = sum(file.stat().st_size for file in folder(run.upload).iterdir()) > AT_ONCE
    held = DataClass.IDENTITY if KINDS[run.kind].persons else DataClass.DIRECTORY
    with transaction.atomic():
        run.save()
        what = f"import:{run.kind}:{'try' if run.dry_run else 'apply'}:{run.pk}"
        reason = "approved: fewer clinicians" if approve_fewer else ""
        record(viewer=by, action="write", data_class=held, member_id=None, what=what, reason=reason)
        if large:
            later = app.configure_task(READ_LATER, queue="imports", allow_unknown=True)
            later.defer(run_id=run.pk, approve_fewer=approve_fewer)
    if not large:
        try:
            read_upload(run_id=run.pk, approve_fewer=approve_fewer)
        except Exception:  # the run says that it failed, and its page shows that
            log.exception("import failed", run=run.pk)
    return run.pk


@contextmanager
def _telling(run_id: int) -> Iterator[Callable[[int], None]]:
    """Give a way to say how many rows are read that others see at once: on a connection aside."""
    aside = connection.copy()

    def tell(read: int) -> None:
        with aside.cursor() as cursor:
            cursor.execute(
                "UPDATE interop_importrun SET counts = jsonb_build_object('rows_read', %s::int)"
                " WHERE id = %s",
                [read, run_id],
            )

    try:
        yield tell
    finally:
        aside.close()


@contextmanager
def _silent() -> Iterator[None]:
    yield None
