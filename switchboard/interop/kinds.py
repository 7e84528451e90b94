"""The kinds of import: how each is read, and the shelf its rows are put on."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from switchboard.interop.fhir.reading import people_mappers, resources
from switchboard.interop.findings import FileProblem, Findings, Wrong
from switchboard.interop.members_csv import member_rows
from switchboard.members.actions.importing import MemberImport
from switchboard.members.core.roster import ImportedCoverage, ImportedMember
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.worklist import open_work

REVIEW_DAYS = 5


class Shelf:
    """Takes the rows of one run and hands each to the room it belongs to."""

    #: Codes of rows a person must decide about; each opens one task a run in the ``import-review`` queue.
    HELD: ClassVar[frozenset[str]] = frozenset(
        {"line_of_business_unknown", "code_unknown", "maybe_same_practitioner", "actor_not_found"}
    )

    def __init__(
        self, *, source: str, by: Viewer, findings: Findings, run: int, approve_fewer: bool = False
    ) -> None:
        self.source, self.by, self.findings, self.run = source, by, findings, run
        self.approve_fewer = approve_fewer
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._members: MemberImport | None = None

    def add(self, row: Any) -> None:
        """Put one row on its room's stage."""
        if isinstance(row, ImportedMember | ImportedCoverage):
            self._members = self._members or MemberImport(source=self.source, by=self.by)
            self._members.add(row)

    def finish(self) -> None:
        """Put all rows in place; what the rooms refuse becomes findings."""
        for load in filter(None, (self._members,)):
            done = load.finish()
            self.counts.update(done.counts)
            for refusal in done.refused:
                self.findings.add(*refusal)
            for remark in done.remarks:
                self.findings.add(*remark, warning=True)

    def open_reviews(self) -> None:
        """Open a task for each code of this run that waits for a person."""
        for code in self.HELD & set(self.findings.codes):
            open_work(
                queue="import-review",
                kind=code,
                subject=f"import:{self.run}",
                note=f"{self.findings.codes[code]} rows",
                due_at=now() + timedelta(days=REVIEW_DAYS),
                once=f"import-review:{self.run}:{code}",
            )


def _csv_path(path: str) -> Path:
    place = Path(path)
    if not place.is_file():
        raise FileProblem("file_not_found")
    return place


def _members(path: str, shelf: Shelf) -> Iterator[Any]:
    return member_rows(_csv_path(path), source=shelf.source, findings=shelf.findings, today=today())


def _fhir(path: str, shelf: Shelf) -> Iterator[Any]:
    """Members, coverage and the network from FHIR R4 NDJSON."""
    mappers = people_mappers(shelf.source, today())
    for file, line, resource in resources(Path(path), findings=shelf.findings, skipped=shelf.skipped):
        mapper = mappers.get(resource["resourceType"])
        if mapper is None:
            shelf.skipped[resource["resourceType"]] += 1
            continue
        try:
            yield mapper(resource, file, line)
        except Wrong as wrong:
            shelf.findings.note(file, line, wrong)


Reader = Callable[[str, Shelf], Iterator[Any]]

KINDS: dict[str, Reader] = {
    "members": _members,
    "fhir": _fhir,
}
