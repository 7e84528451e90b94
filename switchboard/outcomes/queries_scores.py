"""Scores as columns, for counting results."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from switchboard.platform.copying import columns_of


class Scores(NamedTuple):
    """Completed assessments of members who filled in the same instrument more than once.

    ``instrument`` is a place in the list asked for; ``minute`` counts from 1970 UTC.
    """

    member: NDArray[np.int64]
    instrument: NDArray[np.int64]
    minute: NDArray[np.int64]
    total: NDArray[np.int64]


REPEATED = """
  SELECT member_id, place - 1, (extract(epoch FROM authored_at) / 60)::int8, floor(total)::int8
  FROM (SELECT a.member_id, asked.place, a.authored_at, a.total,
               count(*) OVER (PARTITION BY a.member_id, a.instrument) AS times
        FROM outcomes_assessment a
        JOIN unnest({instruments}::text[]) WITH ORDINALITY AS asked (code, place) ON asked.code = a.instrument
        WHERE a.status = 'completed' AND a.total IS NOT NULL AND a.member_id IS NOT NULL
          AND a.authored_at >= {since}) AS said
  WHERE times > 1
"""


def repeated_scores(*, instruments: Sequence[str], since: datetime) -> Scores:
    """Give the totals of members who have several of one instrument since an instant.

    For the nightly count only: nobody looks at a person here, and only sums over many people are kept.
    A total with an item missing is no total and is left out.
    """
    statement = sql.SQL(REPEATED).format(instruments=sql.Literal(list(instruments)), since=sql.Literal(since))
    return Scores(*columns_of(statement, len(Scores._fields)))
