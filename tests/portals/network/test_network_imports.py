"""Files by page: tried, then applied, then gone; no page says a value out of a file."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from switchboard.interop import uploads
from switchboard.interop.jobs import read_later
from switchboard.interop.models import ImportReject, ImportRun
from switchboard.network.models import Practitioner, PractitionerRole
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.roles import Role
from tests.portals.network.asking import ROSTER, ROW, SECRET, get, kept, post, send
from tests.portals.network_world import HOST

pytestmark = pytest.mark.django_db


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
