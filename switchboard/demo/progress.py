"""What is being written, as bars on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def shown() -> Iterator["Bars"]:
    """Show one bar a table while the block lasts, on standard error."""
    columns = (TextColumn("{task.description:>14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)


class Bars:
    """Bars that appear as tables are begun."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.tasks = progress, dict[str, TaskID]()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Move the bar of one table on; a total of 0 is not known."""
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(what, total=total or None)
        self.progress.advance(self.tasks[what], done)
