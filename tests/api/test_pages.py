"""Whatever a page does, the API does, for the same roles: ``pages.toml`` says which operations those are."""

import tomllib
from pathlib import Path

from switchboard.platform.doors import admits
from switchboard.platform.roles import Role
from tests.access.test_routes import METHODS, patterns

PAGES: dict[str, str | list[str]] = tomllib.loads((Path(__file__).parent / "pages.toml").read_text())["pages"]
#: Routes that are no pages of ours: the API itself, the library's sign-in, what machines ask.
NO_PAGE = ("api/", "i18n/", "account/^", "healthz", "readyz", "metrics")
SIGN_IN = ("account_", "mfa_")
#: Operations that no page does: programs ask them.
PROGRAMS = {"POST /assessments", "POST /match", "POST /appointments", "POST /holds"}


def pages():
    """Give each route of a page: its name and whom it serves."""
    found = {}
    for route, entry in patterns():
        name = entry.name or ""
        if not route.startswith(NO_PAGE) and (name in PAGES or not name.startswith(SIGN_IN)):
            found.setdefault(name, admits(entry.callback, name, "GET"))
    return found


def operations():
    """Give each operation of the API with the roles it serves."""
    found = {}
    for route, entry in patterns():
        if route.startswith("api/") and "openapi" not in route:
            path = "/" + route.removeprefix("api/").replace("<", "{").replace(">", "}")
            for method in METHODS:
                door = admits(entry.callback, None, method)
                if door is not None and not getattr(entry.callback, "admits", None):
                    found[f"{method} {path}"] = door.roles
    return found


def test_every_page_has_its_operations_or_says_why_not():
    there, known = set(pages()), set(PAGES)
    assert there == known, {"without a row": there - known, "without a page": known - there}
    named = {op for ops in PAGES.values() if isinstance(ops, list) for op in ops}
    assert named <= set(operations()), named - set(operations())


def test_every_operation_is_named_by_a_page_or_is_for_programs():
    named = {op for ops in PAGES.values() if isinstance(ops, list) for op in ops}
    assert set(operations()) - named == PROGRAMS


def test_an_operation_serves_whom_its_pages_serve():
    """Each role a page serves may call what that page does, and no role but those (and systems) may."""
    now, doors, may = operations(), pages(), {}
    for name, ops in PAGES.items():
        for op in ops if isinstance(ops, list) else ():
            assert doors[name].roles - NARROWER.get(op, set()) <= now[op], (name, op)
            may.setdefault(op, set()).update(doors[name].roles)
    wider = {op: sorted(now[op] - roles - {Role.SYSTEM}) for op, roles in may.items() if op not in WIDER}
    assert not {op: roles for op, roles in wider.items() if roles}


#: Pages of several actions, one of which the page itself refuses to a role it lets in.
NARROWER = {
    "POST /me/people/{grant}/end": {Role.PROXY},
    "POST /schedules/{schedule}/preview": {Role.ADMINISTRATOR, Role.SUPERVISOR},
    "POST /schedules/{schedule}/hours": {Role.ADMINISTRATOR, Role.SUPERVISOR},
}
#: Served to everybody who has signed in, or to all who find care for somebody: the open directory.
WIDER = {"GET /me", "GET /roles", "GET /roles/{role_id}/times"}


def test_the_description_names_every_operation():
    from switchboard.api.api import api

    told = api.get_openapi_schema()
    described = {f"{m.upper()} {p.removeprefix('/api')}" for p, ops in told["paths"].items() for m in ops}
    assert described == set(operations())
