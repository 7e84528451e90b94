"""Writes of outcomes, one idea a file: load, decide, record, tell."""

from switchboard.outcomes.actions.answering import Heard, NotAnswerable, answer, begin, complete
from switchboard.outcomes.actions.crisis import acknowledge, close_crisis, escalate, note_attempt, raise_alarm
from switchboard.outcomes.actions.receiving import Received, receive

__all__ = [
    "Heard",
    "NotAnswerable",
    "Received",
    "acknowledge",
    "answer",
    "begin",
    "close_crisis",
    "complete",
    "escalate",
    "note_attempt",
    "raise_alarm",
    "receive",
]
