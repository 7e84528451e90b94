"""Every no of the API is problem+json (RFC 9457): a code, plain words, paths; never a value."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from switchboard.frontdoor.actions import NotSayable
from switchboard.outcomes.actions import NotAnswerable
from switchboard.platform.access import AccessDenied
from switchboard.platform.audit import NotWrittenDown, record_denial
from switchboard.platform.idempotency import InFlight, OtherQuestion

log = structlog.get_logger("switchboard.api")

MEDIA = "application/problem+json"
NAMES = "urn:switchboard:problem:"
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
#: Fields that callers have no business setting: sending one is noted, with its place and not its value.
NOT_THEIRS = frozenset(
    {"id", "tenant_id", "role", "status", "state", "queue", "user_id", "is_active", "is_staff", "created_by"}
    | {"updated_by", "licensed", "licence", "scopes", "synthetic", "acuity_rule", "urgency", "due_at"}
)
#: What pydantic finds, in our codes. Its own words may repeat what was sent.
FAULTS = {"missing": "required", "extra_forbidden": "unknown_field"}


class Problem(Exception):  # noqa: N818 - it is an answer, not a fault
    """A no with its status, code and words; ``more`` are further members of the answer."""

    def __init__(
        self, status: int, code: str, title: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.headers, self.more = status, code, title, headers, more


def problem(
    status: int, code: str, title: str, headers: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    """Give a problem as an answer."""
    body = {"type": NAMES + code.replace("_", "-"), "title": title, "status": status, **more}
    return HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA, headers=dict(headers or {}))


def bad_value(path: str, code: str, title: str = "Something in the request does not fit.") -> Problem:
    """Give the problem of one value, by its path."""
    return Problem(422, "invalid", title, errors=[{"path": path, "code": code}])


def nothing_here() -> HttpResponse:
    """Answer that there is no such thing, or none the caller may know of."""
    return problem(404, "not_found", "There is nothing here, or nothing that is for you.")


def in_flight() -> Problem:
    """Give the problem of a key that is being answered at this moment."""
    return Problem(
        409, "in_flight", "The same Idempotency-Key is being answered: ask again.", {"Retry-After": "1"}
    )


def other_question() -> Problem:
    """Give the problem of a key that came before with another question."""
    return Problem(
        422, "key_reused", "This Idempotency-Key came before with another question: send a new one."
    )


def _problem(request: HttpRequest, wrong: Problem) -> HttpResponse:
    return problem(wrong.status, wrong.code, wrong.title, wrong.headers, **wrong.more)


def _invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    errors = list(_faults(wrong.errors))
    names = {str(e["loc"][-1]) for e in wrong.errors if e["type"] == "extra_forbidden" and e["loc"]}
    if names & NOT_THEIRS:
        log.warning("mass_assignment", route=_route(request), count=len(names & NOT_THEIRS))
    return problem(422, "invalid", "Something in the request does not fit.", errors=errors[:50])


def _faults(errors: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    for error in errors:
        where, *loc = error["loc"]
        # The body's own name is ours (`asked`), not the caller's: paths begin inside it.
        inside = loc[1:] if where == "body" else loc
        yield {"in": str(where), "path": path_of(inside), "code": FAULTS.get(error["type"], error["type"])}


def path_of(loc: Iterable[Any]) -> str:
    """Give a JSON pointer; a name that is not one of ours in form is given as ``*``: it may be a person's."""
    parts = (str(p) if isinstance(p, int) or _NAME.fullmatch(str(p)) else "*" for p in loc)
    return "".join(f"/{part}" for part in parts)


def _throttled(request: HttpRequest, wrong: Throttled) -> HttpResponse:
    return problem(429, "too_many", "Too many requests with this key: wait a little.")


def _http(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    if wrong.status_code == 400 and isinstance(wrong.__cause__, Problem):
        return _problem(request, wrong.__cause__)
    return problem(wrong.status_code, "refused", "The request cannot be answered as it was sent.")


def _denied(request: HttpRequest, wrong: AccessDenied) -> HttpResponse:
    try:
        with transaction.atomic():
            record_denial(wrong)
    except NotWrittenDown:
        return _blind(request, wrong)
    return nothing_here()  # 404 and not 403: the answer does not tell whether there is such a person


def _blind(request: HttpRequest, wrong: Exception) -> HttpResponse:
    log.error("audit_unwritable", route=_route(request))
    words = "We cannot keep our record of who looks, so nobody may look now."
    return problem(503, "unavailable", words, {"Retry-After": "10"})


def _unkeepable(request: HttpRequest, wrong: DataError) -> HttpResponse:
    log.warning("unkeepable", route=_route(request))
    return problem(
        422, "unkeepable", "What was sent cannot be kept: a number out of range, or a text too long."
    )


def _nothing(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return nothing_here()


def _unsayable(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return problem(422, "not_fitting", str(wrong))


def _in_flight(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return _problem(request, in_flight())


def _other_question(request: HttpRequest, wrong: Exception) -> HttpResponse:
    return _problem(request, other_question())


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else ""


#: What each exception is answered with; whatever is not here is our fault: 500.
ANSWERS: Mapping[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Problem: _problem,
    ValidationError: _invalid,
    Throttled: _throttled,
    HttpError: _http,
    AccessDenied: _denied,
    NotWrittenDown: _blind,
    DataError: _unkeepable,
    Http404: _nothing,
    ObjectDoesNotExist: _nothing,
    NotSayable: _unsayable,
    NotAnswerable: _unsayable,
    InFlight: _in_flight,
    OtherQuestion: _other_question,
}


def answer_problems(api: NinjaAPI) -> None:
    """Teach the API what each exception is answered with."""
    for kind, handler in ANSWERS.items():
        api.add_exception_handler(kind, handler)
