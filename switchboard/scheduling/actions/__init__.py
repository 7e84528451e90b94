"""The verbs of bookable time: take a seat, give it back, say what became of it, open and withdraw time."""

from switchboard.scheduling.actions.ending import (
    cancel,
    confirm,
    expire_holds,
    mark_kept,
    mark_no_show,
    release,
)
from switchboard.scheduling.actions.opening import (
    OfferedSlot,
    Published,
    open_hours,
    publish_slots,
    schedule_by_hand,
    set_hours,
    withdraw_slots,
)
from switchboard.scheduling.actions.reconciling import reconcile, take_status
from switchboard.scheduling.actions.taking import book, hold, reschedule

__all__ = [
    "OfferedSlot",
    "Published",
    "book",
    "cancel",
    "confirm",
    "expire_holds",
    "hold",
    "mark_kept",
    "mark_no_show",
    "open_hours",
    "publish_slots",
    "reconcile",
    "release",
    "reschedule",
    "schedule_by_hand",
    "set_hours",
    "take_status",
    "withdraw_slots",
]
