"""Who may see what: deny unless role, relationship and purpose are all present.

The matrix (role x data class) is rule data, ``access/matrix``; the letters mean: ``-`` none, ``r`` read,
``w`` also write, ``s`` own record only, ``p`` as the proxy grant says, ``a`` with a live relationship
(call, task, case), ``*`` and with consent, ``m`` masked, ``f`` a flag only, ``x`` aggregates only, ``c`` as a
token's scopes say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from switchboard.kernel.reasons import Decision, Reason
from switchboard.platform.clock import today
from switchboard.platform.roles import Role
from switchboard.rulebook.rules import rule


class DataClass(StrEnum):
    """Kinds of data, from the open directory (D1) to the hidden address (D17)."""

    DIRECTORY = "D1"
    IDENTITY = "D2"
    COVERAGE = "D3"
    CLINICAL = "D4"
    CRISIS = "D5"
    SUD = "D6"
    SUD_NOTES = "D7"
    PSYCHOTHERAPY_NOTES = "D8"
    MINOR_OWN = "D9"
    SENSITIVE = "D10"
    CLAIMS = "D11"
    CONTRACTS = "D12"
    CREDENTIALS = "D13"
    UTILIZATION = "D14"
    APPEALS = "D15"
    AUDIT = "D16"
    SAFE_CONTACT = "D17"


NEVER_HELD = frozenset({DataClass.SUD_NOTES, DataClass.PSYCHOTHERAPY_NOTES})


class Relation(StrEnum):
    """What ties a viewer to a member at this moment."""

    NONE = "none"
    OWN = "own"
    PROXY = "proxy"
    ASSIGNED = "assigned"


class Extent(StrEnum):
    """How much of it the viewer gets."""

    NOTHING = "nothing"
    FLAG = "flag"
    MASKED = "masked"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody at a screen or behind a token. ``member_id``: their own record; ``proxied``: member -> may.

    ``scopes`` are a token's (``read:D3``, ``write:D2``). A viewer without ``user_id`` in the role
    ``system_client`` is a process of ours. ``ties`` remembers, for this request, until when a record is open.
    """

    user_id: int | None
    name: str
    role: Role
    purpose: str = "TREAT"
    member_id: int | None = None
    proxied: Mapping[int, frozenset[str]] = field(default_factory=dict)
    licensed: bool = False
    language: str = "en"
    request_id: str = ""
    scopes: frozenset[str] = frozenset()
    ties: dict[int, datetime] = field(default_factory=dict, compare=False, repr=False)


SWITCHBOARD = Viewer(None, "Switchboard", Role.SYSTEM, purpose="HOPERAT")


class AccessDenied(Exception):  # noqa: N818 - it is an answer, not a fault
    """The viewer may not. The message never says whether the record exists."""

    def __init__(self, viewer: Viewer, member_id: int | None, data_class: DataClass, what: str) -> None:
        super().__init__("You may not open this. Open it from a call, a task or a case that is yours.")
        self.viewer, self.member_id, self.data_class, self.what = viewer, member_id, data_class, what


def _hat(role: Role, relation: Relation) -> Role:
    """Give the row that holds: a parent is often a member too, and is each of the two to another record."""
    if role in {Role.MEMBER, Role.PROXY}:
        return {Relation.OWN: Role.MEMBER, Relation.PROXY: Role.PROXY}.get(relation, role)
    return role


def extent(
    *,
    viewer: Viewer,
    data_class: DataClass,
    relation: Relation,
    write: bool = False,
    consented: bool = False,
) -> Decision[Extent]:
    """Say how much of a data class a viewer gets of a member they stand in ``relation`` to.

    ``consented``: the member's consent covers this viewer and this class; cells marked ``*`` need it.
    """
    matrix = rule("access/matrix").on(today())
    if viewer.user_id is None and viewer.role is Role.SYSTEM and data_class not in NEVER_HELD:
        return Decision(Extent.FULL, (Reason("access_own_process", {}, matrix.ref),))
    role = _hat(viewer.role, relation)
    cell: str = matrix["cells"].get(role.value, {}).get(data_class.value, "-")
    scope = f"{'write' if write else 'read'}:{data_class.value}"
    tied = (
        "r" in cell
        or ("s" in cell and relation is Relation.OWN)
        or ("a" in cell and relation is Relation.ASSIGNED)
        or ("p" in cell and relation is Relation.PROXY)
        or ("c" in cell and scope in viewer.scopes)
    )
    if not tied or (write and "w" not in cell) or ("*" in cell and not consented):
        params = {"role": role.value, "data_class": data_class.value}
        return Decision(Extent.NOTHING, (Reason("access_denied", params, matrix.ref),))
    much = Extent.FLAG if "f" in cell else Extent.MASKED if "m" in cell else Extent.FULL
    return Decision(much, (Reason("access_granted", {"cell": cell}, matrix.ref),))
