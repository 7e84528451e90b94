"""How a member may be reached, and what may be said there: the one place that decides it (promise P8).

A confidential route, once on file, is the only one used (45 CFR 164.522(b)). Nobody says on a voicemail, in a
subject line or on an envelope what this is about; a discreet route does not even learn who is calling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.kernel.reasons import Decision, Reason

KINDS = {"call": "phone", "text": "phone", "voicemail": "phone", "email": "email", "letter": "mail"}


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """One way to reach somebody, as they set it."""

    kind: str
    value: str
    rank: int = 1
    may_text: bool = False
    may_leave_message: bool = False
    discreet: bool = True
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Where to turn. ``may_name_us``: the plan's name may be said; what it is about may never be."""

    channel: str
    to: str
    may_name_us: bool


def reach(routes: Sequence[RouteFacts], channel: str) -> Decision[Reach | None]:
    """Choose the route for a channel: ``call``, ``text``, ``voicemail``, ``email`` or ``letter``; or None.

    The address is taken from nowhere else: not from the subscriber, not from an older record.
    """
    confidential = [r for r in routes if r.confidential]
    usable = [r for r in (confidential or routes) if r.kind == KINDS[channel] and _allows(r, channel)]
    if not usable:
        code = "only_confidential_route" if confidential else "no_safe_route"
        return Decision(None, (Reason(code, {"channel": channel}),))
    best = min(usable, key=lambda r: r.rank)
    code = "confidential_route" if best.confidential else "preferred_route"
    return Decision(Reach(channel, best.value, may_name_us=not best.discreet), (Reason(code, {}),))


def _allows(route: RouteFacts, channel: str) -> bool:
    if channel == "text":
        return route.may_text
    return route.may_leave_message if channel == "voicemail" else True


def message_for(reached: Reach, *, callback: str, plan: str) -> Reason:
    """Give what may be said to somebody who is perhaps not the member: a request to call, no more."""
    if reached.may_name_us:
        return Reason("please_call_plan", {"plan": plan, "callback": callback})
    return Reason("please_call", {"callback": callback})
