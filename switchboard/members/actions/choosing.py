"""What members change by themselves: safe messages, routes to forget, language and time zone."""

from zoneinfo import available_timezones

from django.db import transaction

from switchboard.members.actions.people import NotTaken
from switchboard.members.models import ContactRoute, Member
from switchboard.platform.access import DataClass, Viewer
from switchboard.platform.audit import touch
from switchboard.platform.outbox import tell


@transaction.atomic
def remove_contact_route(*, member_id: int, route_id: int, by: Viewer) -> bool:
    """Forget a way to reach a member; False when there is none of that number."""
    touch(viewer=by, member_id=member_id, data_class=DataClass.SAFE_CONTACT, what="routes", write=True)
    gone, _ = ContactRoute.objects.filter(member_id=member_id, pk=route_id).delete()
    if gone:
        tell("member.routes", {"member_id": member_id})
    return bool(gone)


@transaction.atomic
def set_messages(*, member_id: int, choice: str, by: Viewer) -> None:
    """Keep what was answered to "may we leave a message?": ``message``, ``call_only`` or ``text``.

    A yes holds for the number tried first; a no for every number.
    """
    if choice not in ("message", "call_only", "text"):
        raise NotTaken("A message may be left, or not, or sent as a text: choose message, call_only or text.")
    touch(viewer=by, member_id=member_id, data_class=DataClass.SAFE_CONTACT, what="routes", write=True)
    phones = ContactRoute.objects.filter(member_id=member_id, kind="phone")
    first = [row.pk for row in phones.order_by("rank", "id")[:1]]
    if choice != "message":
        phones.update(may_leave_message=False)
    if choice == "message":
        phones.filter(pk__in=first).update(may_leave_message=True)
    elif choice == "text":
        phones.filter(pk__in=first).update(may_text=True)
    tell("member.routes", {"member_id": member_id})


@transaction.atomic
def set_language(*, member_id: int, language: str, time_zone: str, interpreter: bool, by: Viewer) -> None:
    """Keep a member's language (BCP 47), time zone (IANA) and whether they want an interpreter."""
    if time_zone not in available_timezones():
        raise NotTaken("There is no such time zone: choose one of the list.")
    touch(viewer=by, member_id=member_id, data_class=DataClass.IDENTITY, what="language", write=True)
    row = Member.objects.select_for_update().get(pk=member_id)
    row.language, row.time_zone, row.needs_interpreter = language[:12], time_zone, interpreter
    row.save(update_fields=["language", "time_zone", "needs_interpreter", "updated_at"])
    tell("member.language", {"member_id": member_id})
