"""Every route of the project by every role: what the doorkeeper answers, against one file.

``routes.toml`` has a row for each route; a route without a row fails the build, and so does a row without a
route. Each row is tried for real, with a browser of every role and with none.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from switchboard.platform.doors import Admits, admits
from switchboard.platform.roles import Role

ROWS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "routes.toml").read_text())["routes"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def patterns(resolver=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from patterns(entry, route)


def doors() -> dict[str, Admits | None]:
    """Give each route (on an API: each method and route) with whom it serves."""
    found: dict[str, Admits | None] = {}
    for route, entry in patterns():
        if route in found:
            continue  # the first of two equal routes answers
        operations = [m for m in METHODS if admits(entry.callback, None, m)]
        if getattr(entry.callback, "admits", None) or not operations:
            found[route] = admits(entry.callback, entry.name, "GET")
        else:
            found |= {f"{m} {route}": admits(entry.callback, None, m) for m in operations}
    return found


def said(door: Admits | None) -> list[str]:
    if door is None:
        return []
    if door.anybody:
        return ["anybody"]
    everyone = door.roles >= frozenset(Role) - {Role.SYSTEM}
    return ["everyone"] if everyone else sorted(role.value for role in door.roles)


def test_every_route_has_its_row_and_every_row_its_route():
    now = {route: said(door) for route, door in doors().items()}
    wrong = {
        route: {"says": now.get(route, "no such route"), "row": ROWS.get(route, "none")}
        for route in sorted(now.keys() | ROWS.keys())
        if now.get(route) != ROWS.get(route)
    }
    assert not wrong, "tests/access/routes.toml must say who may come through each of these doors"


def plain(route: str) -> bool:
    return "<" not in route and not route.startswith(METHODS) and "(?P" not in route


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(r for r in ROWS if plain(r)))
def test_every_plain_route_answers_each_role_as_its_row_says(route, user, signed_in):
    """A role outside the row gets 403, nobody is led to the way in, a route without a role is not found."""
    path, row = f"/{route}", ROWS[route]
    away = Client().get(path, HTTP_HOST="localhost")
    if not row:
        assert away.status_code == 404
    elif row != ["anybody"]:
        assert away.status_code in (302, 401)
    for role in set(Role) - {Role.SYSTEM}:
        status = signed_in(user(role)).get(path, HTTP_HOST="localhost").status_code
        if not row:
            assert status == 404, role
        elif row[0] not in ("anybody", "everyone"):
            assert (status == 403) is (role.value not in row), role
