"""Background work of imports: large uploads are read by the worker, old ones deleted."""

from procrastinate.contrib.django import app

from switchboard.interop.uploads import READ_LATER, read_upload, sweep


@app.task(name=READ_LATER, queue="imports")
def read_later(run_id: int, approve_fewer: bool) -> None:
    """Read the files of a run; run twice it reads them once."""
    read_upload(run_id=run_id, approve_fewer=approve_fewer, progress=True)


@app.periodic(cron="20 * * * *")
@app.task(queue="imports", queueing_lock="sweep_uploads")
def sweep_uploads(timestamp: int) -> int:
    """Each hour delete the uploads of yesterday."""
    return sweep()
