"""Signing in: nobody has a password; members by emailed code or passkey, staff with a second step besides.

allauth does the work. Accounts begin with the plan (``switchboard user``) or by activation.
"""

import ipaddress

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from switchboard.platform import sessions
from switchboard.platform.models import User
from switchboard.platform.roles import Role


class Adapter(DefaultAccountAdapter):
    """What allauth asks us: sign-up is closed, and a code is worth nothing to who is not active."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: accounts begin with the plan."""
        return False


def shown_name(user: User) -> str:
    """Give the name pages show for a user."""
    return user.name


def begin_account(*, email: str, name: str, language: str) -> int | None:
    """Make a member's account, who signs in by code; None when the address belongs to another account.

    A teenager and a parent may not share an address: one of the two would read the other's codes (P7).
    """
    if User.objects.filter(email__iexact=email).exists():
        return None
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return User.objects.create_user(email, name=name, role=Role.MEMBER.value, language=spoken).pk


def loopback(request: HttpRequest) -> bool:
    """Say whether both ends are this machine: the caller's address and the name it called us by."""
    host = request.get_host()
    named = host.rsplit(":", 1)[0].strip("[]") if not host.endswith("]") else host.strip("[]")
    return all(_local(a) for a in (request.META.get("REMOTE_ADDR", ""), named))


def _local(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def demo_open(request: HttpRequest) -> bool:
    """Say whether the demo's one-click door exists for this caller."""
    forwarded = any(request.META.get(h) for h in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"))
    return bool(settings.DEMO) and loopback(request) and not forwarded


def sign_in_to_demo(request: HttpRequest, email: str) -> bool:
    """Sign in as an invented user, without a second step; False when there is no such invented user."""
    user = User.objects.filter(email=email, synthetic=True, is_active=True).first()
    if user is None or not demo_open(request):
        return False
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[sessions.DEMO] = True
    return True
