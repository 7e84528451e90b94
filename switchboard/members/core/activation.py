"""May somebody set up their own sign-in: what they typed against what the plan holds."""

from dataclasses import dataclass
from datetime import date

from switchboard.kernel.reasons import Decision, Reason
from switchboard.rulebook.rules import Value


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody types from their member card, and where they read mail."""

    birth_date: date
    zip5: str
    email: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the plan holds about the member of that number."""

    birth_date: date
    zip5: str
    emails: frozenset[str]
    has_account: bool
    deceased: bool


def may_activate(claim: Claim, held: Held | None, rules: Value, today: date) -> Decision[bool]:
    """Say whether the claim opens an account; the reasons are for the audit, never for the one who asks.

    The code goes to the mailbox on file, so that who only knows the card and the birthday gets nowhere.
    """
    if held is None or held.deceased or not _same(claim, held):
        return Decision(False, (Reason("activation_mismatch", {}, rules.ref),))
    if held.has_account:
        return Decision(False, (Reason("activation_has_account", {}, rules.ref),))
    if _age(held.birth_date, today) < rules["minimum_age"]:
        return Decision(False, (Reason("activation_too_young", {"age": rules["minimum_age"]}, rules.ref),))
    return Decision(True, (Reason("activation_ready", {}, rules.ref),))


def _same(claim: Claim, held: Held) -> bool:
    mail = claim.email.strip().lower() in {known.lower() for known in held.emails}
    return mail and (claim.birth_date, claim.zip5) == (held.birth_date, held.zip5)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
