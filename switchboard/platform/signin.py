"""Signing in: nobody has a password; members by emailed code or passkey, staff with a second step besides.

allauth does the work. Accounts are made by the plan (``switchboard user``) or by activation, never by sign-up.
"""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from switchboard.platform import sessions
from switchboard.platform.clock import now
from switchboard.platform.models import User
from switchboard.platform.roles import Role


class Adapter(DefaultAccountAdapter):
    """What allauth asks us: sign-up is closed, and a code is worth nothing to who is not active."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: accounts begin with the plan."""
        return False


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


def demo_users() -> list[User]:
    """Give the first invented, active user of each role, in the order of the roles."""
    found = User.objects.filter(synthetic=True, is_active=True).order_by("role", "id").distinct("role")
    order = list(Role)
    return sorted(found, key=lambda user: order.index(Role(user.role)))


def sign_in_to_demo(request: HttpRequest, user_id: int) -> User | None:
    """Sign in as an invented user, without a second step; None when there is no such invented user."""
    user = User.objects.filter(pk=user_id, synthetic=True, is_active=True).first()
    if user is None or not demo_open(request):
        return None
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[sessions.DEMO] = True
    return user


def end_account(*, user_id: int) -> None:
    """Shut an account now: the next request of every session and token of it is refused."""
    User.objects.filter(pk=user_id).update(is_active=False, deactivated_at=now())


def start_account(*, email: str, name: str, role: Role, **more: Any) -> User:
    """Make an account that signs in by code or passkey; raise ``ValueError`` when the address is taken."""
    if User.objects.filter(email__iexact=email).exists():
        raise ValueError("There is an account with this address: end that one first, or use another address.")
    return User.objects.create_user(email, name=name, role=role.value, **more)
