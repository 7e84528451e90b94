"""Count the supply: the one write of this room. It can be done again at any time and tells nobody."""

from datetime import timedelta

import numpy as np
from django.db import connection, transaction

from switchboard.insights.core.choice import AHEAD_WEEKS, PERIODS, monday, start_of
from switchboard.insights.core.supply import Sum, Traits, sums
from switchboard.insights.models import Counted, CoveredCounty, SupplyWeek
from switchboard.members.queries import CountyMembers, covered_by_county
from switchboard.network.queries import RoleTraits, role_traits
from switchboard.platform.clock import now, today
from switchboard.platform.copying import copy_rows
from switchboard.rulebook.listings import codes
from switchboard.scheduling.queries import seat_time


def count_supply() -> int:
    """Count open and used time and covered members anew, all or nothing; give the number of sums.

    From the longest period that pages offer to the weeks they look ahead. Two at once wait for each other.
    """
    roles = role_traits()
    this = monday(now())
    since, until = this - timedelta(weeks=max(PERIODS) - 1), this + timedelta(weeks=AHEAD_WEEKS)
    time = seat_time(since=start_of(since), until=start_of(until))
    order = {role.role: n for n, role in enumerate(roles)}
    row = np.array([order.get(r, -1) for r in time.role.tolist()], dtype=np.int64)
    known = row >= 0  # a role made while we counted waits for the next time
    found = sums(
        [_traits(r) for r in roles], row[known], time.week[known], time.open[known], time.used[known],
        codes("lines_of_business"),
    )  # fmt: skip
    covered = covered_by_county(day=today())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insights.count_supply'))")
        for table in (Counted, SupplyWeek, CoveredCounty):
            table.objects.all().delete()
        copy_rows(CoveredCounty._meta.db_table, CountyMembers, covered)
        Counted.objects.create(at=now())
        return copy_rows(SupplyWeek._meta.db_table, Sum, found)


def _traits(role: RoleTraits) -> Traits:
    return Traits(role.state, role.lines, ([""], [role.profession], [role.kind], [role.county], role.treats))
