"""The directory's pages: one record each with its evidence, for those who may."""

import pytest

from switchboard.network.models import Practitioner, PractitionerRole
from switchboard.platform.roles import Role
from tests.portals.network.asking import get, statements
from tests.portals.statements import MOST

pytestmark = pytest.mark.django_db


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
    assert len(statements(manager, "home")) <= MOST
    assert len(statements(manager, "practitioner", roles[0].practitioner_id)) <= MOST
    assert len(statements(manager, "organizations")) <= MOST
    assert len(statements(manager, "organization", roles[0].organization_id)) <= MOST
