"""Whether somebody is the plan's member on a day. It opens no record: it says neither who nor under what."""

from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from switchboard.members.models import Coverage, Member


class Standing(NamedTuple):
    """Whether somebody is a member of the plan on a day."""

    covered: bool
    living: bool


def standing_of(*, member_id: int, day: date) -> Standing:
    """Tell whether the plan covers a member on a day, under any of their records, and whether they live."""
    rows = Member.objects.filter(pk=member_id).annotate(covered=Exists(
        Coverage.objects.filter(Q(member_id=OuterRef("pk")) | Q(member__merged_into_id=OuterRef("pk")),
                                period__contains=day)
    ))  # fmt: skip
    died, covered = rows.values_list("deceased_on", "covered").get()
    return Standing(covered=covered, living=died is None)
