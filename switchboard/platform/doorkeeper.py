"""At every request: who is it, is the session alive and strong, may this role come through this door."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from switchboard.platform import sessions
from switchboard.platform.access import AccessDenied
from switchboard.platform.audit import NotWrittenDown, record_denial
from switchboard.platform.doors import Admits, admits, operations
from switchboard.platform.roles import Role

API = "/api/"
log = structlog.get_logger()


class Doorkeeper:
    """Refuses every view that does not say whom it serves, and everybody it does not serve."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; what was for somebody in particular stays in no cache."""
        response = self.get_response(request)
        if getattr(request, "personal", False):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the request pass (None), or answer it here."""
        name = request.resolver_match.url_name if request.resolver_match else None
        door = admits(view, name, request.method)
        known = operations(view)
        if known and not any(request.method in operation.methods for operation in known):
            return None  # an operation nobody has written: the API answers 405 and names those there are
        if door is None:
            log.error("door_unsaid", route=_route(request))
            raise Http404("No view here says whom it serves.")
        if door.anybody:
            return None  # asks nothing of the database: crisis help opens when that is down
        request.personal = True  # type: ignore[attr-defined]
        return self._identity(request, view) or self._role(request, door)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        """Answer a refusal inside a view in plain words; the refused transaction has been rolled back."""
        if isinstance(wrong, DataError):  # a NUL byte, a number out of range: nothing was kept
            log.warning("unkeepable", route=_route(request))
            return refusal(request, 400, _("What was sent cannot be kept. Please check it and try again."))
        if isinstance(wrong, NotWrittenDown):
            return _blind(request)
        if isinstance(wrong, Http404 | ObjectDoesNotExist) and getattr(request, "personal", False):
            return _not_here(request)
        if not isinstance(wrong, AccessDenied):
            return None
        try:
            with transaction.atomic():
                record_denial(wrong)
        except NotWrittenDown:
            return _blind(request)
        return _not_here(request)

    def _identity(self, request: HttpRequest, view: Callable[..., Any]) -> HttpResponse | None:
        user: Any = request.user
        if not user.is_authenticated:
            return _sign_in_first(request)
        if by_token(request):
            return None
        attended = not getattr(view, "unattended", False)
        if sessions.over(request.session, Role(user.role), attended=attended):
            logout(request)
            messages.info(request, _("You were signed out because nothing happened for a while."))
            return _sign_in_first(request)
        if getattr(view, "csrf_exempt", False):
            # A view made for tokens was called with a cookie: then the form's token is asked for after all.
            return CsrfViewMiddleware(self.get_response).process_view(request, _checked, (), {})
        return None

    def _role(self, request: HttpRequest, door: Admits) -> HttpResponse | None:
        user: Any = request.user
        if Role(user.role) not in door.roles:
            log.warning("door_refused", role=user.role, route=_route(request))
            return refusal(request, 403, _("This page is not for your role."))
        if door.enrolling or by_token(request) or sessions.strong_enough(request, user):
            return None
        if request.path.startswith(API):
            return refusal(request, 403, _("Set up a passkey or an authenticator app first."))
        return HttpResponseRedirect(reverse("mfa_index"))


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else ""


def by_token(request: HttpRequest) -> bool:
    """Say whether the caller came with an API token instead of a session."""
    return getattr(request, "token", None) is not None


def refusal(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """Say no: problem+json to machines, a page in plain words to people."""
    if request.path.startswith(API):
        body = {"type": "about:blank", "status": status, "title": words}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(request, "refused.html", {"words": words, "status": status}, status=status)


def _not_here(request: HttpRequest) -> HttpResponse:
    """Answer what is another's, and what is nowhere, with the same words: no answer tells which (A3)."""
    words = _(
        "Nothing is at this address, or it is not yours to open. "
        "Staff open a person's record from a call, a task or a case of theirs."
    )
    return refusal(request, 404, words)


def _blind(request: HttpRequest) -> HttpResponse:
    log.error("audit_unwritable", route=_route(request))
    return refusal(request, 503, _("We cannot keep our record of who looks, so nobody may look now."))


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return refusal(request, 401, _("Sign in, or send a token."))
    if request.headers.get("HX-Request"):  # a piece of a page: the whole page goes, not the piece
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
    back = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{back}".rstrip("?"))


def _checked(request: HttpRequest) -> HttpResponse:
    """Stand for the view in Django's own CSRF check, which reads only its attributes."""
    return HttpResponse()
