"""The matrix of routes and roles, called for real: routes with parameters, on one's own and a stranger's.

For each route of ``routes.toml`` that names a thing, each method, and

- nobody, an idle session, a key revoked, a key past its day, a key whose user has left: the way in, or 401;
- each role outside the row: 403;
- each role of the row, on what they are tied to: served (not 401, 403, 404);
- each role of the row, on a stranger's: not found, no row of the stranger's changed, nothing of theirs in the
  answer, and the very answer that is given where there is no such thing at all (promise A3).

``live_places`` holds the exceptions with their reasons. A route whose parameters have no place there fails.
"""

import re
from datetime import timedelta

import pytest
from django.test import override_settings

from switchboard.platform import tokens
from switchboard.platform.clock import now, stopped_at
from switchboard.platform.models import ApiToken, User
from switchboard.platform.roles import Role
from switchboard.platform.tokens import issue
from tests.access.live_places import BY_PURPOSE, NOT_THEIRS, PARAM, PLACES, address, personal, sent
from tests.access.live_world import STRANGER, Live, text_of, undone
from tests.access.test_routes import METHODS, ROWS

pytestmark = pytest.mark.django_db
#: Routes that name a thing which is nobody's: a library's, the gallery's samples, what the API does not know.
NOBODYS = ("account/", "gallery/", "api/<path:rest>")
ROUTES = [r for r in ROWS if PARAM.search(r) and not r.startswith(NOBODYS) and ROWS[r]]
PARTS = {
    "desk": [r for r in ROUTES if r.startswith("desk/")],
    "member": [r for r in ROUTES if r.startswith(("appointments/", "care/", "me/"))],
    "network": [r for r in ROUTES if r.startswith("network/")],
    "api_get": [r for r in ROUTES if r.startswith("GET ")],
    "api_write": [r for r in ROUTES if r.startswith(METHODS) and not r.startswith("GET ")],
}
SHUT, UNMADE = {401, 403, 404}, 405


@pytest.fixture
def live(db):
    with override_settings(DEMO=True, SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False):
        yield Live()


def methods(route: str) -> list[str]:
    return [route.split()[0]] if route.startswith(METHODS) else ["GET", "POST"]


def told(answer) -> tuple:
    """What an answer says, but for what differs between any two answers."""
    words = text_of(answer)
    for changing in (
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"987654321",
        r"[A-Za-z0-9]{64}",
        r"[0-9a-f]{32}",
    ):
        words = re.sub(changing, "~", words)
    headers = {
        k: re.sub(r"[0-9a-f-]{32,36}", "~", v) for k, v in answer.headers.items() if k != "Content-Length"
    }
    return answer.status_code, re.sub(r"/\d+\b", "/~", words), headers


def apart(one: tuple, other: tuple) -> tuple:
    """The status of both, and the first line that differs."""
    lines = zip(one[1].splitlines(), other[1].splitlines(), strict=False)
    return one[0], other[0], next((pair for pair in lines if pair[0] != pair[1]), (one[2], other[2]))


def test_every_route_with_a_parameter_has_its_place():
    assert sum(map(len, PARTS.values())) == len(ROUTES), set(ROUTES) - {r for p in PARTS.values() for r in p}
    unplaced = {r: n for r in ROUTES for n in PARAM.findall(r) if n not in PLACES}
    assert not unplaced, "tests/access/live_places.py must say what stands in these addresses"
    assert set(BY_PURPOSE) | set(NOT_THEIRS) <= set(ROUTES)


@pytest.mark.parametrize("part", PARTS)
def test_the_matrix_holds_when_it_is_called(live, part):
    wrong = []
    for route in PARTS[part]:
        for method in methods(route):
            body = sent(route, live)
            wrong += outside(live, route, method, body)
            for role in Role:
                if role.value in ROWS[route] and (role is not Role.SYSTEM or route.startswith(METHODS)):
                    wrong += inside(live, route, method, body, role)
    assert not wrong, "\n".join(map(str, wrong))


def outside(live: Live, route: str, method: str, body: dict) -> list:
    """Everybody whom the row leaves out, and nobody at all."""
    wrong, path = [], address(route, live, live.mine)
    with undone():
        away = live.call(method, path, body, None)
        if away.status_code not in ((401,) if route.startswith(METHODS) else (302,)):
            wrong.append((route, method, "nobody", away.status_code))
    for role in set(Role) - {Role(r) for r in ROWS[route]}:
        if role is Role.SYSTEM and not route.startswith(METHODS):
            continue  # keys open no page: that is nobody again
        with undone():
            status = live.call(method, path, body, role).status_code
        if status != 403:
            wrong.append((route, method, role.value, status))
    return wrong


def inside(live: Live, route: str, method: str, body: dict, role: Role) -> list:
    """A role of the row: on what is theirs, on a stranger's, and where there is nothing."""
    with undone():
        own = live.call(method, address(route, live, live.mine), body, role)
    said = (route, method, role.value)
    if own.status_code == UNMADE and method == "GET":
        return []
    may_not, _why = NOT_THEIRS.get(route, (set(), ""))
    unscoped = role is Role.SYSTEM and personal(route)  # its key says no scope
    shut = unscoped or bool({"*", role.value} & may_not)
    wrong = (
        [(*said, "own", own.status_code)]
        if (own.status_code in SHUT) > shut or own.status_code >= 500
        else []
    )
    if not personal(route) or (route in BY_PURPOSE and role is not Role.SYSTEM):
        return wrong
    with undone():
        before = live.strangers_rows()
        other = live.call(method, address(route, live, live.theirs), body, role)
        if live.strangers_rows() != before:
            wrong.append((*said, "a stranger's rows changed"))
    with undone():
        nothing = live.call(method, address(route, live, None), body, role)
    if other.status_code != 404:
        wrong.append((*said, "a stranger's", other.status_code))
    if any(word in text_of(other) for word in STRANGER):
        wrong.append((*said, "says something of a stranger"))
    if told(other) != told(nothing):
        wrong.append((*said, "a stranger's and nobody's are told apart", *apart(told(other), told(nothing))))
    return wrong


@pytest.mark.parametrize("route", sorted(BY_PURPOSE))
def test_what_opens_by_purpose_tells_nothing_before_it_is_said(live, route):
    """The answer names nobody, and what is the stranger's stays as it was unless it is work taken on."""
    for role in (Role(r) for r in ROWS[route]):
        for method in methods(route):
            with undone():
                before = live.strangers_rows()
                answer = live.call(method, address(route, live, live.theirs), {}, role)
                assert not any(word in text_of(answer) for word in STRANGER), (role, method)
                assert "take" in route or "acknowledge" in route or live.strangers_rows() == before


def test_a_session_gone_idle_opens_none_of_them(live):
    with stopped_at(now() + timedelta(hours=13)):
        for route in ROUTES:
            if not route.startswith(METHODS):
                with undone():
                    role = Role(ROWS[route][0])
                    answer = live.call("GET", address(route, live, live.mine), {}, role)
                assert answer.status_code == 302, route
                assert answer.headers["Location"].startswith("/account/login/code/"), route


@pytest.mark.parametrize("how", ["revoked", "past_its_day", "user_left", "unknown"])
def test_a_key_that_has_ended_opens_none_of_them(live, how):
    user = live.desk.person(Role.SUPERVISOR)
    made = issue(user_id=user.pk, name="ending")
    first = "GET api/requests/<request_id>"
    keeper = issue(user_id=user.pk, name="living").secret
    assert live.call("GET", address(first, live, live.mine), {}, made.secret).status_code == 200
    if how == "revoked":
        assert tokens.revoke(prefix=made.prefix) == 1
    elif how == "past_its_day":
        ApiToken.objects.filter(prefix=made.prefix).update(expires_at=now())
        tokens.forget()
    elif how == "user_left":
        User.objects.filter(pk=user.pk).update(is_active=False, deactivated_at=now())
        tokens.forget()
    secret = "swb_" + "a" * 43 if how == "unknown" else made.secret
    for route in (r for r in ROUTES if r.startswith(METHODS)):
        with undone():
            answer = live.call(route.split()[0], address(route, live, live.mine), sent(route, live), secret)
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json"), route
    if how in ("revoked", "past_its_day", "unknown"):
        assert live.call("GET", address(first, live, live.mine), {}, keeper).status_code == 200


def test_a_page_that_settles_one_queue_closes_nothing_of_another(live):
    """The page of what imports left open is no way to close an alarm, or what is to do for a member."""
    path = f"/network/review/{live.theirs.item.public_id}"
    for role in (Role.NETWORK_MANAGER, Role.SUPERVISOR):
        assert live.call("POST", path, {"outcome": "left_out"}, role).status_code == 302
        live.theirs.item.refresh_from_db()
        assert live.theirs.item.closed_at is None
