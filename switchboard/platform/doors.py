"""Who may come through which door: every view says so, or nobody passes.

Put :func:`for_roles`, :func:`signed_in` or :func:`public` on every view (on a JSON operation: below the
router's decorator). The doorkeeper refuses a view that says nothing. Views of others, on which we cannot put
a decorator, stand in ``FOREIGN`` by the name of their route.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from switchboard.platform.roles import Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Admits:
    """The roles a view serves; ``anybody``: the world; ``enrolling``: also before the second step."""

    roles: frozenset[Role] = frozenset()
    anybody: bool = False
    enrolling: bool = False


EVERY_ROLE = frozenset(Role)
ANYBODY = Admits(EVERY_ROLE, anybody=True)
SIGNED_IN = Admits(EVERY_ROLE)
ENROLLING = Admits(EVERY_ROLE - {Role.SYSTEM}, enrolling=True)


def public(view: View) -> View:
    """Let anybody in: crisis help, the way in, pictures and styles."""
    return _mark(view, ANYBODY)


def signed_in(view: View) -> View:
    """Let every role in."""
    return _mark(view, SIGNED_IN)


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let these roles in, and nobody else."""
    if not roles:
        raise ValueError("for_roles() needs a role: a view for nobody is a view to delete.")
    return lambda view: _mark(view, Admits(frozenset(roles)))


def unattended(view: View) -> View:
    """Say that the page itself asks for this again and again: it does not keep an idle session alive."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def _mark(view: View, admits: Admits) -> View:
    view.admits = admits  # type: ignore[attr-defined]
    return view


#: Routes of libraries. What is not named here stays shut: sign-up, passwords, changes of address.
FOREIGN = {
    "account_request_login_code": ANYBODY,
    "account_confirm_login_code": ANYBODY,
    "account_logout": ANYBODY,
    "account_inactive": ANYBODY,
    "mfa_login_webauthn": ANYBODY,
    "mfa_authenticate": ANYBODY,
    "mfa_index": ENROLLING,
    "mfa_reauthenticate": ENROLLING,
    "mfa_reauthenticate_webauthn": ENROLLING,
    "mfa_activate_totp": ENROLLING,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_list_webauthn": ENROLLING,
    "mfa_add_webauthn": ENROLLING,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "set_language": ANYBODY,
}


def admits(view: Callable[..., Any], name: str | None, method: str | None) -> Admits | None:
    """Give who may come through a view, None when nobody has said.

    django-ninja keeps the operations of a path behind one closure: look in it for the one of ``method``.
    """
    said = getattr(view, "admits", None) or FOREIGN.get(name or "")
    if said:
        return said
    for operation in operations(view):
        if method in operation.methods:
            return getattr(operation.view_func, "admits", None)
    return None


def operations(view: Callable[..., Any]) -> Sequence[Any]:
    """Give the operations of a django-ninja path behind one address; none for any other view."""
    if not inspect.isfunction(view):
        return ()
    for cell in view.__closure__ or ():
        found = getattr(cell.cell_contents, "operations", None)
        if found:
            return tuple(found)
    return ()
