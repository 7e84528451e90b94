"""Imported answers that mean danger reach a person, whatever becomes of their file (crisis edge C5)."""

import json

import pytest

from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

LEE = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Lee"}], "birthDate": "1990-05-04"}


def response(answer: dict, **more) -> dict:
    item = {"linkId": "/44250-9", "answer": [answer]}
    return {"resourceType": "QuestionnaireResponse", "id": "r1", "status": "completed",
            "subject": {"reference": "Patient/p1"}, "authored": "2026-11-01T10:00:00Z",
            "item": [{"linkId": "g", "item": [item | {"linkId": "44260-8"}]}], **more}  # fmt: skip


def lines(*resources) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in resources)


def tasks() -> list:
    return ask("SELECT t.member_id IS NOT NULL, t.level FROM outcomes_crisistask t")


SEVERAL_DAYS = {"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}


@pytest.mark.parametrize(
    "resource",
    [
        response(SEVERAL_DAYS),
        response({"valueInteger": 1}),
        response({"valueString": "Varios días"}),
        response(SEVERAL_DAYS, status="in-progress"),
        response(SEVERAL_DAYS, status="no such status"),
        response(SEVERAL_DAYS, authored="yesterday"),
        {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
         "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}, "valueInteger": 2},
        {"resourceType": "Observation", "id": "o2", "subject": {"reference": "Patient/p1"},
         "component": {"code": {"coding": {"code": "44260-8"}},
                       "valueCodeableConcept": {"text": "Nearly every day"}}},
    ],
)  # fmt: skip
def test_a_positive_item_nine_opens_one_crisis_task_however_it_is_written(bring, resource):
    bring("fhir", lines(LEE, resource), mode="good")
    assert tasks() in ([(True, "standard")], [(True, "high")])


def test_it_opens_the_task_also_when_the_file_is_refused(bring):
    report = bring("fhir", lines(response(SEVERAL_DAYS)) + b"not json\n")
    assert report.state == "refused"
    assert tasks() == [(False, "standard")]


def test_the_same_file_again_raises_no_second_alarm(bring):
    for _ in range(2):
        bring("fhir", lines(LEE, response(SEVERAL_DAYS)))
    assert ask("SELECT count(*) FROM outcomes_crisisevent WHERE kind = 'answer'") == [(1,)]


def test_not_at_all_raises_no_alarm_and_a_dry_run_neither(bring):
    bring("fhir", lines(LEE, response({"valueCoding": {"code": "LA6568-5"}})))
    bring("fhir", lines(LEE, response(SEVERAL_DAYS)), dry_run=True)
    assert tasks() == []


def test_two_resources_without_an_id_or_with_one_far_too_long_are_two_people(bring):
    for number, own in enumerate([{}, {}, {"id": "x" * 200 + "a"}, {"id": "x" * 200 + "b"}]):
        about = {"reference": f"Patient/p{number}", "display": f"Nobody {number}"}
        resource = {k: v for k, v in response(SEVERAL_DAYS).items() if k != "id"} | own
        bring("fhir", lines(resource | {"subject": about}), mode="good")
    assert tasks() == [(False, "standard")] * 4
    said = {note for (note,) in ask("SELECT contact_note FROM outcomes_crisistask")}
    assert said == {f"Nobody {n}, Patient/p{n}" for n in range(4)}


def test_a_graver_version_of_the_same_resource_is_heard_and_an_old_one_marked_stale(bring):
    bring("fhir", lines(LEE, response(SEVERAL_DAYS, authored="2020-01-01T10:00:00Z")))
    assert ask("SELECT stale FROM outcomes_crisistask") == [(True,)]
    bring("fhir", lines(LEE, response({"valueInteger": 3})))
    assert tasks() == [(True, "high")]
