"""The API keeps to its own description, and every operation says whom it serves and answers in problems."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from switchboard.platform.roles import Role
from tests.api import test_pages

pytestmark = pytest.mark.django_db


def described():
    from switchboard.api.api import api

    return json.loads(json.dumps(api.get_openapi_schema()))


def test_every_write_that_creates_or_books_asks_for_a_key():
    """All POSTs, but those that change nothing, and the crisis path: never refused for a header."""
    free = {"/api/match", "/api/members/find", "/api/assessments"}
    for path, operations in described()["paths"].items():
        if (
            "post" not in operations
            or path in free
            or "/crisis/" in path
            or path.endswith("/preview")
            or path.endswith(("/say", "/answers"))
        ):
            continue
        names = {p["name"] for p in operations["post"].get("parameters", ())}
        assert "Idempotency-Key" in names, path


def test_every_body_that_goes_in_knows_no_further_fields():
    told = described()
    for operations in told["paths"].values():
        for operation in operations.values():
            schema = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            if schema and "$ref" in schema:
                name = schema["$ref"].rpartition("/")[2]
                assert told["components"]["schemas"][name].get("additionalProperties") is False, name


def test_without_a_key_nothing_but_the_description_opens(client):
    for path, operations in described()["paths"].items():
        for method in operations:
            where = path
            for name in ("member", "request_id", "appointment", "task", "item"):
                where = where.replace("{" + name + "}", "7d7f0b7e-7a55-4b57-8f3c-0e3f33f4d7aa")
            where = where.replace("{role_id}", "1")
            answer = client.generic(method.upper(), where, b"{}", "application/json", HTTP_HOST="localhost")
            assert answer.status_code == 401, (method, path)
            assert answer["Content-Type"] == "application/problem+json"


def caller_for(caller, path: str, method: str, made: dict) -> object:
    """Give a caller of a role that the operation serves, so that it is not refused for its role."""
    name = f"{method.upper()} {path.removeprefix('/api')}"
    roles = test_pages.operations().get(name, frozenset({Role.SUPERVISOR}))
    role = Role.SUPERVISOR if Role.SUPERVISOR in roles else min(roles)
    if role not in made:
        made[role] = caller(role)
    return made[role]


def swept(caller, examples: int) -> None:
    callers: dict = {}
    schema = schemathesis.openapi.from_dict(described())
    for result in schema.get_all_operations():
        operation = result.ok()
        one = caller_for(caller, operation.path, operation.method, callers)

        @settings(
            max_examples=examples, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def sent(case):
            body = None if case.body is schemathesis.core.NOT_SET else case.body
            answer = one.send(  # noqa: B023 - called before the next turn
                case.method.upper(), case.formatted_path.removeprefix("/api"),
                raw=b"" if body is None else json.dumps(body).encode(),
            )  # fmt: skip
            assert answer.status_code < 500, (case.method, case.path, answer.content)
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json"

        sent()


def test_no_generated_call_is_our_fault(caller):
    swept(caller, 3)


@pytest.mark.nightly
def test_no_generated_call_is_our_fault_at_length(caller):
    swept(caller, 200)
