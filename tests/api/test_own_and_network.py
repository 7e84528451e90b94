"""The operations behind the member's own pages, the directory, imports and insights answer as they say."""

import pytest

from switchboard.platform.roles import Role

pytestmark = pytest.mark.django_db


def test_a_member_keeps_what_they_choose_and_sees_who_looked(caller, member):
    me = caller(Role.MEMBER)
    one = member(of=me.user)
    assert me.get("/me/people").json()["own"] == str(one.public_id)
    assert me.post("/me/wishes", {"modalities": ["video"]}).status_code == 200
    assert me.get("/me/wishes").json()["modalities"] == ["video"]
    assert me.post("/me/wishes", {"modalities": ["telepathy"]}).status_code == 422
    assert me.post("/me/routes", {"kind": "phone", "value": "(860) 555-0144"}).status_code == 200
    route = me.get("/me/routes").json()[0]["id"]
    assert me.post(f"/me/routes/{route}/remove").json() == {"done": True}
    assert me.post("/me/language", {"language": "es", "time_zone": "America/Chicago"}).status_code == 200
    assert me.get("/me/language").json()["language"] == "es"
    assert me.get("/me/who-looked").json()[0]["mine"] is True


def test_the_directory_imports_and_insights_answer(caller, role_with_slots):
    keeper = caller(Role.NETWORK_MANAGER)
    [row] = keeper.get("/network/practitioners?q=rivera").json()["practitioners"]
    record = keeper.get(f"/network/practitioners/{row['practitioner_id']}").json()
    assert record["roles"][0]["offered"] is True
    for path in ("/network/organizations", "/network/places", "/imports", "/import-review",
                 "/insights/demand", "/insights/supply"):  # fmt: skip
        assert keeper.get(path).status_code == 200, path
    assert caller(Role.SUPERVISOR).get("/pairs").json() == {"waiting": [], "decided": []}
