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
from switchboard.frontdoor.actions.offering import book, follow_booking, follow_ending, offer, reschedule

__all__ = [
    "NotSayable",
    "answer_item",
    "ask",
    "book",
    "close",
    "finish",
    "follow_booking",
    "follow_ending",
    "note",
    "offer",
    "override",
    "reschedule",
    "say",
]
