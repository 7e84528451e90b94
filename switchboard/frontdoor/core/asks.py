"""Requests for care as columns, for whoever counts them: what was asked when, and how it went on.

One number a request and column. Days count from 1970-01-01 where the plan's clocks hang, minutes from 1970
UTC; -1 is "not (yet)". Codes are positions in the lists beside them, -1 where there is none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

URGENCIES = ("emergency", "urgent", "soon", "routine")
Numbers = NDArray[np.int64]


class Asks(NamedTuple):
    """The columns.

    ``first``: the day of the first time that was offered; ``third``: the third next available day when first
    offered; ``start``: the day of the appointment. ``condition`` is the first need of the newest triage.
    """

    member: Numbers
    asked: Numbers
    offered: Numbers
    first: Numbers
    third: Numbers
    booked: Numbers
    start: Numbers
    kept: Numbers
    start_minute: Numbers
    due_minute: Numbers
    closed_minute: Numbers
    line: Numbers
    state: Numbers
    urgency: Numbers
    condition: Numbers

    def where(self, kept: NDArray[np.bool_]) -> "Asks":
        """Give the rows that ``kept`` marks."""
        return Asks(*(column[kept] for column in self))
