"""The curious insider (threat 1): many people looked up in an hour open a task for the privacy officer."""

from datetime import timedelta

from switchboard.platform.clock import now, today
from switchboard.platform.models import AuditEvent
from switchboard.platform.worklist import open_work
from switchboard.rulebook.rules import Value, rule

PRIVACY = "privacy"


def too_many(people: int, rules: Value) -> bool:
    """Say whether so many people in an hour are a reason to ask."""
    return people >= int(rules["people_an_hour"])


def watch(user_id: int | None) -> None:
    """Count whom a user opened, or tried to open, in the last hour; open at most one task an hour."""
    if user_id is None:
        return
    rules = rule("access/alarms").on(today())
    tried = AuditEvent.objects.filter(
        user_id=user_id, at__gt=now() - timedelta(hours=1), action__in=["open", "refused"]
    )
    people = tried.exclude(member_id=None).values("member_id").distinct().count()
    if too_many(people, rules):
        open_work(
            queue=PRIVACY,
            kind="many_lookups",
            subject=f"user:{user_id}",
            note=f"{people} people opened or tried in an hour",
            urgency=2,
            due_at=now() + timedelta(hours=int(rules["review_hours"])),
            once=f"many_lookups:{user_id}:{now():%Y-%m-%dT%H}",
        )
