"""Keys of the JSON API: shown once, kept as a digest, revoked within seconds."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from switchboard.platform.clock import now
from switchboard.platform.doorkeeper import API, refusal
from switchboard.platform.models import ApiToken, User

MARK = "swb_"  # so that a key left in a log or a repository is recognised by scanners
USED_EVERY = timedelta(minutes=5)  # not a write for every request
KNOWN_FOR = 10.0  # seconds a key once found is believed; another process may revoke it meanwhile

_known: dict[
    bytes, tuple[float, ApiToken]
] = {}  # of this process; keys that were found, so as few as there are


@dataclass(frozen=True, slots=True)
class Key:
    """A new key. ``secret`` is shown now and never again."""

    secret: str
    prefix: str
    expires_at: datetime


def issue(*, user_id: int, name: str, scopes: Iterable[str] = (), days: int = 90) -> Key:
    """Make a key that acts as a user; ``scopes`` (``read:D3``) say what a system's key may touch."""
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        digest=_digest(secret),
        prefix=secret[:10],
        name=name,
        user_id=user_id,
        scopes=list(scopes),
        created_at=now(),
        expires_at=now() + timedelta(days=days),
    )
    return Key(secret, token.prefix, token.expires_at)


def revoke(*, prefix: str) -> int:
    """End every live key that begins so; give how many. The next request with one is refused."""
    ended = ApiToken.objects.filter(prefix=prefix, revoked_at__isnull=True).update(revoked_at=now())
    forget()
    return ended


def holder(secret: str) -> ApiToken | None:
    """Give the live key of an active user, or None; looked up by digest, so no guess comes closer.

    What was found is remembered for ``KNOWN_FOR`` in this process (promise A6 allows a minute); a key
    revoked, or a user dismissed, in this process is forgotten at once.
    """
    digest = _digest(secret)
    known = _known.get(digest)
    if known is None or known[0] < time.monotonic():
        token = _looked_up(digest)
        if token is None:
            return None
        _known[digest] = known = (time.monotonic() + KNOWN_FOR, token)
    token = known[1]
    return token if token.expires_at > now() else None


def _looked_up(digest: bytes) -> ApiToken | None:
    token = ApiToken.objects.select_related("user").filter(digest=digest).first()
    if token is None or not hmac.compare_digest(bytes(token.digest), digest):
        return None
    if token.revoked_at is not None or token.expires_at <= now() or not token.user.is_active:
        return None
    late = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now() - USED_EVERY)
    ApiToken.objects.filter(late, pk=token.pk).update(last_used_at=now())
    return token


def forget() -> None:
    """Look every key up again at its next use."""
    _known.clear()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def bearer(request: HttpRequest) -> str | None:
    """Give the key a request to the API came with; None without one, and on pages."""
    kind, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and request.path.startswith(API) else None


def sign_in(request: HttpRequest, secret: str) -> HttpResponse | None:
    """Sign in whoever sends a key, for this request alone; a wrong key is answered 401."""
    token = holder(secret)
    if token is None:
        answer = refusal(request, 401, _("This key is not valid: it is wrong, has expired or was revoked."))
        answer["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
    user: User = token.user
    request.user, request.token = user, token  # type: ignore[attr-defined]
    return None
