"""The network's pages look right to a browser and to axe, at two widths, in both themes."""

import os
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from switchboard.interop.uploads import take_upload
from switchboard.members.models import DuplicateCandidate, Member
from switchboard.members.queries import viewer_for
from switchboard.platform.audit import relate
from switchboard.platform.clock import now
from switchboard.platform.roles import Role
from switchboard.platform.worklist import open_work
from switchboard.scheduling.actions import set_hours
from switchboard.scheduling.core.availability import Hours
from tests.portals.network_world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "npi,last name,first name,taxonomy,license state,license number,group,address,zip,lob\n"
ROSTER = HEAD + (
    "1234567893,Stone,Ada,1041C0700X,CT,L9,Elm,1 Elm St,06106,COM\n"
    "1234567890,Bad,Npi,,CT,L2,Elm,1 Elm St,06106,COM\n"
)
SHOTS = os.environ.get("SWITCHBOARD_SHOTS", "")  # a folder to keep pictures in, for somebody to look at


@pytest.fixture
def world(settings, tmp_path, live_server):
    settings.HOME = tmp_path
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    return World()


def sign_in(look, world: World, role: Role) -> None:
    page, person = look.at("/demo/"), world.person(role)
    page.reload()
    page.locator(f'form:has(input[value="{person.email}"]) button').click()
    page.wait_for_load_state()


def seen(look, request, name: str, *args) -> None:
    look.at(reverse(f"network_{name}", args=args))
    if SHOTS:
        view = request.node.callspec.id
        look.page.screenshot(path=Path(SHOTS) / f"{name}-{view}.png", full_page=True)
    look.is_fine()


def test_the_network_managers_pages(look, world, request):
    roles = [world.therapist(f"{name} Rivera", npi="") for name in ("Ana", "Luz", "Marisol")]
    role = roles[1]
    world.word("practitioner", role.practitioner_id, "languages", ["en", "es"], days_ago=100)
    world.word("practitioner", role.practitioner_id, "gender", "female", days_ago=3)
    world.word(
        "role", role.pk, "accepting_new", False, 9, name="The state's registry", kind="registry", rank=10
    )
    schedule = world.schedule(role)
    manager = viewer_for(world.person(Role.NETWORK_MANAGER))
    hours = [Hours(day, time(9), time(12)) for day in (0, 2)]
    set_hours(schedule_id=schedule.pk, hours=hours, by=manager)
    run = take_upload(
        kind="practitioners", source="Elm Street", by=manager,
        files=[SimpleUploadedFile("elm-roster.csv", ROSTER.encode())],
    )  # fmt: skip
    due = now() + timedelta(days=4)
    open_work(
        queue="import-review", kind="specialty_without_code", subject=f"import:{run}", note="3 rows",
        due_at=due, once="r",
    )  # fmt: skip
    sign_in(look, world, Role.NETWORK_MANAGER)
    seen(look, request, "home")
    seen(look, request, "practitioner", role.practitioner_id)
    seen(look, request, "organizations")
    seen(look, request, "organization", role.organization_id)
    seen(look, request, "imports")
    seen(look, request, "send")
    seen(look, request, "import", run)
    seen(look, request, "review")
    seen(look, request, "places")
    seen(look, request, "schedule", schedule.pk)
    look.page.get_by_role("button", name="Show the coming two weeks").click()
    look.page.wait_for_load_state()
    assert "9:00 AM" in look.page.inner_text("main")
    look.is_fine()


def test_the_supervisors_pairs(look, world, request):
    sides = [
        Member.objects.create(
            member_number=f"HL0000{n}111", family_name="Quintero", given_name=given, city="Hartford",
            birth_date=date(1986, 5, 1), state="CT", zip5="06105",
        )
        for n, given in enumerate(("Rosa", "Rossa"))
    ]  # fmt: skip
    because = [
        {"code": "likeness_score", "params": {"score": 0.91}},
        {"code": "same_birth_date", "params": {}},
    ]
    pair = DuplicateCandidate.objects.create(left=sides[0], right=sides[1], likeness=0.91, because=because)
    for side in sides:
        relate(viewer=viewer_for(world.person(Role.SUPERVISOR)), member_id=side.pk, kind="task", reason="try")
    sign_in(look, world, Role.SUPERVISOR)
    seen(look, request, "pairs")
    seen(look, request, "pair", pair.pk)


def test_a_practitioners_own_hours(look, world, request):
    role = world.therapist()
    role.practitioner.user = world.person(Role.PRACTITIONER)
    role.practitioner.save()
    world.schedule(role)
    sign_in(look, world, Role.PRACTITIONER)
    seen(look, request, "own_hours")
