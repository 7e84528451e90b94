"""Who consents to a young person's outpatient mental health care: they, a parent, or: ask the clinician.

By the member's age on a day and the state they are in; rule ``consent/minors_outpatient_mental_health``.
"""

from datetime import date

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value


def age_on(born: date, day: date) -> int:
    """Give whole years of age; somebody born on 29 February has their birthday on 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def who_consents(*, born: date, state: str, day: date, rules: Value) -> Decision[str]:
    """Say ``own``, ``parent`` or ``ask``.

    ``ask``: the law names conditions that only a clinician can judge; the minor is never turned away for it.
    ``day`` is the date where the member is.
    """
    age = age_on(born, day)
    if age >= rules["majority"]:
        return Decision("own", (Reason("of_age", {"age": age}, rules.ref),))
    law = rules["states"].get(state, rules["default"])
    params = {"age": law["age"], "state": state or "-"}
    if age < law["age"]:
        return Decision("parent", (Reason("parent_consents", {"state": params["state"]}, rules.ref),))
    if law.get("conditions"):
        return Decision("ask", (Reason("minor_may_with_conditions", {"state": params["state"]}, rules.ref),))
    return Decision("own", (Reason("minor_may_consent", params, rules.ref),))
