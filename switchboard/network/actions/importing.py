"""Import the network from one source in bulk: stage, find each record again, put in place, keep the evidence.

One practitioner has one record however many sources name them: found by NPI, else by what the source calls
them; the same name and licence under another key goes to a person. A better source (lower rank) keeps its
word on a field; every source's word is evidence, due again by ``network/directory_verification``.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from switchboard.network.actions.placing import NAMED_ROLES, NetworkImported, Telling, place_all
from switchboard.network.actions.stages import STAGES
from switchboard.network.core.evidence import due_again
from switchboard.network.core.listing import Imported, ImportedPractitioner, ImportedRole
from switchboard.network.core.taxonomy import Calling, calling
from switchboard.network.models import Source
from switchboard.platform.access import Viewer
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.platform.staging import Stage, ask, put
from switchboard.rulebook.rules import rule

RANKS = {"registry": 10, "plan": 20}
OTHER_RANK = 50


def source_named(*, name: str, kind: str) -> Source:
    """Give the source of this name, made on first sight with its kind; an old one keeps its own."""
    found, _ = Source.objects.get_or_create(
        name=name, defaults={"kind": kind, "rank": RANKS.get(kind, OTHER_RANK)}
    )
    return found


def clinicians_of(source: str) -> int:
    """Give how many practitioners of a source have a role in force."""
    rows = ask(
        "SELECT count(DISTINCT practitioner_id) FROM network_practitionerrole r"
        " JOIN network_source s ON s.id = r.source_id WHERE s.name = %s AND r.active",
        [source],
    )
    return int(rows[0][0])


class NetworkImport:
    """Takes rows one by one inside a transaction; :meth:`finish` puts them in place.

    ``whole``: the file is all the source has, so roles it no longer names end (never delete).
    """

    def __init__(self, *, source: str, kind: str, by: Viewer, whole: bool = False) -> None:
        self.source = source_named(name=source, kind=kind)
        self.by, self.whole = by, whole
        self.method = "registry" if self.source.kind == "registry" else "import"
        self._stages: dict[type, Stage] = {}
        self._callings: dict[tuple[str, ...], Calling] = {}
        self._taxonomies = rule("network/behavioral_taxonomies").on(today())

    def add(self, row: Imported) -> None:
        """Take a row; their order does not matter."""
        values: tuple[Any, ...] = row
        if isinstance(row, ImportedPractitioner):
            said = self._said_by(row.taxonomies)
            values += (said.profession, said.behavioral, said.prescribes)
        elif isinstance(row, ImportedRole):
            values += (tuple(self._said_by(row.taxonomies).treats),)
        self._stage(type(row)).add(values)

    def _stage(self, kind: type) -> Stage:
        """Give the stage of a kind of row: made once, for making it again would drop what it holds."""
        stage = self._stages.get(kind)
        if stage is None:
            stage = self._stages[kind] = Stage(*STAGES[kind])
        return stage

    def _said_by(self, taxonomies: tuple[str, ...]) -> Calling:
        if taxonomies not in self._callings:
            self._callings[taxonomies] = calling(taxonomies, self._taxonomies)
        return self._callings[taxonomies]

    def finish(self) -> NetworkImported:
        """Put everything in place and tell about it."""
        done = NetworkImported()
        for kind in STAGES:  # an empty stage keeps the statements simple
            self._stage(kind).flush()
        self._learn_from_roles()
        at = now()
        telling = Telling(
            self.source.pk,
            self.source.rank,
            self.method,
            at,
            due_again(at, rule("network/directory_verification").on(today())),
        )
        place_all(telling, whole=self.whole, done=done)
        if done.roles:
            named = done.roles if len(done.roles) <= NAMED_ROLES else None
            tell("roles.changed", {"source": telling.source, "role_ids": named})
        return done

    def _learn_from_roles(self) -> None:
        """Where a source gives taxonomy codes with the role only, take them as the practitioner's."""
        put("CREATE INDEX ON load_practitioner (key)")
        put("ANALYZE load_practitioner, load_role")
        put(
            "UPDATE load_practitioner p SET taxonomies = r.codes FROM (SELECT practitioner_key,"
            " array_agg(DISTINCT code)::varchar[] AS codes FROM load_role, unnest(specialties) AS code"
            " GROUP BY practitioner_key) r WHERE r.practitioner_key = p.key AND cardinality(p.taxonomies) = 0"
        )
        for (codes,) in ask("SELECT DISTINCT taxonomies FROM load_practitioner WHERE profession = ''"):
            said = self._said_by(tuple(codes))
            if said.behavioral:
                put(
                    "UPDATE load_practitioner SET profession = %s, behavioral = true, prescribes = %s"
                    " WHERE profession = '' AND taxonomies = %s::varchar[]",
                    [said.profession, said.prescribes, codes],
                )


@transaction.atomic
def import_network(
    *, rows: Iterable[Imported], source: str, kind: str, by: Viewer, whole: bool = False
) -> NetworkImported:
    """Import rows of one source; the same rows twice change nothing. See :class:`NetworkImport`."""
    load = NetworkImport(source=source, kind=kind, by=by, whole=whole)
    for row in rows:
        load.add(row)
    return load.finish()
