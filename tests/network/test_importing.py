"""Import the network from its sources: nothing is lost, one clinician is one record."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchboard.network.actions.importing import import_network
from switchboard.network.core.evidence import Evidence, believed
from switchboard.network.core.listing import (
    ImportedLicence,
    ImportedLocation,
    ImportedPractitioner,
    ImportedRole,
)
from switchboard.platform import staging
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.clock import stopped_at
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

CODE = "1041C0700X"  # clinical social worker
NPIS = ("1000000004", "1000000012", "1000000020", "1000000038", "1000000046", "1000000053")


def roster(*npis: str):
    """Draw a roster: a place and a role for each NPI."""
    for line, npi in enumerate(npis, 2):
        yield ImportedLocation("r.csv", line, f"at {npi}", "Practice")
        yield ImportedPractitioner("r.csv", line, npi, npi, "Lee", taxonomies=(CODE,))
        yield ImportedRole("r.csv", line, npi, npi, location_key=f"at {npi}", taxonomies=(CODE,))


def bring(*rows, source="Acme", kind="plan", whole=False):
    return import_network(rows=rows, source=source, kind=kind, by=SWITCHBOARD, whole=whole)


@pytest.mark.parametrize("batch", [1, 2, 3, 6, 7])
def test_rows_copied_in_any_number_of_batches_all_arrive(batch, monkeypatch):
    """A large file is copied a batch at a time: no batch replaces the one before."""
    monkeypatch.setattr(staging, "BATCH", batch)
    done = bring(*roster(*NPIS))
    assert [done.counts[f"{kind}_added"] for kind in ("locations", "practitioners", "roles")] == [6, 6, 6]
    assert ask("SELECT count(*) FROM network_practitionerrole WHERE active") == [(6,)]


MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


def person(family="Lee", *, key="1", npi: str | None = NPIS[0]):
    return ImportedPractitioner("r.csv", 2, key, npi, family, taxonomies=(CODE,))


def families():
    return [family for (family,) in ask("SELECT family_name FROM network_practitioner ORDER BY id")]


def test_two_sources_name_one_clinician_and_the_better_ranked_is_believed():
    """The registry (rank 10) keeps its word over the plan (20), whoever speaks first; both are evidence."""
    bring(person("Leigh"), source="Acme")
    bring(person("Lee"), source="NPPES", kind="registry")
    assert families() == ["Lee"]
    bring(person("Leigh-Smith"), source="Acme")
    assert families() == ["Lee"]
    words = ask("SELECT value ->> 'family_name' FROM network_fieldevidence WHERE field = 'name' ORDER BY 1")
    assert words == [("Lee",), ("Leigh-Smith",)]


def test_the_same_rows_again_change_nothing():
    bring(*roster(*NPIS), whole=True)
    done = bring(*roster(*NPIS), whole=True)
    changed = ("_added", "_changed", "_ended")
    assert {key: n for key, n in done.counts.items() if n and key.endswith(changed)} == {}
    assert done.counts["roles_unchanged"] == len(NPIS)


def test_a_look_alike_under_another_key_is_held_for_a_person():
    """No NPI, the licence and family name of somebody known: held, said, and not made a second record."""
    licence = ImportedLicence("r.csv", 2, "1", "MA", "L-1")
    bring(person("Lee"), licence)
    other = ImportedLicence("b.csv", 7, "b", "MA", "L-1")
    held = ImportedPractitioner("b.csv", 7, "b", None, "LEE")
    done = bring(held, other, source="Beacon")
    assert [(r.file, r.line, r.code) for r in done.remarks] == [("b.csv", 7, "maybe_same_practitioner")]
    assert families() == ["Lee"]


def test_evidence_is_due_again_in_ninety_days():
    """The rule ``network/directory_verification``."""
    with stopped_at(MONDAY):
        bring(person())
    rows = ask("SELECT DISTINCT verified_at, due_at FROM network_fieldevidence")
    assert rows == [(MONDAY, MONDAY + timedelta(days=90))]


def test_a_better_ranked_word_that_is_overdue_gives_way():
    with stopped_at(MONDAY):
        bring(person("Lee"), source="NPPES", kind="registry")
    with stopped_at(MONDAY + timedelta(days=89)):
        bring(person("Leigh"), source="Acme")
        assert families() == ["Lee"]
    with stopped_at(MONDAY + timedelta(days=91)):
        bring(person("Leigh"), source="Acme")
        assert families() == ["Leigh"]


SOURCES = {"NPPES": ("registry", 10), "Acme": ("plan", 20), "Beacon": ("aggregator", 50)}
saying = st.tuples(st.sampled_from(sorted(SOURCES)), st.sampled_from("XYZ"), st.integers(1, 60))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(saying, min_size=1, max_size=6))
def test_what_the_load_writes_is_what_the_core_believes(said):
    """Whoever says what when: after each load the record holds the word ``believed`` chooses."""
    day = MONDAY
    with transaction.atomic():
        for source, family, later in said:
            day += timedelta(days=later)
            with stopped_at(day):
                bring(person(family), source=source, kind=SOURCES[source][0])
            rows = ask(
                "SELECT e.field, e.value ->> 'family_name', o.name, o.rank, e.method, e.verified_at, e.due_at"
                " FROM network_fieldevidence e JOIN network_source o ON o.id = e.source_id"
                " WHERE e.field = 'name'"
            )
            assert families() == [believed((Evidence(*row) for row in rows), day).outcome.value]
        transaction.set_rollback(True)


def test_every_field_a_match_turns_on_keeps_its_evidence():
    """What shuts or opens a gate is known by somebody's word: ages, what is treated, how much room."""
    role = ImportedRole("r.csv", 2, "1", "1", taxonomies=(CODE,), treats=("anxiety",), modalities=("video",),
                        levels_of_care=("outpatient",), lines_of_business=("QHP",), age_min=6, age_max=17,
                        accepting_new=True, panel_capacity=40)  # fmt: skip
    bring(person(), role)
    rows = ask("SELECT field FROM network_fieldevidence WHERE kind = 'role' ORDER BY field")
    assert [field for (field,) in rows] == [
        "accepting_new", "active", "age_max", "age_min", "levels_of_care", "lines_of_business", "modalities",
        "panel_capacity", "specialties", "treats",
    ]  # fmt: skip
    bring(person(), role._replace(age_max=12, panel_capacity=30))
    assert ask("SELECT age_max, panel_capacity FROM network_practitionerrole") == [(12, 30)]


def words(kind: str) -> dict[str, list]:
    rows = ask(
        "SELECT e.field, e.value, o.name FROM network_fieldevidence e"
        " JOIN network_source o ON o.id = e.source_id WHERE e.kind = %s ORDER BY e.field, o.name",
        [kind],
    )
    found: dict[str, list] = {}
    for field, value, source in rows:
        found.setdefault(field, []).append((source, json.loads(value)))
    return found


PLACE = ImportedLocation("r.csv", 2, "1", "Elm Street", address_line="1 Elm St", city="Boston", state="MA",
                         zip5="02115", county_fips="25025", latitude=42.3, longitude=-71.1,
                         time_zone="America/New_York", phone="+16175550100", accessible=True)  # fmt: skip


def test_every_field_of_a_person_a_place_and_a_licence_keeps_its_evidence():
    licence = ImportedLicence("r.csv", 2, "1", "MA", "L-1", ends=date(2027, 1, 1))
    bring(
        person("Lee")._replace(given_name="Ann"),
        licence,
        PLACE,
        ImportedRole("r.csv", 2, "1", "1", location_key="1", treats=("adhd",)),
    )
    said = words("practitioner")
    assert {"name", "taxonomies", "active"} <= set(said)
    assert said["name"] == [("Acme", {"family_name": "Lee", "given_name": "Ann"})]
    place = words("location")
    assert set(place) == {"name", "address", "phone", "accessible"}
    [(_, address)] = place["address"]
    assert [address[c] for c in ("address_line", "city", "state", "zip5")] == [
        "1 Elm St",
        "Boston",
        "MA",
        "02115",
    ]
    assert words("licence") == {"licence": [("Acme", {"status": "active", "ends": "2027-01-01"})]}
    assert words("role")["active"] == [("Acme", True)]
    days = ask("SELECT DISTINCT extract(day FROM due_at - verified_at)::int FROM network_fieldevidence")
    assert days == [(90,)]


def test_an_address_is_believed_whole_never_half_of_each_source():
    """A street of one source and a ZIP code of another would be a place nobody has named."""
    bring(PLACE)
    number = ask("SELECT id FROM network_location")[0][0]
    bring(source="Beacon", kind="aggregator")
    ask(
        "INSERT INTO network_networkkey (source_id, kind, key, subject_id) SELECT id, 'location', '1', %s"
        " FROM network_source WHERE name = 'Beacon' RETURNING 1",
        [number],
    )
    elsewhere = PLACE._replace(address_line="9 Oak St", city="Worcester", zip5="01602", latitude=42.2)
    bring(elsewhere, source="Beacon", kind="aggregator")
    now_is = "SELECT address_line, city, zip5, latitude FROM network_location"
    assert ask(now_is) == [("1 Elm St", "Boston", "02115", 42.3)]
    assert [source for source, _ in words("location")["address"]] == ["Acme", "Beacon"]


def test_a_role_a_whole_file_no_longer_names_ends_by_the_word_of_its_silence():
    bring(*roster(*NPIS), whole=True)
    bring(*roster(*NPIS[:-1]), whole=True)
    assert ask(
        "SELECT r.active, e.value::text FROM network_practitionerrole r JOIN network_fieldevidence e"
        " ON e.kind = 'role' AND e.subject_id = r.id AND e.field = 'active' WHERE NOT r.active"
    ) == [(False, "false")]
