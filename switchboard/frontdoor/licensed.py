"""Where the routing comes from: our own rule, or the licensed one a plan plugs in.

``SWITCHBOARD_ROUTING`` names a function ``package.module:function`` of an installed package. It is given
the same :class:`Findings` and the day, and answers as :func:`triage` does: ``Decision[Triaged]``, with
reasons that name its rule and version (``triage_licensed`` says any criteria's level in words).
Level-of-care criteria (LOCUS, CALOCUS-CASII, ASAM) are licensed works; none of them is in this build.

Whatever it answers, danger stays danger: where our own safety findings are graver, they stand. Where it
fails, ours stands and says so: nobody waits for a program.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import import_module

import structlog

from switchboard.frontdoor.core.triage import LANES, Findings, Triaged, safer, triage
from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.words import say

log = structlog.get_logger("switchboard.routing")
URGENCIES = "emergency", "urgent", "soon", "routine"

Routing = Callable[[Findings, date], Decision[Triaged]]


class RoutingError(RuntimeError):
    """``SWITCHBOARD_ROUTING`` names nothing that can be called. The message says what to write."""


@cache
def named(name: str) -> Routing:
    """Give the function of that name, ``package.module:function``; raise :class:`RoutingError` if none is."""
    module, _, function = name.partition(":")
    try:
        found: Routing = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise RoutingError(
            f"SWITCHBOARD_ROUTING is '{name}', which cannot be loaded: write package.module:function, "
            "and install the package beside switchboard."
        ) from wrong
    return found


def route(found: Findings, today: date) -> Decision[Triaged]:
    """Decide where somebody should go: by the plan's own routing where there is one, else by ours."""
    ours = triage(found, today)
    name = os.environ.get("SWITCHBOARD_ROUTING", "")
    if not name:
        return ours
    routing = named(name)
    try:
        return safer(ours, _sound(routing(found, today)))
    except Exception:  # somebody else's program: whatever it does, a person waits
        log.exception("licensed routing failed")
        return replace(ours, because=(*ours.because, Reason("triage_routing_failed")))


def _sound(said: Decision[Triaged]) -> Decision[Triaged]:
    triaged = said.outcome
    if triaged.lane not in LANES or triaged.urgency not in URGENCIES or not 1 <= triaged.acuity <= 5:
        raise RoutingError("The plan's routing names a lane, an urgency or an acuity that there is not.")
    for reason in said.because:
        say(reason)  # a reason nobody can read is none
    return said
