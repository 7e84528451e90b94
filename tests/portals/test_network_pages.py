"""The network's pages: one record each with its evidence, within twelve statements, for those who may."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from switchboard.interop import uploads
from switchboard.interop.jobs import read_later
from switchboard.interop.models import ImportReject, ImportRun
from switchboard.members.models import DuplicateCandidate, Member
from switchboard.network.models import Practitioner, PractitionerRole
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import AuditEvent, WorkItem
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work
from switchboard.scheduling.models import Schedule, Slot, WeeklyHours
from tests.portals.network_world import HOST, World

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
TURNS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


@pytest.fixture
def world():
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield World()


@pytest.fixture
def manager(world):
    return world.browser(Role.NETWORK_MANAGER)


def get(browser, name: str, *args, **asked):
    return browser.get(reverse(f"network_{name}", args=args), asked, **HOST)


def statements(browser, name: str, *args, **asked) -> list[str]:
    """Statements of one page, transaction turns aside; asked twice, so that caches are warm."""
    get(browser, name, *args, **asked)
    with CaptureQueriesContext(connection) as seen:
        assert get(browser, name, *args, **asked).status_code == 200
    return [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(TURNS)]


# The directory


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "rivera"}, True),
        ({"q": "Luz riv"}, True),
        ({"q": "ver"}, True),
        ({"q": "1234567893"}, True),
        ({"q": "rivera%"}, False),
        ({"q": "1234567894"}, False),
        ({"place": "06106"}, True),
        ({"place": "ct"}, True),
        ({"place": "hart"}, True),
        ({"place": "Hartford, CT"}, True),
        ({"place": "Hartford, MA"}, False),
        ({"profession": "social_worker"}, True),
        ({"profession": "psychologist"}, False),
        ({"treats": "anxiety"}, True),
        ({"treats": "psychosis"}, False),
        ({"language": "es"}, True),
        ({"language": "vi"}, False),
        ({"source": "small_group"}, True),
        ({"source": "aggregator"}, False),
        ({"accepting": "on"}, True),
        ({"overdue": "on"}, False),
        ({"q": "rivera", "place": "CT", "treats": "anxiety", "language": "es", "accepting": "on"}, True),
    ],
)
def test_each_part_of_a_search_narrows_it(world, manager, asked, found):
    world.therapist()
    assert ("Luz Rivera" in get(manager, "home", **asked).text) is found


def test_a_role_without_a_line_of_business_is_not_said_to_take_people(world, manager):
    world.therapist(lines_of_business=[])
    assert "Luz Rivera" not in get(manager, "home", accepting="on").text
    assert "Not offered" in get(manager, "home").text


def test_a_field_is_overdue_when_nobodys_word_is_in_date(world, manager):
    """One source in date keeps the field known, however old the other's word is."""
    role = world.therapist()
    world.word("role", role.pk, "accepting_new", True, days_ago=100)
    assert "Luz Rivera" in get(manager, "home", overdue="on").text
    world.word("role", role.pk, "accepting_new", True, days_ago=5, name="The plan", kind="plan")
    assert "Luz Rivera" not in get(manager, "home", overdue="on").text


def test_twenty_stand_on_a_page_and_a_number_that_is_none_is_the_first(world, manager):
    for n in range(25):
        Practitioner.objects.create(family_name=f"Family{n:02}", given_name="Ann")
    first = get(manager, "home").text
    assert first.count('<th scope="row">') == 20
    assert get(manager, "home", page="2").text.count('<th scope="row">') == 5
    for odd in ("0", "x", "999999999999", "-1", "²"):
        assert get(manager, "home", page=odd).status_code == 200
    assert get(manager, "home", q="\x00", place="\x00%").status_code == 200


def test_a_practitioner_has_one_page_with_every_sources_word(world, manager):
    role = world.therapist()
    person = role.practitioner_id
    world.word("practitioner", person, "languages", ["en", "es"], days_ago=3)
    world.word(
        "practitioner", person, "languages", ["en"], days_ago=100, name="Registry", kind="registry", rank=10
    )
    body = get(manager, "practitioner", person).text
    assert "Elm Street, by a file" in body
    assert "Registry says English" in body
    assert "Valid" in body
    assert "0 of" not in body


def test_an_overdue_field_says_so_beside_itself(world, manager):
    role = world.therapist()
    world.word("practitioner", role.practitioner_id, "gender", "female", days_ago=100)
    body = get(manager, "practitioner", role.practitioner_id).text
    assert "1 fields overdue" in body or "1 field overdue" in body
    assert "Overdue" in body


def test_who_is_not_there_is_not_found(manager):
    assert get(manager, "practitioner", 99).status_code == 404
    assert get(manager, "organization", 99).status_code == 404


def test_everybody_of_a_large_organization_is_on_one_of_its_pages(world, manager):
    """Twenty-five a page, nobody beyond the last: the first hundred used to be all there was to see."""
    first = world.therapist("Ann Aalto", npi="")
    for n in range(30):
        world.therapist(f"Ann Moore{n:02}", npi="")
    PractitionerRole.objects.update(organization_id=first.organization_id)
    pages = [get(manager, "organization", first.organization_id, page=n).text for n in (1, 2, 3)]
    assert "Moore23" in pages[0]
    assert "Moore24" not in pages[0]
    assert "Moore24" in pages[1]
    assert "Moore29" in pages[1]
    assert "Moore29" in pages[2], "a page beyond the last is the last"
    assert "31 practitioners" in pages[0]


def test_an_organization_shows_its_places_and_people(world, manager):
    role = world.therapist()
    assert "Elm Street Counseling" in get(manager, "organizations", q="elm coun").text
    body = get(manager, "organization", role.organization_id).text
    assert "Luz Rivera, LCSW" in body
    assert "12 Elm Street, Hartford, CT 06106" in body


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_the_directory_is_shut_to_every_other_role(world, role):
    may = role in {Role.NETWORK_MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR}
    assert get(world.browser(role), "home").status_code == (200 if may else 403)


def test_no_page_of_the_directory_asks_the_database_too_much(world, manager):
    roles = [world.therapist(f"Ann Family{n}", npi="") for n in range(8)]
    for role in roles:
        world.word("role", role.pk, "modalities", ["video"], days_ago=1)
        world.schedule(role)
    assert len(statements(manager, "home")) <= MOST_QUERIES
    assert len(statements(manager, "practitioner", roles[0].practitioner_id)) <= MOST_QUERIES
    assert len(statements(manager, "organizations")) <= MOST_QUERIES
    assert len(statements(manager, "organization", roles[0].organization_id)) <= MOST_QUERIES


# Imports

ROSTER = "NPI,First Name,Last Name,Taxonomy,License State,License Number,Group,Address,ZIP,LOB\n"
ROW = "1234567893,Luz,Rivera,1041C0700X,CT,L1,Elm,1 Elm St,06106,COM\n"
SECRET = "Zyxwvutina"


def send(browser, text: str, kind: str = "practitioners", name: str = "roster.csv", **more):
    told = {"kind": kind, "source": "Elm Street", "mode": "all"} | more
    files = SimpleUploadedFile(name, text.encode())
    return browser.post(reverse("network_send"), told | {"files": files}, **HOST)


def post(browser, name: str, *args, follow: bool = False, **sent):
    return browser.post(reverse(f"network_{name}", args=args), sent, follow=follow, **HOST)


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def kept(home) -> list:
    return [f for f in (home / "uploads").rglob("*") if f.is_file()] if (home / "uploads").exists() else []


def test_a_file_is_tried_then_applied_and_then_it_is_gone(home, manager):
    answer = send(manager, ROSTER + ROW)
    assert Practitioner.objects.count() == 0
    assert [f.stat().st_mode & 0o777 for f in kept(home)] == [0o600]
    tried = get(manager, "import", ImportRun.objects.get().pk).text
    assert answer.status_code == 302
    assert "Nothing is changed yet" in tried
    assert "Practitioners added" in tried
    answer = post(manager, "apply", ImportRun.objects.get().pk, follow=True)
    assert Practitioner.objects.get().npi == "1234567893"
    assert kept(home) == []
    assert "Done" in answer.text


def test_a_bad_line_refuses_the_file_and_the_good_lines_can_still_be_taken(home, manager):
    text = ROSTER + ROW + ROW.replace("1234567893", "1234567890").replace("L1", "L2")
    send(manager, text)
    run = ImportRun.objects.get()
    body = get(manager, "import", run.pk).text
    assert "Take the good lines" in body
    assert "roster.csv:3" in body
    post(manager, "apply", run.pk, how="good")
    assert Practitioner.objects.count() == 1


def test_no_page_and_no_download_says_a_value_out_of_the_file(home, manager):
    send(
        manager,
        ROSTER + f"not-{SECRET},{SECRET},{SECRET},1041C0700X,{SECRET},L1,{SECRET},1 Elm St,06106,{SECRET}\n",
    )
    run = ImportRun.objects.get()
    pages = [get(manager, "import", run.pk).text, get(manager, "imports").text]
    download = b"".join(get(manager, "rejects", run.pk)).decode()
    assert download.splitlines()[0] == "file,line,column,severity,code,hint"
    assert "roster.csv,2,npi" in download.lower()
    assert SECRET not in "".join([*pages, download])


def test_a_roster_that_loses_a_third_of_its_people_waits_for_approval(home, manager):
    npis = [calc(n) for n in range(12)]
    row = "{0},Ann,Family{0},1041C0700X,CT,L{0},Elm,1 Elm St,06106,COM\n"
    send(manager, ROSTER + "".join(row.format(n) for n in npis))
    post(manager, "apply", ImportRun.objects.latest("id").pk)
    send(manager, ROSTER + "".join(row.format(n) for n in npis[:6]))
    run = ImportRun.objects.latest("id")
    assert "Approve and apply" in get(manager, "import", run.pk).text
    assert PractitionerRole.objects.filter(active=True).count() == 12
    post(manager, "apply", run.pk, how="fewer")
    assert PractitionerRole.objects.filter(active=True).count() == 6


def calc(n: int) -> str:
    from stdnum import luhn

    body = f"12345{n:04d}"
    return body + luhn.calc_check_digit("80840" + body)


def test_an_upload_is_applied_once(home, manager):
    send(manager, ROSTER + ROW)
    run = ImportRun.objects.get()
    post(manager, "apply", run.pk)
    answer = post(manager, "apply", run.pk, follow=True)
    assert "The files are gone" in answer.text
    assert ImportRun.objects.filter(dry_run=False).count() == 1


def test_who_writes_members_brings_in_members_and_who_writes_the_directory_the_rest(home, world, manager):
    """Rule data decides (access/matrix): D2 for members, D1 for the directory."""
    assert send(manager, "x\n", kind="members").status_code == 404
    assert send(world.browser(Role.SUPERVISOR), ROSTER, kind="practitioners").status_code == 404
    assert kept(home) == []
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"kind": "nothing"}, "Choose what the file holds"),
        ({"name": "a*b.csv"}, "plain name"),
    ],
)
def test_what_cannot_be_taken_says_the_way_out(home, manager, more, says):
    answer = send(manager, ROSTER, **more)
    assert answer.status_code == 422
    assert says in answer.text


def test_a_large_file_is_left_to_the_worker_and_the_page_follows_it(home, manager, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    send(manager, ROSTER + ROW)
    run = ImportRun.objects.get()
    assert run.state == "waiting"
    assert "every 2s" in get(manager, "import", run.pk).text
    read_later(run_id=run.pk, approve_fewer=False)
    run.refresh_from_db()
    assert (run.state, run.counts["practitioners_added"]) == ("done", 1)
    answer = manager.get(reverse("network_import", args=[run.pk]), HTTP_HX_REQUEST="true", **HOST)
    assert answer.headers["HX-Refresh"] == "true"


def test_uploads_go_after_a_day_and_when_thrown_away(home, manager):
    send(manager, ROSTER)
    assert len(kept(home)) == 1
    assert uploads.sweep() == 0
    with stopped_at(now() + timedelta(hours=25)):
        assert uploads.sweep() == 1
    send(manager, ROSTER, name="b.csv")
    post(manager, "drop", ImportRun.objects.latest("id").pk)
    assert kept(home) == []


def test_a_line_that_may_mean_danger_stands_on_no_page_of_imports(home, manager):
    send(manager, ROSTER)
    run = ImportRun.objects.get()
    ImportReject.objects.create(
        run=run, file="a", line=1, column="Observation/Known", code="risk_answer", hint="danger"
    )
    download = b"".join(get(manager, "rejects", run.pk)).decode()
    assert "Observation/Known" not in get(manager, "import", run.pk).text + download


def test_danger_for_which_nobody_was_called_is_said_on_the_page(home, manager):
    send(manager, ROSTER + ROW)
    run = ImportRun.objects.get()
    assert "may be in danger" not in get(manager, "import", run.pk).text
    ImportRun.objects.filter(pk=run.pk).update(counts={"rows_read": 2, "danger_not_told": 1})
    assert "Somebody in this file may be in danger" in get(manager, "import", run.pk).text


def test_a_run_of_a_kind_that_is_no_more_can_be_seen_and_not_thrown_away(home, manager):
    run = ImportRun.objects.create(
        kind="gone",
        source="Payer",
        name="m.csv",
        mode="all",
        state="done",
        dry_run=True,
        upload=uuid4(),
    )
    assert "m.csv" in get(manager, "import", run.pk).text
    assert post(manager, "drop", run.pk).status_code == 404


# What imports leave to a person


def test_an_unknown_code_waits_and_is_closed_with_how_it_ended(world, manager):
    run = ImportRun.objects.create(kind="members", source="Payer", name="m.csv", mode="all", state="done")
    open_work(
        queue="import-review", kind="line_of_business_unknown", subject=f"import:{run.pk}", note="3 rows",
        due_at=now() + timedelta(days=5), once="x",
    )  # fmt: skip
    body = get(manager, "review").text
    assert "3 rows" in body
    assert "m.csv" in body
    task = WorkItem.objects.get()
    post(manager, "settle", task.public_id, outcome="anything")
    assert WorkItem.objects.get().closed_at is None
    post(manager, "settle", task.public_id, outcome="mapped")
    assert (WorkItem.objects.get().outcome, WorkItem.objects.get().closed_by_id) == (
        "mapped", world.person(Role.NETWORK_MANAGER).pk,
    )  # fmt: skip


@pytest.fixture
def pair(db):
    sides = [
        Member.objects.create(
            member_number=f"HL0000{n}111", family_name="Quintero", given_name=given,
            birth_date=date(1986, 5, 1), zip5="06105",
        )
        for n, given in enumerate(("Rosa", "Rossa"))
    ]  # fmt: skip
    because = [
        {"code": "likeness_score", "params": {"score": 0.91}},
        {"code": "same_birth_date", "params": {}},
    ]
    made = DuplicateCandidate.objects.create(left=sides[0], right=sides[1], likeness=0.91, because=because)
    open_work(
        queue="duplicates", kind="maybe_same_person", subject=f"duplicate:{made.pk}",
        due_at=now() + timedelta(days=5), once="d",
    )  # fmt: skip
    return made


def test_a_pair_shows_nobody_until_it_is_opened_and_both_members_see_who_looked(world, pair):
    supervisor = world.browser(Role.SUPERVISOR)
    body = get(supervisor, "pairs").text
    assert "91%" in body
    assert "The same birth date" in body
    assert "Quintero" not in body
    assert get(supervisor, "pair", pair.pk).status_code == 404
    post(supervisor, "compare", pair.pk)
    assert "Rossa Quintero" in get(supervisor, "pair", pair.pk).text
    for member in (pair.left_id, pair.right_id):
        looked = AuditEvent.objects.filter(
            member_id=member, user_id=world.person(Role.SUPERVISOR).pk, allowed=True
        )
        assert {"open", "read"} <= set(looked.values_list("action", flat=True))


def test_two_records_become_one_and_come_apart_again(world, pair):
    supervisor = world.browser(Role.SUPERVISOR)
    post(supervisor, "compare", pair.pk)
    post(supervisor, "decide", pair.pk, do="same")
    assert Member.objects.get(pk=pair.right_id).merged_into_id == pair.left_id
    assert WorkItem.objects.get(queue="duplicates").outcome == "same"
    assert "Take them apart again" in get(supervisor, "pair", pair.pk).text
    post(supervisor, "decide", pair.pk, do="undo")
    assert Member.objects.get(pk=pair.right_id).merged_into_id is None


def test_a_pair_is_not_decided_without_opening_it(world, pair):
    assert post(world.browser(Role.SUPERVISOR), "decide", pair.pk, do="same").status_code == 404
    assert Member.objects.get(pk=pair.right_id).merged_into_id is None


# Weekly hours


def entered(*hours, days=(), do="preview", buffer="10"):
    sent = {
        "hours-TOTAL_FORMS": len(hours), "hours-INITIAL_FORMS": 0, "days-TOTAL_FORMS": len(days),
        "days-INITIAL_FORMS": 0, "buffer_minutes": buffer, "do": do,
    }  # fmt: skip
    for n, row in enumerate(hours):
        told = {"weekday": "0", "opens": "09:00", "closes": "12:00", "visit_minutes": "50", "seats": "1"}
        sent |= {f"hours-{n}-{k}": v for k, v in (told | {"whom": "both"} | row).items()}
    for n, row in enumerate(days):
        sent |= {f"days-{n}-{k}": v for k, v in row.items()}
    return sent


def test_hours_show_the_coming_two_weeks_before_anything_is_open(world, manager):
    schedule = world.schedule(world.therapist())
    with stopped_at(datetime(2026, 11, 22, 17, tzinfo=UTC)):
        body = post(manager, "schedule", schedule.pk, **entered({})).text
        assert "Monday, Nov 23" in body
        assert "9:00 AM · 10:00 AM · 11:00 AM" in body
        assert "Monday, Dec 7" not in body
        assert Slot.objects.count() == 0
        post(manager, "schedule", schedule.pk, **entered({}, do="open"))
    first = Slot.objects.order_by("starts_at").first()
    assert first.starts_at == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_spare_rows_left_as_they_are_ask_for_nothing(world, manager):
    """A browser sends them all, with the lengths that stand in them."""
    schedule = world.schedule(world.therapist())
    spare = {"weekday": "", "opens": "", "closes": ""}
    sent = entered({}, spare, days=[{"day": "", "opens": "", "closes": ""}], do="open")
    assert post(manager, "schedule", schedule.pk, **sent).status_code == 302
    assert WeeklyHours.objects.count() == 1


def test_a_closed_day_takes_its_slots_but_never_an_appointments(world, manager):
    schedule = world.schedule(world.therapist())
    with stopped_at(datetime(2026, 11, 22, 17, tzinfo=UTC)):
        post(manager, "schedule", schedule.pk, **entered({}, do="open"))
        taken = Slot.objects.order_by("starts_at").first()
        Slot.objects.filter(pk=taken.pk).update(taken=1)
        days = [{"day": "2026-11-23", "opens": "", "closes": ""}]
        post(manager, "schedule", schedule.pk, **entered({}, days=days, do="open"))
        gone = Slot.objects.filter(starts_at__date=date(2026, 11, 23))
        assert set(gone.values_list("withdrawn", flat=True)) == {True}
        assert Slot.objects.get(pk=taken.pk).taken == 1
        assert "Withdrawn, 1 stay" in get(manager, "schedule", schedule.pk).text


def test_what_is_kept_comes_back_into_the_form_as_it_was_entered(world, manager):
    schedule = world.schedule(world.therapist())
    row = {"visit_minutes": "30", "seats": "6", "whom": "new", "how": ["video"], "until": "2027-01-31"}
    post(manager, "schedule", schedule.pk, **entered(row, do="open", buffer="15"))
    kept = WeeklyHours.objects.get()
    assert (kept.visit_minutes, kept.seats, kept.for_returning, kept.modalities) == (30, 6, False, ["video"])
    assert kept.period.upper == date(2027, 2, 1)
    body = get(manager, "schedule", schedule.pk).text
    assert 'value="2027-01-31"' in body
    assert 'value="15"' in body


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"closes": "08:00"}, "Later than it opens"),
        ({"closes": "09:20"}, "Not one visit fits"),
        ({"opens": "soon"}, "valid time"),
        ({"since": "2027-01-02", "until": "2027-01-01"}, "Not before the first day"),
    ],
)
def test_hours_that_cannot_be_say_why_and_change_nothing(world, manager, row, says):
    schedule = world.schedule(world.therapist())
    answer = post(manager, "schedule", schedule.pk, **entered(row, do="open"))
    assert answer.status_code == 422
    assert says in answer.text
    assert WeeklyHours.objects.count() == 0


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.PRACTICE_MANAGER])
def test_people_enter_their_own_hours_and_nobody_elses(world, role):
    own, other = world.therapist(), world.therapist("Ann Other", npi="")
    Practitioner.objects.filter(pk=own.practitioner_id).update(user=world.person(role))
    browser = world.browser(role)
    assert post(browser, "open_schedule", other.pk).status_code == 404
    theirs = world.schedule(other)
    assert get(browser, "schedule", theirs.pk).status_code == 404
    assert post(browser, "schedule", theirs.pk, **entered({}, do="open")).status_code == 404
    assert post(browser, "open_schedule", own.pk).status_code == 302
    mine = Schedule.objects.get(role=own)
    assert post(browser, "schedule", mine.pk, **entered({}, do="open")).status_code == 302
    assert Slot.objects.filter(schedule=mine).exists()
    assert "Elm Street" in get(browser, "own_hours").text


def test_a_supervisor_sees_hours_and_does_not_change_them(world):
    schedule = world.schedule(world.therapist())
    supervisor = world.browser(Role.SUPERVISOR)
    assert "Show the coming two weeks" not in get(supervisor, "schedule", schedule.pk).text
    assert post(supervisor, "schedule", schedule.pk, **entered({}, do="open")).status_code == 404
    assert WeeklyHours.objects.count() == 0


def test_no_other_page_asks_the_database_too_much(world, home, manager, pair):
    for n in range(8):
        schedule = world.schedule(world.therapist(f"Ann Family{n}", npi=""))
        post(manager, "schedule", schedule.pk, **entered({}, {"weekday": "2"}, do="open"))
        send(manager, ROSTER + f"{n},A,B,x,CT,L1,Elm,1 Elm St,06106,COM\n")
        run = ImportRun.objects.latest("id").pk
        open_work(
            queue="import-review", kind="code_unknown", subject=f"import:{run}", due_at=now(), once=str(n)
        )
    supervisor = world.browser(Role.SUPERVISOR)
    post(supervisor, "compare", pair.pk)
    assert len(statements(manager, "schedule", schedule.pk)) <= MOST_QUERIES
    assert len(statements(manager, "places")) <= MOST_QUERIES
    assert len(statements(manager, "imports")) <= MOST_QUERIES
    assert len(statements(manager, "import", run)) <= MOST_QUERIES
    assert len(statements(manager, "send")) <= MOST_QUERIES
    assert len(statements(manager, "review")) <= MOST_QUERIES
    assert len(statements(supervisor, "pairs")) <= MOST_QUERIES
    reads = [s for s in statements(supervisor, "pair", pair.pk) if "platform_auditevent" not in s]
    assert len(reads) <= MOST_QUERIES
