"""Load members and coverage in bulk: one COPY into a temporary table, then set by set into place.

Somebody is found again by what the source calls them, else by member number and birth date. Nobody is ever
merged here: likely doubles go to a person (``duplicates`` queue), and a number that means somebody else is
held (``import-review``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from switchboard.members.core.identity import Person, another, likeness
from switchboard.members.core.roster import ImportedCoverage, ImportedMember, Refusal
from switchboard.members.models import DuplicateCandidate
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import record
from switchboard.platform.clock import now, today
from switchboard.platform.outbox import tell
from switchboard.platform.staging import Spool, Stage, ask, count, flow, put
from switchboard.platform.worklist import open_work
from switchboard.rulebook.rules import rule

PEOPLE = (
    ("file", "text"), ("line", "int"), ("key", "text"), ("member_number", "text"), ("family_name", "text"),
    ("given_name", "text"), ("birth_date", "date"), ("preferred_name", "text"), ("pronouns", "text"),
    ("sex", "text"), ("language", "text"), ("time_zone", "text"), ("address_line", "text"), ("city", "text"),
    ("state", "text"), ("zip5", "text"), ("county_fips", "text"), ("latitude", "float8"),
    ("longitude", "float8"), ("deceased_on", "date"), ("phones", "text[]"), ("emails", "text[]"),
)  # fmt: skip
PERIODS = (
    ("file", "text"), ("line", "int"), ("key", "text"), ("member_key", "text"), ("line_of_business", "text"),
    ("starts", "date"), ("ends", "date"), ("plan_name", "text"), ("subscriber_number", "text"),
)  # fmt: skip
SAID = (
    "family_name", "given_name", "preferred_name", "pronouns", "sex", "language", "time_zone", "address_line",
    "city", "state", "zip5", "county_fips",
)  # fmt: skip
KNOWN = ("birth_date", "latitude", "longitude", "deceased_on")
REVIEW_DAYS = 5


@dataclass(slots=True)
class Loaded:
    """What a load did: rows by kind (``members_added`` ...), and the rows it refused."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: Spool[Refusal] = field(default_factory=lambda: Spool(Refusal))
    remarks: Spool[Refusal] = field(default_factory=lambda: Spool(Refusal))


class MemberImport:
    """Takes rows one by one inside a transaction; :meth:`finish` puts them in place."""

    def __init__(self, *, source: str, by: Viewer) -> None:
        self.source, self.by = source, by
        self._people: Stage | None = None
        self._periods: Stage | None = None

    def add(self, row: ImportedMember | ImportedCoverage) -> None:
        """Take a person or a coverage period; their order does not matter."""
        if isinstance(row, ImportedMember):
            self._people = self._people or Stage("load_member", PEOPLE)
            self._people.add(row)
        else:
            self._periods = self._periods or Stage("load_coverage", PERIODS)
            self._periods.add(row)

    def finish(self) -> Loaded:
        """Put everything in place and tell about it."""
        done = Loaded()
        put("DROP TABLE IF EXISTS pg_temp.load_held")
        put("CREATE TEMPORARY TABLE load_held (key text) ON COMMIT DROP")
        if self._people:
            self._people.flush()
            _place_people(self.source, done)
        if self._periods:
            self._periods.flush()
            _place_periods(self.source, done)
        if done.counts:
            record(
                viewer=self.by,
                action="write",
                data_class=DataClass.IDENTITY,
                member_id=None,
                what="bulk load",
            )
            tell("members.imported", {"source": self.source, **done.counts})
        return done


@transaction.atomic
def import_members(*, rows: Iterable[ImportedMember | ImportedCoverage], source: str, by: Viewer) -> Loaded:
    """Load people and their coverage from one source; the same rows twice change nothing.

    Rows that cannot be taken come back in ``refused`` with their file and line; the caller decides whether
    the good ones stay (roll back otherwise).
    """
    load = MemberImport(source=source, by=by)
    for row in rows:
        load.add(row)
    return load.finish()


def members_by_key(*, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Give the members a source's keys mean, following merges; unknown keys are left out."""
    rows = ask(
        "SELECT k.key, coalesce(m.merged_into_id, m.id) FROM members_memberkey k"
        " JOIN members_member m ON m.id = k.member_id WHERE k.source = %s AND k.key = ANY(%s)",
        [source, list(keys)],
    )
    return dict(rows)


def members_by_number(*, numbers: Iterable[str]) -> dict[str, tuple[int, date]]:
    """Give whom the plan's own numbers mean, following merges, with birth dates; unknown are left out."""
    rows = ask(
        "SELECT m.member_number, coalesce(m.merged_into_id, m.id), m.birth_date FROM members_member m"
        " WHERE m.member_number = ANY(%s)",
        [list(numbers)],
    )
    return {number: (member, born) for number, member, born in rows}


def _place_people(source: str, done: Loaded) -> None:
    put("CREATE INDEX ON load_member (key)")
    done.remarks += _hold(TWO_PEOPLE, renamed=False)
    twice = "DELETE FROM load_member a USING load_member b WHERE a.key = b.key AND a.seq < b.seq"
    # A roster with a row for each coverage names the person again: that is no remark.
    put(
        f"{twice} AND (a.family_name, a.given_name, a.birth_date)"
        " = (b.family_name, b.given_name, b.birth_date)"
    )
    done.remarks += _refused(twice, "", "twice_in_file")
    put("ALTER TABLE load_member ADD member_id bigint, ADD fresh boolean NOT NULL DEFAULT false")
    put("CREATE INDEX ON load_member (member_number)")
    put("ANALYZE load_member (key, member_number, birth_date)")
    put(
        "UPDATE load_member s SET member_id = coalesce(m.merged_into_id, m.id)"
        " FROM members_memberkey k JOIN members_member m ON m.id = k.member_id"
        " WHERE k.source = %s AND k.key = s.key",
        [source],
    )
    done.remarks += _hold(OTHERS, renamed=True)
    done.remarks += _hold(NUMBERED, renamed=False)
    put(
        "UPDATE load_member s SET member_id = coalesce(m.merged_into_id, m.id) FROM members_member m"
        " WHERE s.member_id IS NULL AND m.member_number = s.member_number AND m.birth_date = s.birth_date"
    )
    taken = (
        "DELETE FROM load_member a USING members_member m WHERE m.member_number = a.member_number"
        " AND a.member_id IS DISTINCT FROM coalesce(m.merged_into_id, m.id)",
        "DELETE FROM load_member a USING load_member b WHERE a.member_number = b.member_number"
        " AND a.seq > b.seq",
    )
    for statement in taken:
        done.refused += _refused(statement, "member_number", "member_number_taken")
    total = ask("SELECT count(*) FROM load_member")[0][0]
    changed = _change_people()
    added = _add_people()
    put(
        "INSERT INTO members_memberkey (source, key, member_id) SELECT %s, s.key, s.member_id"
        " FROM load_member s LEFT JOIN members_memberkey k ON k.source = %s AND k.key = s.key"
        " WHERE k.id IS NULL ON CONFLICT (source, key) DO NOTHING",
        [source, source],
    )
    for kind, column in (("phone", "phones"), ("email", "emails")):
        put(
            "INSERT INTO members_contactroute"
            " (member_id, kind, value, rank, may_text, may_leave_message, discreet, confidential)"
            " SELECT s.member_id, %s, said.value, said.rank, false, false, true, false"
            f" FROM load_member s CROSS JOIN LATERAL unnest(s.{column}) WITH ORDINALITY AS said(value, rank)"
            " LEFT JOIN members_contactroute r ON r.member_id = s.member_id AND r.kind = %s"
            " AND r.value = said.value WHERE r.id IS NULL ORDER BY said.rank, s.seq"
            " ON CONFLICT (member_id, kind, value) DO NOTHING",
            [kind, kind],
        )
    maybe = _find_doubles()
    done.counts |= {
        "members_added": added,
        "members_changed": changed,
        "members_unchanged": total - added - changed,
        "maybe_duplicates": maybe,
    }


#: Pairs of a key's two people; the first is the one believed so far.
TWO_PEOPLE = """
SELECT s.key, f.given_name, f.birth_date, s.given_name, s.birth_date
  FROM (SELECT DISTINCT ON (key) * FROM load_member WHERE key IN (
    SELECT key FROM load_member GROUP BY key
    HAVING (min(given_name), min(birth_date)) IS DISTINCT FROM (max(given_name), max(birth_date)))
    ORDER BY key, seq) f
  JOIN load_member s ON s.key = f.key"""
OTHERS = """
SELECT s.key, m.given_name, m.birth_date, s.given_name, s.birth_date
  FROM load_member s JOIN members_member m ON m.id = s.member_id AND m.birth_date <> s.birth_date"""
NUMBERED = """
SELECT s.key, m.given_name, m.birth_date, s.given_name, s.birth_date
  FROM load_member s JOIN members_member m ON m.member_number = s.member_number
  AND m.birth_date = s.birth_date AND upper(m.given_name) <> upper(s.given_name)
  WHERE s.member_id IS NULL"""


def _hold(pairs: str, *, renamed: bool) -> Iterable[Refusal]:
    """Hold the keys that mean two people, whoever they are: nobody is written over. Their cover waits too."""
    rules = rule("members/likeness").on(today())
    keys = {key for key, *two in ask(pairs) if another(*two, rules=rules, renamed=renamed)}
    if not keys:
        return ()
    put("INSERT INTO load_held (key) SELECT unnest(%s::text[])", [sorted(keys)])
    held = "DELETE FROM load_member a USING load_held h WHERE h.key = a.key"
    return _refused(held, "member_number", "maybe_other_person")


def _refused(statement: str, column: str, code: str) -> Iterator[Refusal]:
    gone = f"WITH gone AS ({statement} RETURNING a.file, a.line) SELECT file, line FROM gone ORDER BY 1, 2"
    return (Refusal(file, line, column, code) for file, line in flow(gone))


def _change_people() -> int:
    """Write what is said and differs; what is not said stays as it is."""
    said = [f"{c} = CASE WHEN s.{c} IN ('', 'unknown') THEN m.{c} ELSE s.{c} END" for c in SAID]
    known = [f"{c} = coalesce(s.{c}, m.{c})" for c in KNOWN]
    differs = [f"(s.{c} NOT IN ('', 'unknown') AND s.{c} <> m.{c})" for c in SAID]
    differs += [f"(s.{c} IS NOT NULL AND s.{c} IS DISTINCT FROM m.{c})" for c in KNOWN]
    return put(
        f"UPDATE members_member m SET updated_at = %s, {', '.join([*said, *known])}"
        f" FROM load_member s WHERE s.member_id = m.id AND ({' OR '.join(differs)})",
        [now()],
    )


def _add_people() -> int:
    columns = [*SAID, *KNOWN]
    given = [
        "coalesce(nullif(s.language, ''), 'en')" if c == "language"
        else "coalesce(nullif(s.time_zone, ''), 'America/New_York')" if c == "time_zone"
        else f"s.{c}"
        for c in columns
    ]  # fmt: skip
    put(
        "UPDATE load_member SET fresh = true,"
        " member_id = nextval(pg_get_serial_sequence('members_member', 'id')) WHERE member_id IS NULL"
    )
    return put(
        "INSERT INTO members_member (id, public_id, member_number, needs_interpreter, synthetic, created_at,"
        f" updated_at, {', '.join(columns)}) SELECT s.member_id, gen_random_uuid(), s.member_number, false,"
        f" false, %s, %s, {', '.join(given)} FROM load_member s WHERE s.fresh ORDER BY s.member_id",
        [now(), now()],
    )


PAIRS = """
WITH fresh AS (SELECT member_id AS id, family_name, given_name, birth_date FROM load_member WHERE fresh),
pairs AS (
  SELECT f.id AS one, m.id AS other FROM fresh f JOIN members_member m
    ON upper(m.family_name) = upper(f.family_name) AND m.birth_date = f.birth_date
  UNION
  SELECT f.id, m.id FROM fresh f JOIN members_contactroute r ON r.member_id = f.id
    JOIN members_contactroute o ON o.value = r.value AND o.member_id <> f.id
    JOIN members_member m ON m.id = o.member_id
    AND (m.birth_date = f.birth_date OR upper(m.given_name) = upper(f.given_name))
)
SELECT DISTINCT least(one, other), greatest(one, other) FROM pairs WHERE one <> other
"""


def _find_doubles() -> int:
    """Put every pair that may be one person before a person; give how many are new."""
    pairs = ask(PAIRS)
    if not pairs:
        return 0
    people = _people({number for pair in pairs for number in pair})
    rules = rule("members/likeness").on(today())
    found = 0
    for left, right in pairs:
        decision = likeness(people[left], people[right], rules)
        if decision.outcome == "different":
            continue
        candidate, made = DuplicateCandidate.objects.get_or_create(
            left_id=left,
            right_id=right,
            defaults={
                "likeness": decision.because[0].params["score"],
                "because": [reason.as_json() for reason in decision.because],
                "found_at": now(),
            },
        )
        if made:
            found += 1
            open_work(
                queue="duplicates",
                kind="maybe_same_person",
                subject=f"duplicate:{candidate.id}",
                due_at=now() + timedelta(days=REVIEW_DAYS),
                once=f"duplicate:{left}:{right}",
            )
    return found


def _people(numbers: set[int]) -> dict[int, Person]:
    rows = ask(
        "SELECT m.id, family_name, given_name, birth_date, sex, zip5, array_remove(array_agg(r.value), NULL)"
        " FROM members_member m LEFT JOIN members_contactroute r ON r.member_id = m.id"
        " WHERE m.id = ANY(%s) GROUP BY m.id",
        [list(numbers)],
    )
    return {row[0]: Person(row[1], row[2], row[3], row[4], row[5], frozenset(row[6])) for row in rows}


def _place_periods(source: str, done: Loaded) -> None:
    done.remarks += _refused(
        "DELETE FROM load_coverage a USING load_coverage b WHERE a.key = b.key AND a.seq < b.seq",
        "",
        "twice_in_file",
    )
    done.remarks += _refused(
        "DELETE FROM load_coverage a USING (SELECT DISTINCT key FROM load_held) h WHERE h.key = a.member_key",
        "beneficiary",
        "maybe_other_person",
    )
    put("ALTER TABLE load_coverage ADD member_id bigint")
    put("ANALYZE load_coverage")
    put(
        "UPDATE load_coverage s SET member_id = coalesce(m.merged_into_id, m.id)"
        " FROM members_memberkey k JOIN members_member m ON m.id = k.member_id"
        " WHERE k.source = %s AND k.key = s.member_key",
        [source],
    )
    done.refused += _refused(
        "DELETE FROM load_coverage a WHERE a.member_id IS NULL", "beneficiary", "member_not_found"
    )
    added, changed = count(
        "INSERT INTO members_coverage AS c"
        " (member_id, line_of_business, plan_name, period, subscriber_number, source_key)"
        " SELECT s.member_id, s.line_of_business, s.plan_name, daterange(starts, ends), s.subscriber_number,"
        " s.key FROM load_coverage s LEFT JOIN members_coverage o ON o.source_key = s.key"
        " WHERE o.id IS NULL OR (o.member_id, o.line_of_business, o.plan_name, o.period, o.subscriber_number)"
        " IS DISTINCT FROM (s.member_id, s.line_of_business, s.plan_name, daterange(starts, ends),"
        " s.subscriber_number) ORDER BY s.seq ON CONFLICT (source_key) DO UPDATE SET"
        " member_id = excluded.member_id, line_of_business = excluded.line_of_business,"
        " plan_name = excluded.plan_name, period = excluded.period,"
        " subscriber_number = excluded.subscriber_number"
        " WHERE (c.member_id, c.line_of_business, c.plan_name, c.period, c.subscriber_number)"
        " IS DISTINCT FROM (excluded.member_id, excluded.line_of_business, excluded.plan_name,"
        " excluded.period, excluded.subscriber_number) RETURNING c.xmax = 0 AS new"
    )
    total = ask("SELECT count(*) FROM load_coverage")[0][0]
    done.counts |= {
        "coverages_added": added,
        "coverages_changed": changed,
        "coverages_unchanged": total - added - changed,
    }
