"""The first thing a request to the API meets: what is too large, of a wrong kind or nowhere is answered here.

A caller with a key goes straight to the operation: sessions, cookies, languages and templates are for
browsers, and cost more than a booking. A caller with a session goes through all of it, and is refused in the
same form.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, get_resolver

from switchboard.api.problems import MEDIA, nothing_here, problem
from switchboard.api.reading import keepable
from switchboard.platform.access import AccessDenied
from switchboard.platform.doorkeeper import API, Doorkeeper
from switchboard.platform.tokens import bearer, sign_in

LARGEST = 1_000_000  # bytes of a body
MOST_SENT = 20_000_000  # bytes of a body that brings in files
FILES = f"{API}imports"
MOST_HEADERS = 100
JSON_KINDS = ("application/json", "application/fhir+json")
TITLES: Mapping[int, tuple[str, str]] = {
    400: ("refused", "The request cannot be answered as it was sent."),
    401: ("unknown_caller", "Sign in, or send a key."),
    403: ("not_yours", "This is not for your role, or the form's token is missing."),
    404: ("not_found", "There is nothing here, or nothing that is for you."),
    405: ("method_not_allowed", "This address does not answer that method: see Allow."),
    413: ("too_large", "The body is too large."),
}


class Gate:
    """The API's own way in, in front of what serves pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.doorkeeper = Doorkeeper(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request to the API; let every other pass."""
        if not request.path.startswith(API):
            return self.get_response(request)
        answer = _unreadable(request) or self._answer(request)
        answer = _as_problem(answer)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers.setdefault(
            "Content-Length", str(len(answer.content))
        )  # or the server sends it in chunks
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponse:
        secret = bearer(request)
        if secret is None:
            return self.get_response(request)
        request.get_host()  # refuses hosts that are not ours, as on every page
        return sign_in(request, secret) or self._straight(request)

    def _straight(self, request: HttpRequest) -> HttpResponse:
        try:
            match = _found(request.path_info)
        except Resolver404:
            return nothing_here()
        request.resolver_match = match
        refused = self.doorkeeper.process_view(request, match.func, match.args, match.kwargs)
        if refused is not None:
            return refused
        try:
            answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except AccessDenied as denied:
            handled = self.doorkeeper.process_exception(request, denied)
            assert handled is not None
            return handled
        return answer


_plainly: dict[str, ResolverMatch] = {}  # addresses that name nobody: as many as there are such routes


def _found(path: str) -> ResolverMatch:
    """Give the operation at an address; searching a hundred routes costs as much as answering."""
    known = _plainly.get(path)
    if known is None:
        known = get_resolver().resolve(path)
        if not known.args and not known.kwargs:
            _plainly[path] = known
    return known


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    told = request.META
    if sum(name.startswith("HTTP_") for name in told) > MOST_HEADERS:
        return problem(431, "too_many_headers", "Too many headers.")
    if not keepable(request.path) or (request.META.get("QUERY_STRING") and not _plain(request)):
        return problem(422, "invalid", "The address holds a character that cannot be kept.")
    if not _accepts_json(told.get("HTTP_ACCEPT", "")):
        return problem(406, "not_acceptable", "This API answers application/json only.")
    return _unreadable_body(told)


def _plain(request: HttpRequest) -> bool:
    return all(keepable(k) and all(map(keepable, values)) for k, values in request.GET.lists())


def _unreadable_body(told: Mapping[str, Any]) -> HttpResponse | None:
    if told.get("HTTP_TRANSFER_ENCODING") and not told.get("CONTENT_LENGTH"):
        return problem(411, "length_required", "Send the body with its Content-Length.")
    length = str(told.get("CONTENT_LENGTH") or "0")
    if not length.isdigit():
        return problem(400, "refused", "Content-Length is not a number.")
    most = MOST_SENT if told.get("PATH_INFO") == FILES else LARGEST
    if int(length) > most:
        return problem(413, "too_large", f"The body is larger than {most} bytes.")
    if told.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        return problem(415, "unsupported_encoding", "Send the body as it is, not compressed.")
    kind, _, charset = told.get("CONTENT_TYPE", "").partition(";")
    bad_kind = kind.strip().lower() not in JSON_KINDS or (
        "charset" in charset and "utf-8" not in charset.lower()
    )
    if int(length) and bad_kind:
        return problem(415, "unsupported_type", "Send application/json.", {"Accept": ", ".join(JSON_KINDS)})
    return None


def _accepts_json(accept: str) -> bool:
    kinds = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return not accept or not kinds.isdisjoint({"*/*", "application/*", *JSON_KINDS, MEDIA})


def _as_problem(answer: HttpResponse) -> HttpResponse:
    """Turn a refusal in another form into a problem; keep what it must carry."""
    status = answer.status_code
    if status < 400 or answer.headers.get("Content-Type") == MEDIA:
        return answer
    code, title = TITLES.get(status, ("refused", "The request cannot be answered."))
    if status >= 500:
        return answer
    carried = {
        h: answer.headers[h] for h in ("Allow", "Retry-After", "WWW-Authenticate") if h in answer.headers
    }
    return problem(status, code, title, carried)
