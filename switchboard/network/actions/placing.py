"""Put a staged network import in place, set by set. Statements are put together from our own column names."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from switchboard.platform.staging import Spool, ask, count, flow, put

NAMED_ROLES = 5_000  # roles one event names; beyond that the match reloads the source

# What each kind's record says of itself: columns that a source's word may change.
SAID = {
    "organization": ("name", "phone", "active"),
    "location": (
        "name", "address_line", "city", "state", "zip5", "county_fips", "latitude", "longitude", "time_zone",
        "phone", "accessible",
    ),
    "practitioner": (
        "family_name", "given_name", "credential", "gender", "languages", "backgrounds", "taxonomies",
        "profession", "behavioral", "prescribes", "active",
    ),
    "role": (
        "specialties", "treats", "levels_of_care", "modalities", "lines_of_business", "age_min", "age_max",
        "accepting_new", "panel_capacity", "active",
    ),
}  # fmt: skip
# What evidence is kept of, and the columns each word speaks of. An address or a name is one word: a street of
# one source and a ZIP code of another would be a place that nobody has named.
ADDRESS = ("address_line", "city", "state", "zip5", "county_fips", "latitude", "longitude", "time_zone")
EVIDENT: dict[str, dict[str, tuple[str, ...]]] = {
    "organization": {c: (c,) for c in ("name", "phone", "active")},
    "location": {"name": ("name",), "address": ADDRESS, "phone": ("phone",), "accessible": ("accessible",)},
    "practitioner": {"name": ("family_name", "given_name")}
    | {c: (c,) for c in ("credential", "gender", "languages", "backgrounds", "taxonomies", "active")},
    "role": {c: (c,) for c in SAID["role"]},
}
TABLES = {
    "organization": "network_organization",
    "location": "network_location",
    "practitioner": "network_practitioner",
    "role": "network_practitionerrole",
}
STAMPED = ("practitioner", "role")
LISTS = frozenset(
    {"languages", "backgrounds", "taxonomies", "specialties", "treats", "levels_of_care", "modalities",
     "lines_of_business"}
)  # fmt: skip
TEXTS = frozenset(
    {"name", "phone", "address_line", "city", "state", "zip5", "county_fips", "time_zone", "family_name",
     "given_name", "credential", "gender", "profession"}
)  # fmt: skip


class Refused(NamedTuple):
    """A row that was not taken (or taken with a remark), and the code of why."""

    file: str
    line: int
    column: str
    code: str


@dataclass(slots=True)
class NetworkImported:
    """What an import did: rows by kind and outcome, refusals, remarks, and the roles it touched."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: Spool[Refused] = field(default_factory=lambda: Spool(Refused))
    remarks: Spool[Refused] = field(default_factory=lambda: Spool(Refused))
    roles: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Telling:
    """Who says it, how, and when it is due again: the same for every row of one import."""

    source: int
    rank: int
    method: str
    at: datetime
    due: datetime


def place_all(telling: Telling, *, whole: bool, done: NetworkImported) -> None:
    """Place organizations, locations, practitioners, licences and roles: what is pointed to comes first."""
    for kind in ("organization", "location", "practitioner", "role"):
        if kind != "practitioner":  # its index is there: its codes were looked up in the roles
            put(f"CREATE INDEX ON load_{kind} (key)")
        put(f"ALTER TABLE load_{kind} ADD id bigint, ADD fresh boolean NOT NULL DEFAULT false")
    put("CREATE INDEX ON load_licence (practitioner_key)")
    _find("organization", telling)
    _place("organization", telling, done, "")
    put("ALTER TABLE load_location ADD organization_id bigint")
    _point("load_location", "organization", telling)
    _find("location", telling)
    _place("location", telling, done, "organization_id")
    _hold_look_alikes(telling, done)
    _find("practitioner", telling)
    _place("practitioner", telling, done, "npi")
    _place_licences(telling, done)
    _place_roles(telling, whole, done)


def _refused(statement: str, column: str, code: str) -> Iterator[Refused]:
    gone = f"WITH gone AS ({statement} RETURNING a.file, a.line) SELECT file, line FROM gone ORDER BY 1, 2"
    return (Refused(file, line, column, code) for file, line in flow(gone))


def _has_npi(kind: str) -> bool:
    return kind in ("organization", "practitioner")


def _find(kind: str, telling: Telling) -> None:
    """Find records known by NPI or by the source's key; give the others a number."""
    put(f"DELETE FROM load_{kind} a USING load_{kind} b WHERE a.key = b.key AND a.seq < b.seq")
    if _has_npi(kind):
        put(f"UPDATE load_{kind} s SET id = t.id FROM {TABLES[kind]} t WHERE t.npi = s.npi")
    if kind != "role":  # a role is who, where and under whom: its key may move on to another place
        put(
            f"UPDATE load_{kind} s SET id = k.subject_id FROM network_networkkey k"
            " WHERE s.id IS NULL AND k.source_id = %s AND k.kind = %s AND k.key = s.key",
            [telling.source, kind],
        )
    one = "coalesce(s.npi, 'key ' || s.key)" if _has_npi(kind) else "s.key"
    put(
        f"WITH new AS (SELECT one, nextval(pg_get_serial_sequence('{TABLES[kind]}', 'id')) AS id FROM"
        f" (SELECT {one} AS one, min(seq) AS first FROM load_{kind} s WHERE id IS NULL"
        " GROUP BY 1 ORDER BY 2) n)"
        f" UPDATE load_{kind} s SET id = new.id, fresh = true FROM new WHERE s.id IS NULL AND new.one = {one}"
    )
    put(f"CREATE INDEX ON load_{kind} (id)")
    put(f"ANALYZE load_{kind}")
    put(
        "INSERT INTO network_networkkey (source_id, kind, key, subject_id)"
        f" SELECT %s, %s, s.key, s.id FROM load_{kind} s LEFT JOIN network_networkkey k"
        " ON k.source_id = %s AND k.kind = %s AND k.key = s.key WHERE k.subject_id IS DISTINCT FROM s.id"
        " ON CONFLICT (source_id, kind, key) DO UPDATE SET subject_id = excluded.subject_id"
        " WHERE network_networkkey.subject_id <> excluded.subject_id",
        [telling.source, kind, telling.source, kind],
    )


def _latest(kind: str) -> str:
    """Give each record's last row in the file."""
    return f"(SELECT DISTINCT ON (id) * FROM load_{kind} ORDER BY id, seq DESC)"


def _given(column: str) -> str:
    """Give what a new record starts with where the source says nothing."""
    if column == "time_zone":
        return "coalesce(nullif(s.time_zone, ''), 'America/New_York')"
    if column == "gender":
        return "coalesce(nullif(s.gender, ''), 'unknown')"
    return {
        "age_min": "coalesce(s.age_min, 0)",
        "age_max": "coalesce(s.age_max, 120)",
        "accepting_new": "coalesce(s.accepting_new, false)",
    }.get(column, f"s.{column}")


def _is_said(column: str) -> str:
    if column in LISTS:
        return f"cardinality(s.{column}) > 0"
    return f"s.{column} <> ''" if column in TEXTS else f"s.{column} IS NOT NULL"


def _place(kind: str, telling: Telling, done: NetworkImported, extra: str) -> None:
    """Add new records, change those a source we believe says otherwise of, keep the evidence."""
    table, columns = TABLES[kind], SAID[kind]
    names = [*columns, *([extra] if extra else []), *(["npi"] if kind == "organization" else [])]
    names += ["updated_at"] if kind in STAMPED else []
    values = [_given(c) if c in columns else "%s" if c == "updated_at" else f"s.{c}" for c in names]
    added = put(
        f"INSERT INTO {table} (id, {', '.join(names)}) SELECT s.id, {', '.join(values)}"
        f" FROM {_latest(kind)} s WHERE s.fresh",
        [telling.at] if kind in STAMPED else [],
    )
    _keep_evidence(kind, telling)
    changed = _change(kind, telling)
    total = ask(f"SELECT count(DISTINCT id) FROM load_{kind}")[0][0]
    done.counts |= {
        f"{kind}s_added": added,
        f"{kind}s_changed": len(changed),
        f"{kind}s_unchanged": total - added - len(changed),
    }


def _change(kind: str, telling: Telling) -> list[int]:
    """Write each field this source says otherwise; where others have spoken of it, the word that is believed.

    The order of belief is that of ``core.evidence.believed``: in date, then lower rank, then later.
    """
    put("CREATE TEMPORARY TABLE IF NOT EXISTS load_believed (id bigint, words jsonb) ON COMMIT DROP")
    put("TRUNCATE load_believed")
    put(
        "INSERT INTO load_believed SELECT subject_id, jsonb_object_agg(part.key, part.value) FROM ("
        " SELECT DISTINCT ON (e.subject_id, e.field) e.subject_id, e.field, e.value"
        " FROM network_fieldevidence e JOIN network_source o ON o.id = e.source_id"
        f" WHERE e.kind = %s AND e.value IS NOT NULL AND (e.subject_id, e.field) IN"
        " (SELECT x.subject_id, x.field FROM network_fieldevidence x"
        f" JOIN load_{kind} s ON s.id = x.subject_id AND NOT s.fresh"
        " WHERE x.kind = %s AND x.source_id <> %s)"
        " ORDER BY e.subject_id, e.field, e.due_at <= %s, o.rank, e.verified_at DESC, o.id) w"
        " CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(w.value) = 'object' THEN w.value"
        " ELSE jsonb_build_object(w.field, w.value) END) part GROUP BY subject_id",
        [kind, kind, telling.source, telling.at],
    )
    put("ANALYZE load_believed")
    table, columns = TABLES[kind], SAID[kind]
    new = {c: _word(c, kind) for c in columns}
    stamp = ["updated_at = %s"] if kind in STAMPED else []
    rows = ask(
        f"UPDATE {table} t SET {', '.join([f'{c} = v.{c}' for c in columns] + stamp)}"
        f" FROM (SELECT t.id, {', '.join(f'{new[c]} AS {c}' for c in columns)}"
        f" FROM {table} t JOIN {_latest(kind)} s ON s.id = t.id AND NOT s.fresh"
        " LEFT JOIN load_believed b ON b.id = t.id"
        f" LEFT JOIN LATERAL jsonb_populate_record(NULL::{table}, b.words) w ON true) v"
        f" WHERE v.id = t.id AND ({', '.join(f't.{c}' for c in columns)})"
        f" IS DISTINCT FROM ({', '.join(f'v.{c}' for c in columns)}) RETURNING t.id",
        [telling.at] if stamp else [],
    )
    return [row[0] for row in rows]


def _word(column: str, kind: str) -> str:
    """Give what a field becomes: what is believed of several words, else what is said, else what it was."""
    said = f"WHEN {_is_said(column)} THEN s.{column} ELSE t.{column} END"
    if any(column in columns for columns in EVIDENT[kind].values()):
        return f"CASE WHEN b.words ? '{column}' THEN w.{column} {said}"
    return f"CASE {said}"


def _keep_evidence(kind: str, telling: Telling) -> None:
    """Write down what the source said of each field; an unchanged word within a day is the same word."""
    said = ", ".join(f"('{name}', {_as_evidence(columns)})" for name, columns in EVIDENT[kind].items())
    put(
        "INSERT INTO network_fieldevidence AS e"
        " (kind, subject_id, field, source_id, method, value, verified_at, due_at)"
        f" SELECT %s, s.id, f.field, %s, %s, f.value, %s, %s FROM {_latest(kind)} s"
        f" CROSS JOIN LATERAL (VALUES {said}) AS f(field, value) LEFT JOIN network_fieldevidence o"
        " ON o.kind = %s AND o.subject_id = s.id AND o.field = f.field AND o.source_id = %s"
        " WHERE f.value IS NOT NULL AND (o.id IS NULL OR o.value IS DISTINCT FROM f.value"
        " OR o.verified_at < %s - interval '1 day')"
        " ON CONFLICT (kind, subject_id, field, source_id) DO UPDATE SET value = excluded.value,"
        " method = excluded.method, verified_at = excluded.verified_at, due_at = excluded.due_at",
        [kind, telling.source, telling.method, telling.at, telling.due, kind, telling.source, telling.at],
    )


def _as_evidence(columns: tuple[str, ...]) -> str:
    """Give what a row says of some columns as one value: alone as it is, several by name, nothing as NULL."""
    if len(columns) == 1:
        return f"CASE WHEN {_is_said(columns[0])} THEN to_jsonb(s.{columns[0]}) END"
    said = ", ".join(f"'{c}', CASE WHEN {_is_said(c)} THEN to_jsonb(s.{c}) END" for c in columns)
    return f"nullif(jsonb_strip_nulls(jsonb_build_object({said})), '{{}}')"


#: Whose word stands behind the rest of a record where rows are loaded with one verification each.
VERIFIED = {
    "practitioner": "w.kind = 'practitioner' AND w.subject_id = s.id AND w.field = 'languages'",
    "role": "w.kind = 'role' AND w.subject_id = s.id AND w.field = 'accepting_new'",
    "location": "w.kind = 'role' AND w.field = 'accepting_new' AND w.subject_id ="
    " (SELECT min(r.id) FROM network_practitionerrole r WHERE r.location_id = s.id)",
}


def spread_evidence() -> int:
    """Let each verification speak for every field of its record, as one telephone call would; give how many.

    For rows loaded in bulk: a licence is known by whoever knew the NPI.
    """
    done = 0
    for kind, known in VERIFIED.items():
        said = ", ".join(f"('{name}', {_as_evidence(columns)})" for name, columns in EVIDENT[kind].items())
        done += put(
            "INSERT INTO network_fieldevidence"
            " (kind, subject_id, field, source_id, method, value, verified_at, due_at)"
            f" SELECT '{kind}', s.id, f.field, w.source_id, w.method, f.value, w.verified_at, w.due_at"
            f" FROM {TABLES[kind]} s JOIN network_fieldevidence w ON {known}"
            f" CROSS JOIN LATERAL (VALUES {said}) AS f(field, value) WHERE f.value IS NOT NULL"
            " ORDER BY s.id, w.source_id, f.field ON CONFLICT (kind, subject_id, field, source_id) DO NOTHING"
        )
    return done + put(
        "INSERT INTO network_fieldevidence"
        " (kind, subject_id, field, source_id, method, value, verified_at, due_at)"
        " SELECT 'licence', l.id, 'licence', w.source_id, w.method,"
        " jsonb_strip_nulls(jsonb_build_object('status', l.status, 'kind', nullif(l.kind, ''),"
        " 'starts', lower(l.period), 'ends', upper(l.period))), w.verified_at, w.due_at"
        " FROM network_licence l JOIN network_fieldevidence w ON w.kind = 'practitioner'"
        " AND w.subject_id = l.practitioner_id AND w.field = 'npi' ORDER BY l.id, w.source_id"
        " ON CONFLICT (kind, subject_id, field, source_id) DO NOTHING"
    )


def _point(stage: str, kind: str, telling: Telling) -> None:
    """Turn the source's key for a record into its number."""
    put(
        f"UPDATE {stage} s SET {kind}_id = k.subject_id FROM network_networkkey k"
        f" WHERE k.source_id = %s AND k.kind = %s AND k.key = s.{kind}_key",
        [telling.source, kind],
    )


def _hold_look_alikes(telling: Telling, done: NetworkImported) -> None:
    """Hold a row without NPI whose name and licence are those of somebody known under another key."""
    done.remarks += _refused(
        "DELETE FROM load_practitioner a USING load_licence l, network_licence k, network_practitioner p"
        " WHERE a.npi IS NULL AND l.practitioner_key = a.key AND k.state = l.state AND k.number = l.number"
        " AND p.id = k.practitioner_id AND upper(p.family_name) = upper(a.family_name)"
        " AND NOT EXISTS (SELECT 1 FROM network_networkkey n WHERE n.kind = 'practitioner'"
        f" AND n.source_id = {telling.source:d} AND n.key = a.key)",
        "license",
        "maybe_same_practitioner",
    )


def _place_licences(telling: Telling, done: NetworkImported) -> None:
    put("ALTER TABLE load_licence ADD practitioner_id bigint")
    _point("load_licence", "practitioner", telling)
    put("ANALYZE load_licence")
    added, changed = count(
        "INSERT INTO network_licence AS l (practitioner_id, state, number, kind, period, status)"
        " SELECT DISTINCT ON (practitioner_id, state, number) practitioner_id, state, number, kind,"
        " CASE WHEN starts IS NULL AND ends IS NULL THEN NULL ELSE daterange(starts, ends) END, status"
        " FROM load_licence WHERE practitioner_id IS NOT NULL"
        " ORDER BY practitioner_id, state, number, seq DESC"
        " ON CONFLICT (practitioner_id, state, number) DO UPDATE SET"
        " kind = CASE WHEN excluded.kind = '' THEN l.kind ELSE excluded.kind END,"
        " period = coalesce(excluded.period, l.period), status = excluded.status"
        " WHERE (excluded.kind <> '' AND excluded.kind <> l.kind) OR excluded.status <> l.status"
        " OR (excluded.period IS NOT NULL AND excluded.period IS DISTINCT FROM l.period)"
        " RETURNING l.xmax = 0 AS new"
    )
    put(
        "INSERT INTO network_fieldevidence AS e"
        " (kind, subject_id, field, source_id, method, value, verified_at, due_at)"
        " SELECT 'licence', l.id, 'licence', %s, %s, f.value, %s, %s FROM"
        " (SELECT DISTINCT ON (practitioner_id, state, number) * FROM load_licence"
        " WHERE practitioner_id IS NOT NULL ORDER BY practitioner_id, state, number, seq DESC) s"
        " JOIN network_licence l USING (practitioner_id, state, number) CROSS JOIN LATERAL (SELECT"
        " jsonb_strip_nulls(jsonb_build_object('status', s.status, 'kind', nullif(s.kind, ''),"
        " 'starts', s.starts, 'ends', s.ends)) AS value) f LEFT JOIN network_fieldevidence o"
        " ON o.kind = 'licence' AND o.subject_id = l.id AND o.source_id = %s"
        " WHERE o.id IS NULL OR o.value IS DISTINCT FROM f.value OR o.verified_at < %s - interval '1 day'"
        " ON CONFLICT (kind, subject_id, field, source_id) DO UPDATE SET value = excluded.value,"
        " method = excluded.method, verified_at = excluded.verified_at, due_at = excluded.due_at",
        [telling.source, telling.method, telling.at, telling.due, telling.source, telling.at],
    )
    done.counts |= {"licences_added": added, "licences_changed": changed}


def _place_roles(telling: Telling, whole: bool, done: NetworkImported) -> None:
    """Resolve what each role points to, then place it; in a whole file, end the roles it no longer names."""
    put(
        "ALTER TABLE load_role ADD practitioner_id bigint, ADD organization_id bigint, ADD location_id bigint"
    )
    for kind in ("practitioner", "organization", "location"):
        _point("load_role", kind, telling)
    done.refused += _refused(
        "DELETE FROM load_role a WHERE practitioner_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM load_practitioner p WHERE p.key = a.practitioner_key)",
        "practitioner",
        "practitioner_not_found",
    )
    put(
        "UPDATE load_role r SET lines_of_business = n.lines FROM (SELECT r.seq,"
        " array_agg(DISTINCT n.line_of_business)::varchar[] AS lines"
        " FROM load_role r JOIN load_plan_network n ON n.key = ANY(r.network_keys)"
        " GROUP BY r.seq) n WHERE n.seq = r.seq"
    )
    put(
        "UPDATE load_role r SET modalities = v.modalities FROM (SELECT r.seq,"
        " array_agg(DISTINCT m)::varchar[] AS modalities FROM load_role r JOIN load_service v"
        " ON v.key = ANY(r.service_keys), unnest(v.modalities) AS m GROUP BY r.seq) v"
        " WHERE v.seq = r.seq AND cardinality(r.modalities) = 0"
    )
    put("UPDATE load_role SET treats = treats_by_code WHERE cardinality(treats) = 0")
    put(
        "UPDATE load_role s SET id = r.id FROM network_practitionerrole r WHERE r.source_id = %s"
        " AND r.practitioner_id = s.practitioner_id"
        " AND r.organization_id IS NOT DISTINCT FROM s.organization_id"
        " AND r.location_id IS NOT DISTINCT FROM s.location_id",
        [telling.source],
    )
    # Two rows for one place of one practitioner are one role: the later says how it is.
    put(
        "DELETE FROM load_role a USING load_role b WHERE a.practitioner_id = b.practitioner_id"
        " AND a.organization_id IS NOT DISTINCT FROM b.organization_id"
        " AND a.location_id IS NOT DISTINCT FROM b.location_id AND a.seq < b.seq"
    )
    _find("role", telling)
    table = SAID["role"]
    values = ", ".join(_given(c) for c in table)
    added = ask(
        "INSERT INTO network_practitionerrole (id, practitioner_id, organization_id, location_id, source_id,"
        f" panel_count, updated_at, {', '.join(table)})"
        f" SELECT s.id, s.practitioner_id, s.organization_id, s.location_id, %s, 0, %s, {values}"
        f" FROM {_latest('role')} s WHERE s.fresh RETURNING id",
        [telling.source, telling.at],
    )
    _keep_evidence("role", telling)
    changed = _change("role", telling)
    ended = []
    if whole and done.refused:  # of whom they spoke nobody knows: nobody has left for that
        done.remarks.append(Refused("", 0, "", "nobody_ended"))
    elif whole:
        ended = _end_unnamed(telling)
    done.remarks += (
        Refused(file, line, "npi", "npi_two_groups")
        for file, line in flow(
            "SELECT min(file), max(line) FROM load_role GROUP BY practitioner_id"
            " HAVING count(DISTINCT organization_id) > 1 ORDER BY 2"
        )
    )
    total = ask("SELECT count(DISTINCT id) FROM load_role")[0][0]
    done.roles = sorted({*(row[0] for row in added), *changed, *ended})
    done.counts |= {
        "roles_added": len(added),
        "roles_changed": len(changed),
        "roles_unchanged": total - len(added) - len(changed),
        "roles_ended": len(ended),
    }


def _end_unnamed(telling: Telling) -> list[int]:
    """End the roles a whole file no longer names: its silence is the source's word."""
    rows = ask(
        "WITH ended AS (UPDATE network_practitionerrole r SET active = false, updated_at = %s"
        " WHERE r.source_id = %s AND r.active AND NOT EXISTS (SELECT 1 FROM load_role s WHERE s.id = r.id)"
        " RETURNING r.id), said AS (INSERT INTO network_fieldevidence"
        " (kind, subject_id, field, source_id, method, value, verified_at, due_at)"
        " SELECT 'role', id, 'active', %s, %s, 'false', %s, %s FROM ended"
        " ON CONFLICT (kind, subject_id, field, source_id) DO UPDATE SET value = excluded.value,"
        " method = excluded.method, verified_at = excluded.verified_at, due_at = excluded.due_at)"
        " SELECT id FROM ended",
        [telling.at, telling.source, telling.source, telling.method, telling.at, telling.due],
    )
    return [row[0] for row in rows]
