"""What people change about a member: wishes, ways to reach them, who may act for them, which records are one.

Each is one transaction: the touch is written down first, and told after.
"""

from datetime import date

from django.db import transaction

from switchboard.members.core.identity import plain_email, plain_phone
from switchboard.members.models import ContactRoute, DuplicateCandidate, Member, Preference, Proxy
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.clock import now
from switchboard.platform.outbox import tell
from switchboard.platform.worklist import close_all

MAY = frozenset({"appointments", "assessments", "record", "messages"})
WISHES = frozenset(
    {"genders", "languages", "language_required", "modalities", "backgrounds", "times", "max_miles"}
)


class NotTaken(ValueError):  # noqa: N818 - it is an answer, not a fault
    """What was asked cannot be done. The message names the rule and the way out, never the value."""


@transaction.atomic
def set_preferences(*, member_id: int, by: Viewer, **wishes: object) -> None:
    """Keep what a member would like; names as in the table of preferences; the others stay."""
    unknown = set(wishes) - WISHES
    if unknown:
        raise NotTaken(f"There are no wishes {sorted(unknown)}: there are {', '.join(sorted(WISHES))}.")
    touch(viewer=by, member_id=member_id, data_class=DataClass.IDENTITY, what="preferences", write=True)
    Preference.objects.update_or_create(member_id=member_id, defaults=wishes)
    tell("member.preferences", {"member_id": member_id})


@transaction.atomic
def set_contact_route(
    *,
    member_id: int,
    kind: str,
    value: str,
    by: Viewer,
    rank: int = 1,
    may_text: bool = False,
    may_leave_message: bool = False,
    discreet: bool = True,
    confidential: bool = False,
) -> int:
    """Keep a way to reach a member, new or known; give its number. ``confidential``: use only such."""
    touch(viewer=by, member_id=member_id, data_class=DataClass.SAFE_CONTACT, what="routes", write=True)
    if kind == "phone":
        plain = plain_phone(value)
    else:
        plain = plain_email(value) if kind == "email" else value.strip() or None
    if plain is None or kind not in ("phone", "email", "mail"):
        raise NotTaken("This is no telephone number, email or postal address: check it and its kind.")
    row, _ = ContactRoute.objects.update_or_create(
        member_id=member_id,
        kind=kind,
        value=plain,
        defaults={
            "rank": rank,
            "may_text": may_text,
            "may_leave_message": may_leave_message,
            "discreet": discreet,
            "confidential": confidential,
        },
    )
    tell("member.routes", {"member_id": member_id})
    return row.pk


@transaction.atomic
def grant_proxy(
    *,
    member_id: int,
    user_id: int,
    kind: str,
    may: frozenset[str],
    starts_on: date,
    by: Viewer,
    ends_on: date | None = None,
) -> int:
    """Let somebody act for a member; a parent's view then narrows and ends by age (guardians)."""
    touch(viewer=by, member_id=member_id, data_class=DataClass.IDENTITY, what="proxy", write=True)
    if not may <= MAY or not may:
        raise NotTaken(f"A proxy may do some of: {', '.join(sorted(MAY))}.")
    if Proxy.objects.filter(member_id=member_id, user_id=user_id, revoked_at__isnull=True).exists():
        raise NotTaken("This person may act for the member already: revoke that first.")
    row = Proxy.objects.create(
        member_id=member_id, user_id=user_id, kind=kind, may=sorted(may), starts_on=starts_on,
        ends_on=ends_on, granted_by_id=by.user_id,
    )  # fmt: skip
    tell("member.proxy_granted", {"member_id": member_id, "user_id": user_id})
    return row.pk


@transaction.atomic
def revoke_proxy(*, proxy_id: int, by: Viewer) -> None:
    """End a grant now."""
    row = Proxy.objects.select_for_update().get(pk=proxy_id)
    touch(viewer=by, member_id=row.member_id, data_class=DataClass.IDENTITY, what="proxy", write=True)
    if row.revoked_at is None:
        row.revoked_at = now()
        row.save(update_fields=["revoked_at"])
        tell("member.proxy_revoked", {"member_id": row.member_id, "user_id": row.user_id})


@transaction.atomic
def decide_duplicate(*, candidate_id: int, decision: str, by: Viewer) -> None:
    """Say that two records are the ``same`` person or ``different``.

    The same: the newer record points to the older one and hides; nothing is moved or deleted, so
    :func:`undo_merge` takes it apart again exactly.
    """
    if decision not in ("same", "different"):
        raise NotTaken("Two records are the same person or different: say one of them.")
    if by.user_id is None:
        raise NotTaken("Only a person decides whether two records are one.")
    pair = DuplicateCandidate.objects.select_for_update().get(pk=candidate_id)
    for member_id in (pair.left_id, pair.right_id):
        touch(viewer=by, member_id=member_id, data_class=DataClass.IDENTITY, what="duplicate", write=True)
    pair.decision, pair.decided_by_id, pair.decided_at = decision, by.user_id, now()
    pair.save()
    close_all(queue="duplicates", subject=f"duplicate:{pair.pk}", outcome=decision, by=by)
    if decision == "same":
        left = Member.objects.select_for_update().get(pk=pair.left_id)
        kept = left.merged_into_id or left.pk
        Member.objects.filter(pk=pair.right_id).update(merged_into_id=kept)
        Member.objects.filter(merged_into_id=pair.right_id).update(merged_into_id=kept)
        tell("member.merged", {"member_id": kept, "merged_id": pair.right_id})


@transaction.atomic
def undo_merge(*, member_id: int, by: Viewer) -> None:
    """Take a merged record apart again: it stands for itself, with its own keys, coverage and routes."""
    touch(viewer=by, member_id=member_id, data_class=DataClass.IDENTITY, what="duplicate", write=True)
    row = Member.objects.select_for_update().get(pk=member_id)
    kept, row.merged_into = row.merged_into_id, None
    row.save(update_fields=["merged_into"])
    DuplicateCandidate.objects.filter(right_id=member_id, left_id=kept).update(
        decision="different", decided_by_id=by.user_id, decided_at=now()
    )
    tell("member.unmerged", {"member_id": member_id, "from_id": kept})
