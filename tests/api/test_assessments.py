"""Questionnaires from elsewhere: kept whole, judged; every edge of promise C5 in the database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from switchboard.outcomes.models import Answer, Assessment, CrisisEvent, CrisisTask
from switchboard.platform.roles import Role
from tests.api.conftest import know

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(member):
    return member(sex="female")


def form(one=None, nine=1, **more):
    values = dict.fromkeys(range(1, 9), 1) | {9: nine}
    answers = [{"link_id": f"phq9-{n}", "value": v} for n, v in values.items() if v != "left out"]
    told = {"instrument": "phq-9", "authored": datetime.now(UTC).isoformat(), "answers": answers}
    return told | ({"member": str(one.public_id)} if one else {}) | more


def response(one=None, nine=None, **more):
    nine = nine or {"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}
    links = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3"]
    items = [{"linkId": f"/{link}", "answer": [{"valueInteger": 1}]} for link in links]
    items.append({"linkId": "/44260-8", "answer": [nine]})
    told = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "item": items,
        "questionnaire": "http://loinc.org/q/44249-1", "authored": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    return told | ({"subject": {"reference": f"Patient/{one.public_id}"}} if one else {}) | more


def one_task() -> CrisisTask:
    task = CrisisTask.objects.get()
    assert Answer.objects.filter(risk="none", crisis_task__isnull=False).count() == 0
    return task


def test_a_plain_form_is_scored_by_us(system, one):
    got = system.post("/assessments", form(one, 0, total=8))
    assert got.status_code == 201, got.content
    assert (got.json()["status"], got.json()["total"], got.json()["crisis"]) == ("completed", 8, False)
    assert CrisisTask.objects.count() == 0


def test_a_fhir_response_is_read_by_its_loinc_codes(system, one):
    got = system.post("/assessments", response(one), Content_Type="application/fhir+json")
    assert got.status_code == 201, got.content
    assert got.json()["total"] == 9
    assert "988" in got.json()["help"]
    assert one_task().member_id == one.pk


def test_a_total_that_differs_is_recomputed_and_said(system, one):
    got = system.post("/assessments", form(one, 0, total=27)).json()
    assert got["total"] == 8
    assert {"path": "claimed_total", "code": "total_differs"} in got["problems"]


def test_a_missing_item_is_never_zero(system, one):
    got = system.post("/assessments", form(one, "left out")).json()
    assert got["total"] is None


REFUSED = {
    "out of range": [{"link_id": "phq9-4", "value": 7}],
    "a decimal": [{"link_id": "phq9-4", "value": 1.5}],
    "a text": [{"link_id": "phq9-4", "value": "often"}],
    "a boolean": [{"link_id": "phq9-4", "value": True}],
    "nothing": [{"link_id": "phq9-4", "value": None}],
    "two answers": [{"link_id": "phq9-4", "value": 1}, {"link_id": "phq9-4", "value": 2}],
    "an unknown item": [{"link_id": "phq9-44", "value": 1}],
    "an object": [{"link_id": "phq9-4", "value": {"x": [1]}}],
}


@pytest.mark.parametrize("answers", REFUSED.values(), ids=REFUSED)
def test_a_refused_form_is_kept_whole_and_its_item_nine_still_escalates(system, one, answers):
    """Score refused for another reason: quarantine, 422 with paths, no value repeated, and a task."""
    sent = form(one, 1)
    sent["answers"] = [a for a in sent["answers"] if a["link_id"] != "phq9-4"] + answers
    got = system.post("/assessments", sent)
    assert got.status_code == 422
    assert got["Content-Type"] == "application/problem+json"
    assert got.json()["problems"][0]["path"].startswith("answers[")
    assert "often" not in got.content.decode()
    assert "988" in got.json()["help"]
    kept = Assessment.objects.get()
    assert (kept.status, kept.total) == ("refused", None)
    assert kept.answers.count() == len(sent["answers"])
    assert one_task().member_id == one.pk


WAYS = {
    "an integer": 1,
    "the coding": "LA6569-3",
    "the words": "Several days",
    "the words in Spanish": "Varios días",
    "something that cannot be read": "??",
    "an unkeepable character": "\x00",
    "half a character": "\ud83d",
    "an object": {"a": 1},
    "nothing": None,
}


@pytest.mark.parametrize("value", WAYS.values(), ids=WAYS)
def test_item_nine_counts_however_it_is_written(system, one, value):
    """What cannot be read is unknown, and somebody calls: never zero."""
    assert system.post("/assessments", form(one, value)).json()["crisis"] is True
    assert one_task().member_id == one.pk


FORMS = {
    "abandoned half-way": {"completed": False, "answers": [{"link_id": "phq9-9", "value": 1}]},
    "another version": {"version": "1999-01-01"},
    "another language": {"language": "fr"},
    "a translated, renamed item": {
        "answers": [
            {
                "link_id": "p-x",
                "text": "Pensamientos de que estaría mejor muerto/a o de hacerse daño",
                "value": 1,
            },
            {"link_id": "44260-8", "value": 1},
        ]
    },
    "an unknown questionnaire": {"instrument": "house-form", "answers": [{"link_id": "44260-8", "value": 2}]},
    "from the future": {"authored": "2999-01-01T00:00:00Z"},
    "an unreadable date": {"authored": "yesterday"},
    "entered by staff": {"given_by": "staff"},
    "entered by a proxy": {"given_by": "proxy"},
}


@pytest.mark.parametrize("more", FORMS.values(), ids=FORMS)
def test_an_odd_form_still_escalates(system, one, more):
    system.post("/assessments", form(one, 1, **more))
    assert one_task().member_id == one.pk


def test_a_late_sync_is_still_triaged_and_marked_stale(system, one):
    system.post("/assessments", form(one, 1, authored=(datetime.now(UTC) - timedelta(days=3)).isoformat()))
    assert one_task().stale


def test_item_nine_edited_from_two_to_zero_keeps_the_first_answer_and_the_task(system, one):
    """An edit is a further row: the first stands."""
    system.post("/assessments", form(one, 2))
    system.post("/assessments", form(one, 0))
    assert one_task().state == "open"
    assert list(Answer.objects.filter(link_id="phq9-9").order_by("id").values_list("value", flat=True)) == [
        "2",
        "0",
    ]


def test_duplicate_submits_give_one_task_with_two_events(system, one):
    sent = form(one, 1)
    system.post("/assessments", sent)
    system.post("/assessments", sent)
    assert CrisisEvent.objects.filter(task=one_task(), kind="answer").count() == 2


def test_a_retry_with_its_key_is_the_same_submit(system, one):
    sent = form(one, 1)
    first = system.post("/assessments", sent, Idempotency_Key="k")
    again = system.post("/assessments", sent, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert CrisisEvent.objects.filter(task=one_task(), kind="answer").count() == 1


def test_without_a_key_nothing_is_lost(system, one):
    assert system.post("/assessments", form(one, 1), Idempotency_Key="").status_code == 201
    assert one_task()


@pytest.mark.parametrize(
    "whom", [{}, {"member": "no such"}, {"member_number": "M-none", "contact": "at the ER"}]
)
def test_nobody_we_know_goes_to_the_unroutable_queue_once(system, whom):
    sent = form(None, 1, **whom)
    system.post("/assessments", sent)
    task = one_task()
    assert task.unroutable
    assert task.member_id is None
    if "contact" in whom:
        system.post("/assessments", sent)
        assert one_task().contact_note == "at the ER"


def test_a_merged_members_answer_goes_to_the_one_kept(system, member, one):
    merged = member(merged_into=one)
    system.post("/assessments", form(merged, 1))
    assert one_task().member_id == one.pk


def test_ended_coverage_does_not_matter(system, one):
    from switchboard.members.models import Coverage

    Coverage.objects.create(member=one, line_of_business="COM", period=(date(2019, 1, 1), date(2020, 1, 1)))
    system.post("/assessments", form(one, 1))
    assert one_task().member_id == one.pk


def test_a_queue_owner_who_has_left_does_not_keep_the_task(system, one, user):
    """The task taken by somebody since dismissed can be taken by the next."""
    from switchboard.members.queries import viewer_for
    from switchboard.outcomes.actions import acknowledge
    from switchboard.platform.staff import dismiss

    gone, here = user(Role.CRISIS_CLINICIAN, licence="L1"), user(Role.CRISIS_CLINICIAN, licence="L2")
    system.post("/assessments", form(one, 1))
    task = one_task()
    assert acknowledge(public_id=task.public_id, by=viewer_for(gone))
    dismiss(email=gone.email)
    system.post("/assessments", form(one, 2))
    assert acknowledge(public_id=one_task().public_id, by=viewer_for(here))


def test_by_a_navigator_who_has_the_record_open(desk, one):
    know(desk, one)
    assert desk.post("/assessments", form(one, 1, given_by="staff")).status_code == 201
    assert one_task().member_id == one.pk


def test_a_key_without_the_scope_is_told_so(caller, one):
    answer = caller(Role.SYSTEM).post("/assessments", form(one, 1))
    assert answer.status_code == 403
    assert "write:assessments" in answer.json()["title"]


def test_answer_and_task_stand_or_fall_together(system, one, monkeypatch):
    """Answers and task are one transaction: neither is there without the other."""
    from switchboard.outcomes import safety_net

    def broken(**_):
        raise RuntimeError("the task cannot be opened")

    monkeypatch.setattr(safety_net, "open_or_add", broken)
    assert system.post("/assessments", form(one, 1)).status_code == 500
    assert Answer.objects.count() == 0


def test_a_form_with_a_file_in_it_keeps_no_file_and_still_escalates(system, one):
    """An attachment where an answer belongs is no answer: refused by its path, its bytes kept nowhere."""
    sent = form(one, 1)
    bytes_sent = "WDVPIVAlQEFQWzRc" * 4
    attached = {"contentType": "image/png", "data": bytes_sent, "size": 1, "hash": "d2hhdGV2ZXI="}
    sent["answers"] = [a for a in sent["answers"] if a["link_id"] != "phq9-4"]
    sent["answers"].append({"link_id": "phq9-4", "value": {"valueAttachment": attached}})
    got = system.post("/assessments", sent)
    assert got.status_code == 422
    assert bytes_sent not in got.content.decode()
    kept = Assessment.objects.get()
    assert kept.status == "refused"
    assert not any(bytes_sent in value for value in kept.answers.values_list("value", flat=True))
    assert one_task().member_id == one.pk
