"""Every request gets an id, one log line and its place in the metrics; none of them names a person."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

log = structlog.get_logger("switchboard.request")

REQUESTS = Counter("switchboard_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "switchboard_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestId:
    """Give each request an id (the caller's ``X-Request-ID`` if plain); log and count its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request inside its id."""
        given = request.headers.get("X-Request-ID", "")
        number = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        request.request_id = number  # type: ignore[attr-defined]
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            _note(request, response, time.perf_counter() - started)
        response["X-Request-ID"] = number
        return response


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = match.route if match else "none"  # the pattern, never the path with its ids
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(route).observe(seconds)
    log.info("request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000, 1))
