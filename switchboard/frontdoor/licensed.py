"""Where the routing comes from: our own rule, or the licensed one a plan plugs in.

``SWITCHBOARD_ROUTING`` names a function ``package.module:function`` of an installed package. It is given the
same :class:`Findings` and the day, and answers as :func:`triage` does: ``Decision[Triaged]``, with reasons
that name its rule and version. Level-of-care criteria (LOCUS, CALOCUS-CASII, ASAM) are licensed works; none
of them is in this build.

Whatever it answers, danger stays danger: where our own safety findings are graver, they stand.
"""

import os
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module

from switchboard.frontdoor.core.triage import Findings, Triaged, safer, triage
from switchboard.kernel.reasons import Decision

Routing = Callable[[Findings, date], Decision[Triaged]]


class RoutingError(RuntimeError):
    """``SWITCHBOARD_ROUTING`` names nothing that can be called. The message says what to write."""


@cache
def _named(name: str) -> Routing:
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
    return safer(ours, _named(name)(found, today)) if name else ours
