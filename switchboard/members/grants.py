"""Whose record a user opens: their own, and those of the people they may act for today."""

from datetime import date

from django.db import connection

from switchboard.members.core.guardians import Grant, may_see
from switchboard.platform.clock import today
from switchboard.rulebook.rules import rule

OWN_AND_PROXIED = """
  SELECT id, birth_date, state, time_zone, NULL, NULL, NULL, NULL FROM members_member
  WHERE user_id = %(user)s AND merged_into_id IS NULL
  UNION ALL
  SELECT m.id, m.birth_date, m.state, m.time_zone, p.kind, p.may, p.starts_on, p.ends_on
  FROM members_proxy p JOIN members_member m ON m.id = p.member_id
  WHERE p.user_id = %(user)s AND p.revoked_at IS NULL ORDER BY 1
"""


def own_and_proxied(user_id: int) -> tuple[int | None, dict[int, frozenset[str]]]:
    """Give a user's own record, and whom they may act for today and in what; one statement a request.

    A parent's view narrows and ends by the child's age.
    """
    with connection.cursor() as cursor:
        cursor.execute(OWN_AND_PROXIED, {"user": user_id})
        rows = cursor.fetchall()
    own = next((row[0] for row in rows if row[4] is None), None)
    seen = {row[0]: _allowed(*row[1:]) for row in rows if row[4] is not None}
    return own, {member_id: may for member_id, may in seen.items() if may}


def _allowed(
    born: date, state: str, zone: str, kind: str, may: list[str], starts: date, ends: date | None
) -> frozenset[str]:
    day = today(zone)
    return may_see(
        Grant(kind, frozenset(may), starts, ends),
        born=born,
        state=state,
        day=day,
        rules=rule("consent/proxies").on(day),
        ages=rule("consent/minors_outpatient_mental_health").on(day),
    ).outcome
