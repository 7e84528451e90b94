"""The verbs of bookable time: take a seat, give it back, say what became of it, open and withdraw time."""

from switchboard.scheduling.actions.ending import (
    cancel,
    confirm,
    expire_holds,
    mark_kept,
    mark_no_show,
    release,
)
from switchboard.scheduling.actions.taking import book, hold, reschedule

__all__ = [
    "book",
    "cancel",
    "confirm",
    "expire_holds",
    "hold",
    "mark_kept",
    "mark_no_show",
    "release",
    "reschedule",
]
