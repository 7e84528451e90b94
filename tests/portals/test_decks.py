"""The four decks come in by the door and are seen in the pages. Nothing of them is kept here."""

import csv
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from switchboard.interop.actions import run_import
from switchboard.interop.jobs import read_later
from switchboard.interop.models import ImportRun
from switchboard.members.queries import Asked, find_members, viewer_for
from switchboard.network.core.npi import valid_npi
from switchboard.platform.access import SWITCHBOARD
from switchboard.platform.roles import Role
from switchboard.scheduling.queries import open_slots
from tests.portals.network_world import HOST, World

pytestmark = pytest.mark.django_db
DECKS = Path(os.environ.get("SWITCHBOARD_DECKS", Path(__file__).parents[3] / "shared" / "decks"))


def deck(name: str) -> Path:
    if not (DECKS / name).exists():
        pytest.skip(f"The deck {name} is not at {DECKS}: set SWITCHBOARD_DECKS to where the decks are.")
    return DECKS / name


@pytest.fixture
def world(settings, tmp_path):
    settings.HOME = tmp_path
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield World()


def get(browser, name: str, *args, **asked) -> str:
    answer = browser.get(reverse(f"network_{name}", args=args), asked, **HOST)
    assert answer.status_code == 200
    return answer.text


def bring(browser, kind: str, *files: Path) -> ImportRun:
    """Try the files on the page, then apply them; the worker's part is done here, as it would do it."""
    sent = [SimpleUploadedFile(file.name, file.read_bytes()) for file in files]
    told = {"kind": kind, "source": f"Deck {kind}", "mode": "good", "files": sent}
    assert browser.post(reverse("network_send"), told, **HOST).status_code == 302
    tried = settled()
    assert tried.dry_run
    browser.post(reverse("network_apply", args=[tried.pk]), {"how": "as_tried"}, **HOST)
    done = settled()
    assert (done.dry_run, done.state) == (False, "done")
    assert f"import {done.pk}" in get(browser, "import", done.pk).lower()
    return done


def settled() -> ImportRun:
    run = ImportRun.objects.latest("id")
    if run.state == "waiting":
        read_later(run_id=run.pk, approve_fewer=False)
        run.refresh_from_db()
    assert run.state == "done", run.problem
    return run


def test_the_registrys_practitioners_are_found_in_the_directory(world):
    manager, folder = world.browser(Role.NETWORK_MANAGER), deck("nppes")
    file = folder / "practitioners.csv"
    bring(manager, "nppes", file)
    with file.open(encoding="utf-8") as rows:
        npi = next(row["NPI"] for row in csv.DictReader(rows) if valid_npi(row["NPI"]))
    body = get(manager, "home", q=npi)
    assert "1 found" in body
    assert "National registry" in get(manager, "home", q=npi, source="registry")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM network_practitioner WHERE npi = %s", [npi])
        (number,) = cursor.fetchone()
    page = get(manager, "practitioner", number)
    assert "by the registry" in page
    assert "Due again" in page


def test_a_published_directorys_people_and_groups_are_found(world):
    manager, folder = world.browser(Role.NETWORK_MANAGER), deck("plan-net")
    bring(manager, "plan-net", folder / "examples.ndjson")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, family_name FROM network_practitioner ORDER BY id LIMIT 1")
        person, family = cursor.fetchone()
        cursor.execute("SELECT id, name FROM network_organization ORDER BY id LIMIT 1")
        group, name = cursor.fetchone()
    assert reverse("network_practitioner", args=[person]) in get(manager, "home", q=family)
    assert "Deck plan-net" in get(manager, "practitioner", person)
    assert reverse("network_organization", args=[group]) in get(manager, "organizations", q=name)
    assert "Deck plan-net" in get(manager, "organization", group)


def test_imported_members_are_found_by_two_identifiers_and_by_one_not(world):
    """The deck's members come in by a supervisor, who holds members' identity in the access matrix."""
    supervisor, folder = world.browser(Role.SUPERVISOR), deck("synthea-50")
    bring(supervisor, "fhir", folder / "Patient.ndjson.gz", folder / "Coverage.ndjson.gz")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_number, birth_date, count(*) OVER () FROM members_member ORDER BY id LIMIT 1"
        )
        number, born, count = cursor.fetchone()
    assert count >= 50
    viewer = viewer_for(world.person(Role.SUPERVISOR))
    assert len(find_members(viewer=viewer, asked=Asked(member_number=number, birth_date=born))) == 1
    said = {"member_number": number, "birth_date": born.isoformat(), "phone": "", "name": ""}
    navigator = world.browser(Role.NAVIGATOR)
    found = navigator.post(reverse("desk_find"), said, **HOST)
    assert (found.status_code, found.url.startswith(reverse("desk_find"))) == (302, True)
    alone = navigator.post(reverse("desk_find"), said | {"birth_date": ""}, **HOST)
    assert alone.status_code != 302


def test_a_publishers_past_slots_are_seen_as_past_and_never_offered(world):
    manager, folder = world.browser(Role.NETWORK_MANAGER), deck("scheduling-links")
    bring(manager, "scheduling-links", *sorted(f for f in folder.iterdir() if f.is_file()))
    body = get(manager, "places")
    assert "2021" in body
    with connection.cursor() as cursor:
        cursor.execute("SELECT schedule_id, count(*) FROM scheduling_slot GROUP BY 1 ORDER BY 1 LIMIT 1")
        schedule, slots = cursor.fetchone()
    page = get(manager, "schedule", schedule)
    assert slots > 0
    assert "Past: never offered" in page
    assert "2021" in page
    assert len(open_slots().slot) == 0


def test_the_decks_come_in_by_the_console_too(world):
    """The page and the console are one door: the same file twice changes nothing."""
    manager, folder = world.browser(Role.NETWORK_MANAGER), deck("plan-net")
    bring(manager, "plan-net", folder / "examples.ndjson")
    again = run_import(
        kind="plan-net", path=folder / "examples.ndjson", source="Deck plan-net", by=SWITCHBOARD
    )
    assert again.changed == 0
    assert again.same_as == ImportRun.objects.get(dry_run=False, by__isnull=False).pk
    assert "The console" in get(manager, "imports")
