"""Who calls, and how often the same call may happen: roles, keys of idempotency, versions, answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import orjson
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from switchboard.api.problems import Problem
from switchboard.members.queries import viewer_of
from switchboard.platform.idempotency import once
from switchboard.platform.roles import Role

View = TypeVar("View", bound=Callable[..., Any])

#: Whom the operations serve: the roles of the pages that do the same (``tests/api/pages.toml``).
DESK = (Role.NAVIGATOR, Role.CARE_MANAGER, Role.SUPERVISOR)  # who talks with members and sees the queue
BOOKS = (Role.NAVIGATOR, Role.SUPERVISOR)  # who changes their appointments
CRISIS = (Role.CRISIS_CLINICIAN, Role.CARE_MANAGER, Role.SUPERVISOR)  # who may know why somebody is called
CARE = (Role.MEMBER, Role.PROXY, *DESK)
BOOKING = (Role.MEMBER, Role.PROXY, *BOOKS)
SYSTEMS = (*CARE, Role.SYSTEM)
READS = (Role.NETWORK_MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR)  # the directory, and how imports went
IMPORTS = (Role.NETWORK_MANAGER, Role.SUPERVISOR)  # who brings files in and settles what they left open
HOURS = (Role.NETWORK_MANAGER, Role.PRACTICE_MANAGER, Role.PRACTITIONER)
OWN_HOURS = (Role.PRACTICE_MANAGER, Role.PRACTITIONER)

LONGEST_KEY = 255
#: What the description of an operation says of the headers it wants.
KEYED: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
            "description": "Your own name for this call: a retry with it gets the same answer.",
        }
    ]
}
VERSIONED: dict[str, Any] = {
    "parameters": [
        *KEYED["parameters"],
        {
            "in": "header",
            "name": "If-Match",
            "required": True,
            "schema": {"type": "string", "pattern": '^("[a-z]+"|\\*)$'},
            "description": "The ETag you last saw; * for any.",
        },
    ]
}


def key_of(request: HttpRequest) -> str:
    """Give the caller's key; raise 400 when there is none, or none that can be kept."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not key:
        raise Problem(400, "key_missing", "Send an Idempotency-Key: your own name for this call.")
    if len(key) > LONGEST_KEY or not all("!" <= c <= "~" for c in key):
        raise Problem(400, "key_unusable", f"An Idempotency-Key has 1 to {LONGEST_KEY} plain characters.")
    return key


def expected_of(request: HttpRequest) -> str | None:
    """Give the version a caller believes in (None: any); raise 428 when it says none.

    An appointment never returns to an earlier state, and a move makes a new appointment: its state is its
    version.
    """
    told = request.META.get("HTTP_IF_MATCH", "").strip()
    if not told:
        raise Problem(428, "version_missing", "Send If-Match with the ETag you last saw, or * for any.")
    return None if told == "*" else told.strip('"')


def once_each(status: int) -> Callable[[View], View]:
    """Make an operation answer a repeated call (same key, same body) as the first time, and happen once."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def act() -> tuple[int, Any]:
                told = view(request, *args, **kwargs)
                return status, told.model_dump(mode="json")

            question = b"\n".join((str(request.method).encode(), request.path.encode(), request.body))
            kept = once(by=viewer_of(request), key=key_of(request), question=question, act=act)
            return answer(kept.status, kept.body, replayed=kept.replayed)

        return answered  # type: ignore[return-value]

    return wrap


def answer(status: int, told: Any, *, replayed: bool = False, version: str = "") -> HttpResponse:
    """Give JSON with its headers; a shape or what is JSON already."""
    body = told.model_dump(mode="json") if isinstance(told, BaseModel) else told
    response = HttpResponse(
        b"" if body is None else orjson.dumps(body), status=status, content_type="application/json"
    )
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    if version:
        response.headers["ETag"] = f'"{version}"'
    return response
