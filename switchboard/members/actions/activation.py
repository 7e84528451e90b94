"""Set up a member's own sign-in, when what they typed from the card is what the plan holds."""

from datetime import date

from django.db import transaction

from switchboard.kernel.reasons import Decision
from switchboard.members.core.activation import Claim, Held, may_activate
from switchboard.members.models import Member
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import record
from switchboard.platform.clock import today
from switchboard.platform.outbox import tell
from switchboard.platform.signin import begin_account
from switchboard.rulebook.rules import rule


@transaction.atomic
def activate(*, member_number: str, birth_date: date, zip5: str, email: str, by: Viewer) -> Decision[bool]:
    """Open an account that signs in by a code to ``email``, if all four match; never says which one did not.

    Tell the caller nothing of the outcome: ask for a code next, which is sent only to a known address.
    """
    claim = Claim(birth_date, zip5, email)
    found = Member.objects.select_for_update().filter(
        member_number__iexact=member_number.strip(), merged_into__isnull=True
    )
    member = found.first()
    rules = rule("access/activation").on(today())
    decision = may_activate(claim, _held(member) if member else None, rules, today())
    if not decision.outcome or member is None:
        return decision
    member.user_id = begin_account(email=email, name=_name(member), language=member.language)
    if member.user_id is None:
        return may_activate(claim, None, rules, today())  # somebody else reads mail at this address
    member.save(update_fields=["user", "updated_at"])
    record(
        viewer=by, action="write", data_class=DataClass.IDENTITY, member_id=member.pk, what="account:activate"
    )
    tell("member.activated", {"member_id": member.pk})
    return decision


def _held(member: Member) -> Held:
    emails = member.routes.filter(kind="email").values_list("value", flat=True)
    return Held(
        birth_date=member.birth_date,
        zip5=member.zip5,
        emails=frozenset(emails),
        has_account=member.user_id is not None,
        deceased=member.deceased_on is not None,
    )


def _name(member: Member) -> str:
    return f"{member.preferred_name or member.given_name} {member.family_name}".strip()[:200]
