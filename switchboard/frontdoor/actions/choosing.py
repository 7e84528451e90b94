"""Keep what the conversation tells of wishes and safe messages as the member's own, for the next time."""

from collections.abc import Mapping
from typing import Any

from switchboard.members.actions.choosing import set_messages
from switchboard.members.actions.people import set_preferences
from switchboard.platform.access import DataClass, Extent, Viewer, extent
from switchboard.platform.audit import relation_to


def keep_choices(*, member_id: int, intake: Mapping[str, Any], by: Viewer) -> None:
    """Keep them, each where the one who answers may write it; a proxy's answers stay with the request."""
    if _may_write(by, member_id, DataClass.IDENTITY):
        gender = intake.get("gender")
        set_preferences(
            member_id=member_id,
            by=by,
            genders=[gender] if gender in ("female", "male") else [],
            languages=[intake["language"]] if intake.get("language") else [],
            modalities=list(intake.get("meet") or ()),
            backgrounds=list(intake.get("background") or ()),
            times=list(intake.get("times") or ()),
        )
    if intake.get("contact") and _may_write(by, member_id, DataClass.SAFE_CONTACT):
        set_messages(member_id=member_id, choice=intake["contact"], by=by)


def _may_write(by: Viewer, member_id: int, data_class: DataClass) -> bool:
    tie = relation_to(by, member_id, scope="record")
    may = extent(viewer=by, data_class=data_class, relation=tie, write=True).outcome
    return may is not Extent.NOTHING
