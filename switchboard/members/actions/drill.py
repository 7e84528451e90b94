"""The made-up member of the alarm drill: nobody, in no directory, with no way to be called."""

from datetime import date

from switchboard.members.models import Member

NUMBER = "ALARM-DRILL"


def drill_member() -> int:
    """Give the id of the member that the alarm drill answers for; made on first use."""
    row, _ = Member.objects.get_or_create(
        member_number=NUMBER,
        defaults={
            "family_name": "Alarm drill",
            "birth_date": date(1970, 1, 1),
            "synthetic": True,
        },
    )
    return row.pk
