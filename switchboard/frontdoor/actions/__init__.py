"""Writes of frontdoor, one idea a file: load, decide, record, tell."""

from switchboard.frontdoor.actions.asking import (
    NotSayable,
    answer_item,
    ask,
    close,
    finish,
    note,
    override,
    say,
)
from switchboard.frontdoor.actions.offering import (
    Offered,
    book,
    follow_booking,
    follow_ending,
    offer,
    reschedule,
)
from switchboard.frontdoor.actions.visiting import (
    cancel_visit,
    confirm_time,
    follow_up,
    hold_time,
    say_came,
)

__all__ = [
    "NotSayable",
    "Offered",
    "answer_item",
    "ask",
    "book",
    "cancel_visit",
    "close",
    "confirm_time",
    "finish",
    "follow_booking",
    "follow_ending",
    "follow_up",
    "hold_time",
    "note",
    "offer",
    "override",
    "reschedule",
    "say",
    "say_came",
]
