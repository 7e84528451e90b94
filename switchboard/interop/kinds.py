"""The kinds of import: how each is read, and the shelf its rows are put on."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from switchboard.interop.answers import answer_risks
from switchboard.interop.fhir.reading import DIRECTORY, mapped, people
from switchboard.interop.fhir.salvage import salvaged
from switchboard.interop.findings import FileProblem, Findings
from switchboard.interop.members_csv import member_rows
from switchboard.interop.nppes import nppes_rows
from switchboard.interop.practitioners_csv import practitioner_rows
from switchboard.interop.risks import FoundRisk
from switchboard.interop.scheduling_links import PublishedSchedule, published
from switchboard.interop.slots_csv import slot_rows
from switchboard.members.actions.importing import Loaded, MemberImport
from switchboard.members.core.roster import ImportedCoverage, ImportedMember
from switchboard.network.actions.importing import NetworkImport, clinicians_of, source_named
from switchboard.network.actions.placing import NetworkImported
from switchboard.network.queries import RolePlace, keys_of, roles_at, roles_by_npi, zones_of
from switchboard.outcomes.core.safety import risk_rule
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.worklist import open_work
from switchboard.rulebook.rules import Value, rule
from switchboard.scheduling.actions.importing import SlotImport, SlotsImported, coming_slots
from switchboard.scheduling.core.timetable import ImportedSchedule, ImportedSlot

REVIEW_DAYS = 5


class Shelf:
    """Takes the rows of one run and hands each to the room it belongs to."""

    #: Codes of rows a person must decide about; each opens one task a run in the ``import-review`` queue.
    HELD: ClassVar[frozenset[str]] = frozenset(
        {
            "line_of_business_unknown",
            "code_unknown",
            "maybe_same_practitioner",
            "maybe_other_person",
            "actor_not_found",
            "specialty_without_code",
        }
    )

    def __init__(
        self, *, kind: str, source: str, source_kind: str, by: Viewer, findings: Findings, approve_fewer: bool
    ) -> None:
        self.kind, self.source, self.by, self.findings = kind, source, by, findings
        self.source_kind = source_kind or KINDS[kind].source_kind
        self.approve_fewer = approve_fewer
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.risks: list[FoundRisk] = []
        self.risk_rule = risk_rule(rule("safety/risk_items").on(today()))
        self._members: MemberImport | None = None
        self._network: NetworkImport | None = None
        self._slots: SlotImport | None = None
        self._schedules: list[ImportedSchedule] = []
        self._published: list[PublishedSchedule] = []

    def add(self, row: Any) -> None:
        """Put one row on its room's stage."""
        if row is None:
            return  # an answer that calls nobody
        if isinstance(row, FoundRisk):
            self.risks.append(row)
        elif isinstance(row, ImportedMember | ImportedCoverage):
            self._members = self._members or MemberImport(source=self.source, by=self.by)
            self._members.add(row)
        elif isinstance(row, ImportedSlot):
            self._slots = self._slots or SlotImport(whole=KINDS[self.kind].whole == "slots")
            self._slots.add(row)
        elif isinstance(row, ImportedSchedule):
            self._schedules.append(row)
        elif isinstance(row, PublishedSchedule):
            self._published.append(row)
        else:
            self._network = self._network or self._new_network()
            self._network.add(row)

    def finish(self) -> None:
        """Put all rows in place; what the rooms refuse becomes findings."""
        whole = KINDS[self.kind].whole
        before = clinicians_of(self.source) if whole == "roles" else 0
        if self._members:
            self._take(self._members.finish())
        if before:
            self._network = self._network or self._new_network()
        if self._network:
            # Whom a line that could not be read was about, nobody knows: they have not left for that.
            self._network.whole &= not self.findings.errors
            if before and not self._network.whole:
                self.findings.add("", 0, "", "nobody_ended", warning=True)
            self._take(self._network.finish())
        if self._slots or self._published or whole == "slots":
            source = source_named(name=self.source, kind=self.source_kind)
            self._look_up(source.pk)
            if whole == "slots":
                self._nothing_offered(source.pk)
        if self._slots:
            self._take(self._slots.finish(source_id=source.pk, schedules=self._schedules))
        if before and not self.approve_fewer:
            left = clinicians_of(self.source)
            if too_few(before, left, rule("interop/fewer_clinicians").on(today())):
                raise FileProblem("fewer_than_last", now=left, before=before)

    def _nothing_offered(self, source_id: int) -> None:
        """Stop where a publisher that had time on offer names none: a broken feed looks just like that."""
        if self._slots:
            return
        before = coming_slots(source_id)
        if before and not self.approve_fewer:
            raise FileProblem("nothing_offered", before=before)
        self._slots = SlotImport(whole=True)

    def _new_network(self) -> NetworkImport:
        return NetworkImport(
            source=self.source, kind=self.source_kind, by=self.by, whole=KINDS[self.kind].whole == "roles"
        )

    def _take(self, done: Loaded | NetworkImported | SlotsImported) -> None:
        self.counts.update(done.counts)
        for refusal in done.refused:
            self.findings.add(*refusal)
        for remark in done.remarks:
            self.findings.add(*remark, warning=True)

    def _look_up(self, source_id: int) -> None:
        """Find the places, and the roles of those, that published schedules name."""
        if not self._published:
            return
        places = keys_of(source_id=source_id, kind="location")
        zones = zones_of(list(places.values()))
        role_of = role_finder(self._published, source_id)
        for schedule in self._published:
            place, kinds = places.get(schedule.location_key), schedule.service_types
            role = role_of(schedule, place)
            named = schedule.role_key or schedule.practitioner_key or schedule.npi
            if (named and not role) or (place is None and not role):
                self.findings.add(
                    schedule.file, schedule.line, "Schedule.actor", "actor_not_found", warning=True
                )
            if role:
                self._schedules.append(
                    ImportedSchedule(
                        schedule.key, role.role, role.practitioner, role.location, "", role.zone,
                        ("in_person",), kinds,
                    )
                )  # fmt: skip
            elif place is not None:
                self._schedules.append(
                    ImportedSchedule(schedule.key, None, None, place, "", zones[place], ("in_person",), kinds)
                )

    def salvage(self, resource: dict[str, Any], file: str, line: int) -> None:
        """Keep what a resource says of danger, whatever becomes of the file."""
        found = salvaged(resource, file, line, self.risk_rule, now())
        if found:
            self.risks.append(found)

    def open_reviews(self, run: int) -> None:
        """Open a task for each code of this run that waits for a person."""
        for code in sorted(self.HELD & set(self.findings.codes)):
            open_work(
                queue="import-review",
                kind=code,
                subject=f"import:{run}",
                note=f"{self.findings.codes[code]} rows",
                due_at=now() + timedelta(days=REVIEW_DAYS),
                once=f"import-review:{run}:{code}",
            )


def role_finder(
    schedules: Sequence[PublishedSchedule], source_id: int
) -> Callable[[PublishedSchedule, int | None], RolePlace | None]:
    """Give how to find the one role a published schedule means: by its key, else who works at its place.

    Several roles and no place to tell them apart mean none: nobody's hours are guessed.
    """
    keys, people = (keys_of(source_id=source_id, kind=kind) for kind in ("role", "practitioner"))
    known = roles_at(
        source_id=source_id,
        roles=[keys[s.role_key] for s in schedules if s.role_key in keys],
        practitioners=[people[s.practitioner_key] for s in schedules if s.practitioner_key in people],
        npis=[s.npi for s in schedules if s.npi],
    )
    by_role = {place.role: place for _, place in known}

    def find(schedule: PublishedSchedule, place: int | None) -> RolePlace | None:
        if schedule.role_key in keys:
            return by_role.get(keys[schedule.role_key])
        person = people.get(schedule.practitioner_key)
        found = [
            r for npi, r in known
            if r.practitioner == person or (schedule.npi and npi == schedule.npi)
        ]  # fmt: skip
        here = [r for r in found if place is not None and r.location == place]
        return here[0] if here else found[0] if place is None and len(found) == 1 else None

    return find


def too_few(before: int, left: int, rules: Value) -> bool:
    """Say whether so many clinicians would end that a person must approve (``interop/fewer_clinicians``)."""
    return not left or (before >= rules["at_least"] and left * 100 <= before * (100 - rules["percent"]))


def _csv_path(path: str) -> Path:
    place = Path(path)
    if not place.is_file():
        raise FileProblem("file_not_found")
    return place


def _members(path: str, shelf: Shelf) -> Iterator[Any]:
    return member_rows(_csv_path(path), source=shelf.source, findings=shelf.findings, today=today())


def _practitioners(path: str, shelf: Shelf) -> Iterator[Any]:
    return practitioner_rows(_csv_path(path), findings=shelf.findings, today=today())


def _nppes(path: str, shelf: Shelf) -> Iterator[Any]:
    return nppes_rows(_csv_path(path), findings=shelf.findings)


def _slots(path: str, shelf: Shelf) -> Iterator[Any]:
    return slot_rows(_csv_path(path), findings=shelf.findings, roles=roles_by_npi())


def _links(path: str, shelf: Shelf) -> Iterator[Any]:
    return published(path, findings=shelf.findings, skipped=shelf.skipped)


def _fhir(path: str, shelf: Shelf) -> Iterator[Any]:
    mappers = people(shelf.source, today()) | DIRECTORY
    return mapped(Path(path), mappers, findings=shelf.findings, skipped=shelf.skipped, salvage=shelf.salvage)


def _answers(path: str, shelf: Shelf) -> Iterator[Any]:
    return answer_risks(Path(path), rule=shelf.risk_rule, now=now(), findings=shelf.findings)


def _plan_net(path: str, shelf: Shelf) -> Iterator[Any]:
    return mapped(Path(path), DIRECTORY, findings=shelf.findings, skipped=shelf.skipped)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is read. ``whole``: of these the file has all, so what it leaves out has ended.

    ``persons``: it holds members. ``folder``: several files may belong together.
    """

    read: Callable[[str, Shelf], Iterator[Any]]
    says: str
    source_kind: str = "plan"
    whole: Literal["", "roles", "slots"] = ""
    persons: bool = False
    folder: bool = False


KINDS: dict[str, Kind] = {
    "members": Kind(_members, "members and coverage, CSV", persons=True),
    "practitioners": Kind(_practitioners, "a whole roster of practitioners, CSV", whole="roles"),
    "fhir": Kind(
        _fhir, "members, coverage and network, FHIR R4 NDJSON, a file or folder", persons=True, folder=True
    ),
    "plan-net": Kind(_plan_net, "a whole directory, Da Vinci Plan-Net NDJSON", whole="roles", folder=True),
    "nppes": Kind(_nppes, "the national registry's dissemination file, CSV", source_kind="registry"),
    "slots": Kind(_slots, "bookable time by NPI, CSV"),
    "answers": Kind(
        _answers,
        "answers to questionnaires, CSV or HL7 v2 ORU: those that speak of danger call a person",
        persons=True,
        folder=True,
    ),
    "scheduling-links": Kind(
        _links,
        "a SMART Scheduling Links publisher, folder or address",
        source_kind="aggregator",
        whole="slots",
        folder=True,
    ),
}
