"""The deck scheduling-links: a publisher of vaccine slots in 2021. Accepted for the record, never offered."""

import pytest

from switchboard.interop.actions import run_import
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db


def load(path, **options):
    return run_import(kind="scheduling-links", path=path, source="SMART clinics", by=SWITCHBOARD, **options)


def test_the_publisher_loads_from_its_folder(deck):
    """Ten places, ten schedules, 300 slots of 100 seats; nothing is fetched."""
    report = load(deck("scheduling-links"))
    assert report.state == "done", report.problem
    assert (report.errors, report.counts["locations_added"], report.counts["slots_added"]) == (0, 10, 300)
    assert ask("SELECT count(*), min(seats), max(seats) FROM scheduling_slot") == [(300, 100, 100)]
    assert ask(
        "SELECT count(*) FROM scheduling_schedule WHERE location_id IS NOT NULL AND role_id IS NULL"
    ) == [(10,)]


def test_past_slots_are_accepted_said_and_never_offered(deck):
    report = load(deck("scheduling-links"))
    assert report.codes["slot_past"] == 300
    assert ask("SELECT count(*) FROM scheduling_slot WHERE NOT withdrawn") == [(0,)]


def test_twice_changes_nothing(deck):
    load(deck("scheduling-links"))
    again = load(deck("scheduling-links"))
    assert (again.changed, again.counts["slots_unchanged"]) == (0, 300)


SCHEDULE = '{"resourceType":"Schedule","id":"1","actor":[{"reference":"Location/1"}]}\n'
PLACE = '{"resourceType":"Location","id":"1","name":"Elm","address":{"state":"MA","postalCode":"02115"}}\n'


def publish(folder, slots: list[dict], *, schedule: str = SCHEDULE):
    """Write a publisher's folder with one place, one schedule and these slots."""
    import json

    outputs = [
        {"type": t, "url": f"https://clinic.example/{t}.ndjson"} for t in ("Slot", "Schedule", "Location")
    ]
    (folder / "$bulk-publish").write_text(json.dumps({"output": outputs}))
    (folder / "Location.ndjson").write_text(PLACE)
    (folder / "Schedule.ndjson").write_text(schedule)
    whole = [
        {"resourceType": "Slot", "schedule": {"reference": "Schedule/1"}, "status": "free", **s}
        for s in slots
    ]
    (folder / "Slot.ndjson").write_text("".join(json.dumps(s) + "\n" for s in whole))
    return folder


TEN = {"id": "a", "start": "2099-01-05T10:00:00Z", "end": "2099-01-05T11:00:00Z"}
NINE = {"id": "b", "start": "2099-01-05T09:00:00Z", "end": "2099-01-05T10:00:00Z"}


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        ({"start": "2099-01-05T10:00:00Z", "end": "2099-01-05T10:00:00Z"}, "slot_backwards"),
        ({"start": "2099-01-05T10:00:00Z", "end": "2099-01-06T10:00:01Z"}, "slot_too_long"),
        ({"start": "2099-01-05T10:30:00Z", "end": "2099-01-05T11:30:00Z"}, "slot_overlaps"),
        ({"start": "2099-01-05T10:00:00", "end": "2099-01-05T11:00:00"}, "element"),
        ({**TEN, "start": "2099-01-05T12:00:00Z", "end": "2099-01-05T13:00:00Z",
          "schedule": {"reference": "Schedule/9"}}, "schedule_not_found"),
    ],
)  # fmt: skip
def test_a_slot_that_cannot_be_is_refused_and_the_good_one_stays(tmp_path, slot, code):
    report = load(publish(tmp_path, [TEN, slot]), mode="good")
    assert (report.codes, report.counts["slots_added"]) == ({code: 1}, 1)


def test_a_schedule_that_names_no_place_waits_for_a_person(tmp_path):
    schedule = SCHEDULE.replace("Location/1", "Practitioner/1")
    report = load(publish(tmp_path, [], schedule=schedule))
    assert report.held == {"actor_not_found": 1}


def test_a_slot_the_publisher_no_longer_names_or_calls_busy_is_withdrawn(tmp_path):
    load(publish(tmp_path, [TEN, NINE]))
    report = load(publish(tmp_path, [NINE | {"status": "busy"}]))
    assert (report.counts["slots_withdrawn"], report.counts["slots_changed"]) == (1, 1)
    assert ask("SELECT count(*) FROM scheduling_slot WHERE NOT withdrawn") == [(0,)]


@pytest.mark.parametrize("manifest", ["", "[]", '{"output":[{"type":"Slot"}]}', "not json"])
def test_a_broken_manifest_changes_nothing(tmp_path, manifest):
    (tmp_path / "$bulk-publish").write_text(manifest)
    assert load(tmp_path).state == "refused"


def test_a_manifest_whose_file_is_missing_changes_nothing(tmp_path):
    (publish(tmp_path, [TEN]) / "Slot.ndjson").unlink()
    assert (load(tmp_path).state, ask("SELECT count(*) FROM network_location")) == ("refused", [(0,)])


def test_an_address_that_leads_inside_is_blocked():
    report = load("http://169.254.169.254/$bulk-publish")
    assert (report.state, report.counts["rows_read"]) == ("refused", 0)


NPI = "1000000004"


def roster_at_elm(bring):
    """The publisher's own directory: one clinician with a role at its place."""
    lines = (
        PLACE,
        '{"resourceType":"Practitioner","id":"p","name":[{"family":"Lee"}],"identifier":'
        f'[{{"system":"http://hl7.org/fhir/sid/us-npi","value":"{NPI}"}}]}}\n',
        '{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/p"},'
        '"location":[{"reference":"Location/1"}]}\n',
    )
    report = bring("fhir", "".join(lines).encode(), source="SMART clinics")
    assert report.counts["roles_added"] == 1, report.findings


@pytest.mark.parametrize(
    "actors",
    [
        '{"reference":"PractitionerRole/r"}',
        '{"reference":"Location/1"},{"reference":"Practitioner/p"}',
        '{"reference":"Location/1"},'
        f'{{"identifier":{{"system":"http://hl7.org/fhir/sid/us-npi","value":"{NPI}"}}}}',
    ],
)
def test_a_schedule_that_names_a_practitioner_reaches_their_role(bring, tmp_path, actors):
    """By role, by practitioner at the place, or by NPI: slots carry the role, so the match offers them."""
    roster_at_elm(bring)
    schedule = f'{{"resourceType":"Schedule","id":"1","actor":[{actors}]}}\n'
    slot = {"id": "1", "start": "2100-03-01T14:00:00Z", "end": "2100-03-01T14:50:00Z"}
    report = load(publish(tmp_path, [slot], schedule=schedule))
    assert report.counts["slots_added"] == 1, report.findings
    roles = ask("SELECT id, practitioner_id FROM network_practitionerrole")
    assert ask("SELECT role_id, practitioner_id FROM scheduling_slot WHERE NOT withdrawn") == roles


def test_a_practitioner_nobody_knows_leaves_the_place_and_is_said(bring, tmp_path):
    schedule = (
        '{"resourceType":"Schedule","id":"1","actor":[{"reference":"Location/1"},'
        '{"reference":"Practitioner/x"}]}\n'
    )
    slot = {"id": "1", "start": "2100-03-01T14:00:00Z", "end": "2100-03-01T14:50:00Z"}
    report = load(publish(tmp_path, [slot], schedule=schedule))
    assert report.codes["actor_not_found"] == 1
    assert ask("SELECT role_id FROM scheduling_slot") == [(None,)]


def test_a_publisher_that_offers_nothing_any_more_stops_for_approval(tmp_path):
    """An empty feed after a full one is an error until a person says it is so."""
    load(publish(tmp_path, [TEN, NINE]))
    stopped = load(publish(tmp_path, []))
    assert (stopped.state, "2" in stopped.problem) == ("refused", True)
    assert ask("SELECT count(*) FROM scheduling_slot WHERE NOT withdrawn") == [(2,)]
    assert load(publish(tmp_path, []), approve_fewer=True).counts["slots_withdrawn"] == 2
