"""Kept visits as columns, for counting results."""

from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from switchboard.platform.copying import columns_of


class Visits(NamedTuple):
    """Visits that one member kept with one practitioner; ``minute`` of their start, from 1970 UTC."""

    member: NDArray[np.int64]
    practitioner: NDArray[np.int64]
    minute: NDArray[np.int64]


KEPT = """
  SELECT member_id, practitioner_id, (extract(epoch FROM lower(during)) / 60)::int8
  FROM scheduling_appointment
  WHERE state = 'fulfilled' AND practitioner_id IS NOT NULL AND NOT grouped AND lower(during) >= {since}
"""


def kept_visits(*, since: datetime) -> Visits:
    """Give every visit kept since an instant; a group session says nothing of one practitioner's care.

    For the nightly count only: nobody looks at a person here, and only sums over many people are kept.
    """
    return Visits(*columns_of(sql.SQL(KEPT).format(since=sql.Literal(since)), len(Visits._fields)))
