"""Imports and weekly hours through the API: what each call answers and changes, and whom it turns away."""

import base64

import pytest

from switchboard.platform.roles import Role
from switchboard.platform.staging import ask

pytestmark = pytest.mark.django_db

HEAD = "npi,family_name,given_name,taxonomy\n"
GOOD = HEAD + "1234567893,Rivera,Luz,1041C0700X\n"
BAD = GOOD + "1234567890,Lee,Ann,1041C0700X\n"


@pytest.fixture
def keeper(caller, settings, tmp_path):
    settings.HOME = tmp_path
    return caller(Role.NETWORK_MANAGER)


def file(text: str, name: str = "roster.csv") -> dict:
    return {"name": name, "base64": base64.b64encode(text.encode()).decode()}


def send(keeper, text: str = GOOD, **more):
    return keeper.post("/imports", {"kind": "practitioners", "source": "Elm", "files": [file(text)]} | more)


def families() -> list[str]:
    return [name for (name,) in ask("SELECT family_name FROM network_practitioner ORDER BY 1")]


def test_a_file_is_tried_then_applied_and_changes_nothing_before(keeper):
    sent = send(keeper)
    assert sent.status_code == 201
    tried = sent.json()["run"]
    run = keeper.get(f"/imports/{tried}").json()
    assert (run["run"]["state"], run["run"]["dry_run"], run["applied"]) == ("done", True, None)
    assert run["run"]["counts"]["practitioners_added"] == 1
    assert families() == []
    done = keeper.post(f"/imports/{tried}/apply", {})
    assert done.status_code == 201
    assert families() == ["Rivera"]
    assert keeper.get(f"/imports/{tried}").json()["applied"] == done.json()["run"]
    again = keeper.post(f"/imports/{tried}/apply", {})
    assert again.status_code == 409


def test_a_bad_line_refuses_all_or_is_left_out_as_asked_and_is_found_without_its_value(keeper):
    tried = send(keeper, BAD).json()["run"]
    run = keeper.get(f"/imports/{tried}").json()
    assert (run["run"]["state"], run["run"]["problem_code"]) == ("refused", "errors_in_all_mode")
    assert [(c["code"], c["severity"], c["lines"]) for c in run["codes"]] == [("npi_check", "error", 1)]
    [line] = keeper.get(f"/imports/{tried}/findings").json()
    assert (line["line"], line["column"], line["code"]) == (3, "npi", "npi_check")
    assert "1234567890" not in keeper.get(f"/imports/{tried}/findings").content.decode()
    assert keeper.post(f"/imports/{tried}/apply", {"good_lines": True}).status_code == 201
    assert families() == ["Rivera"]


def test_a_dropped_file_cannot_be_applied(keeper):
    tried = send(keeper).json()["run"]
    assert keeper.post(f"/imports/{tried}/drop").json() == {"done": True}
    assert keeper.get(f"/imports/{tried}").json()["run"]["files_kept"] is False
    assert keeper.post(f"/imports/{tried}/apply", {}).status_code == 409
    assert families() == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "practitioners-csv"}, 422),
        ({"kind": ""}, 422),
        ({"source_kind": "friend"}, 422),
        ({"mode": "some"}, 422),
        ({"files": []}, 422),
        ({"files": [file(GOOD, "../x.csv"), file(GOOD, "x.csv")]}, 422),
        ({"files": [file(GOOD, "a.csv"), file(GOOD, "b.csv")]}, 422),
        ({"files": [{"name": "x.csv", "base64": "no base64!"}]}, 422),
        ({"files": [{"name": "", "base64": ""}]}, 422),
        ({"role": "administrator"}, 422),
    ],
)
def test_what_cannot_be_taken_is_422_and_leaves_no_run(keeper, change, status):
    assert send(keeper, **change).status_code == status
    assert keeper.get("/imports").json()["total"] == 0


def test_a_run_nobody_began_is_404_and_a_number_too_large_422(keeper):
    for call in (keeper.get("/imports/99999"), keeper.get("/imports/99999/findings"),
                 keeper.post("/imports/99999/apply", {}), keeper.post("/imports/99999/drop")):  # fmt: skip
        assert call.status_code == 404
    assert keeper.get(f"/imports/{2**63}").status_code == 422


def test_who_may_not_bring_in_members_is_turned_away(caller, keeper):
    assert send(caller(Role.NAVIGATOR)).status_code == 403
    text = "member_number,family_name,birth_date\nM1,Lee,1990-05-04\n"
    assert send(caller(Role.MEMBER), text, kind="members").status_code == 403
    assert ask("SELECT count(*) FROM members_member WHERE member_number = 'M1'") == [(0,)]


@pytest.fixture
def schedule(keeper, role_with_slots):
    role = role_with_slots[0].role_id
    made = keeper.post(f"/roles/{role}/schedule")
    assert made.status_code == 201
    assert keeper.post(f"/roles/{role}/schedule").json() == made.json()
    return made.json()["schedule"]


def week(**more) -> dict:
    hours = {"weekday": 2, "opens": "09:00", "closes": "12:00", "visit_minutes": 50} | more
    return {"hours": [hours], "buffer_minutes": 10}


def test_hours_are_tried_then_kept_and_make_exactly_their_slots(keeper, schedule, role_with_slots):
    before = ask("SELECT count(*) FROM scheduling_slot")
    tried = keeper.post(f"/schedules/{schedule}/preview", week())
    assert tried.status_code == 200
    assert {o["wall_time"][11:] for o in tried.json()} <= {"09:00", "10:00", "11:00"}
    assert ask("SELECT count(*) FROM scheduling_slot") == before
    kept = keeper.post(f"/schedules/{schedule}/hours", week())
    assert kept.status_code == 200
    offered = kept.json()["offered"]
    assert offered > 0
    assert 0 < kept.json()["withdrawn"] <= len(role_with_slots)  # those that stood outside the new hours
    told = keeper.get(f"/schedules/{schedule}").json()
    assert [(h["weekday"], h["opens"], h["closes"]) for h in told["hours"]] == [(2, "09:00", "12:00")]
    starts = {o["starts_at"] for o in tried.json()}
    assert starts <= {slot["starts_at"] for slot in told["slots"]}
    assert keeper.post(f"/schedules/{schedule}/hours", week()).json() == {"offered": 0, "withdrawn": 0}
    none = {"hours": [], "buffer_minutes": 0}
    assert keeper.post(f"/schedules/{schedule}/hours", none).json() == {"offered": 0, "withdrawn": offered}


@pytest.mark.parametrize(
    "change",
    [
        {"weekday": 7}, {"weekday": True}, {"weekday": "2"}, {"opens": "9:00"}, {"opens": "24:00"},
        {"opens": 540},
        {"opens": "09:00:00"}, {"closes": "09:49"}, {"closes": "08:00"}, {"visit_minutes": 9},
        {"visit_minutes": 481}, {"seats": 0}, {"seats": 51}, {"whom": "nobody"}, {"modalities": []},
        {"modalities": ["telepathy"]}, {"since": "2026-02-30"},
        {"since": "2026-03-02", "until": "2026-03-02"},
        {"colour": 1},
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_422_and_change_nothing(keeper, schedule, change):
    before = keeper.get(f"/schedules/{schedule}").json()
    for door in ("preview", "hours"):
        assert keeper.post(f"/schedules/{schedule}/{door}", week(**change)).status_code == 422, door
    assert keeper.get(f"/schedules/{schedule}").json() == before


def test_a_day_that_differs_is_closed_or_open_at_its_own_hours_and_never_half(keeper, schedule):
    first = keeper.post(f"/schedules/{schedule}/preview", week()).json()[-1]["wall_time"][:10]
    closed = week() | {"different": [{"day": first}]}
    assert first not in {
        o["wall_time"][:10] for o in keeper.post(f"/schedules/{schedule}/preview", closed).json()
    }
    half = week() | {"different": [{"day": first, "opens": "09:00"}]}
    assert keeper.post(f"/schedules/{schedule}/preview", half).status_code == 422


def test_hours_of_others_are_not_there(caller, keeper, schedule):
    other = caller(Role.PRACTITIONER)
    for call in (other.get(f"/schedules/{schedule}"), other.post(f"/schedules/{schedule}/hours", week()),
                 other.post(f"/schedules/{schedule}/preview", week())):  # fmt: skip
        assert call.status_code == 404
    assert caller(Role.NAVIGATOR).post(f"/schedules/{schedule}/hours", week()).status_code == 403
    assert keeper.post("/roles/99999/schedule").status_code == 404
    assert keeper.get(f"/schedules/{2**62}").status_code == 404
