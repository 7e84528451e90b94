"""What somebody who acts for a member may see, and when that narrows or ends by itself (promise P7).

Nothing is stored on a birthday: the answer is worked out from the day, where the member is, at every look.
"""

from dataclasses import dataclass
from datetime import date

from switchboard.kernel.reasons import Decision, Reason
from switchboard.members.core.own_consent import age_on
from switchboard.rulebook.rules import Value


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted to somebody: ``kind`` parent, guardian, health_care_agent or helper."""

    kind: str
    may: frozenset[str]
    starts_on: date = date.min
    ends_on: date | None = None


def may_see(
    grant: Grant, *, born: date, state: str, day: date, rules: Value, ages: Value
) -> Decision[frozenset[str]]:
    """Give what a grant allows on a day, by ``consent/proxies``; ``ages``: the states' ages of own consent.

    A parent's view narrows to appointments at the state's age (twelve to fourteen) and ends at eighteen.
    """
    if day < grant.starts_on or (grant.ends_on is not None and day >= grant.ends_on):
        return Decision(frozenset(), (Reason("grant_not_in_force", {}, rules.ref),))
    if grant.kind not in rules["parents"]:
        return Decision(grant.may, (Reason("as_granted", {}, rules.ref),))
    age = age_on(born, day)
    if age >= rules["ends_at"]:
        return Decision(frozenset(), (Reason("grant_ended_of_age", {"age": rules["ends_at"]}, rules.ref),))
    if age >= narrows_at(state, rules, ages):
        return Decision(
            grant.may & frozenset(rules["teen"]),
            (Reason("grant_narrowed", {"age": narrows_at(state, rules, ages)}, rules.ref),),
        )
    return Decision(grant.may & frozenset(rules["child"]), (Reason("as_granted", {}, rules.ref),))


def narrows_at(state: str, rules: Value, ages: Value) -> int:
    """Give the age at which a parent's view narrows: the state's own, but never under 12 nor over 14."""
    law = ages["states"].get(state, ages["default"])
    return int(min(max(law["age"], rules["narrow_at_least"]), rules["narrow_at_most"]))
