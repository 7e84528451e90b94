"""Put a booking statement to the database once per key, and read what it answers.

Goes past Django's cursor on Django's own connection: a statement of this size is worth preparing, and
Django's cursor sends every statement as text to be parsed and planned again.
"""

import hashlib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from django.db import connection, transaction
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8

from switchboard.kernel.reasons import Decision, Reason
from switchboard.platform.access import AccessDenied, DataClass, Extent, Viewer, extent
from switchboard.platform.audit import relation_to
from switchboard.platform.roles import Role
from switchboard.scheduling.actions.statements import KEEP, KEPT
from switchboard.scheduling.core.answer import Answer, Booked, Outcome, decided

PREPARE_AFTER = 2  # executions on one connection


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, under which key, for what (a digest): the same three get the same answer."""

    by: Viewer
    key: str | None
    digest: bytes

    @property
    def params(self) -> dict[str, Any]:
        """Give what every booking statement wants to know about who asks."""
        return {
            "principal": f"user:{self.by.user_id}" if self.by.user_id else self.by.role.value,
            "key": self.key,
            "digest": self.digest,
            "user_id": self.by.user_id,
            "user_name": self.by.name,
            "role": self.by.role.value,
            "purpose": self.by.purpose,
            "web_request": self.by.request_id,
        }


def sender(by: Viewer, key: str | None, verb: str, **asked: Any) -> Sender:
    """Give the sender of this question; raise ``ValueError`` on a key that is empty or too long."""
    if key is not None and not 1 <= len(key) <= 255:
        raise ValueError("An idempotency key has 1 to 255 characters: send another one.")
    body = orjson.dumps([verb, asked], option=orjson.OPT_SORT_KEYS)
    return Sender(by, key, hashlib.sha256(body).digest())


def check_may_write(by: Viewer, member_id: int) -> None:
    """Raise :class:`AccessDenied` unless ``by`` may change this member's appointments now."""
    if by.role is Role.SYSTEM and by.user_id is None:
        return  # the program itself: expiring holds, loading the demo
    relation = relation_to(by, member_id, scope="appointments")
    allowed = extent(viewer=by, data_class=DataClass.CLINICAL, relation=relation, write=True)
    if allowed.outcome is Extent.NOTHING:
        raise AccessDenied(by, member_id, DataClass.CLINICAL, "appointment")


def ask(statement: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Put one statement; a failing one undoes itself alone, also inside a caller's transaction."""
    with connection.cursor():
        ours = connection.connection
    if ours.prepare_threshold is None:
        ours.prepare_threshold = PREPARE_AFTER  # Django's own cursors never prepare, whatever this says
    with (
        transaction.atomic() if connection.in_atomic_block else nullcontext(),
        psycopg.Cursor(ours, row_factory=dict_row) as cursor,
    ):
        return cursor.execute(statement, _typed(params)).fetchone()


def _typed(params: Mapping[str, Any]) -> dict[str, Any]:
    """Give every number one width: psycopg prepares a statement anew for each mix of small and large ones."""
    return {k: Int8(v) if type(v) is int else v for k, v in params.items()}


def put(statement: str, params: Mapping[str, Any], of: Sender) -> Decision[Outcome] | None:
    """Put a booking statement; give its answer, or None when it changed nothing and nothing was kept."""
    try:
        row = ask(statement, {**params, **of.params})
    except psycopg.errors.UniqueViolation:
        # The same key was answered after this statement had begun: what was kept is the answer.
        row = ask(KEPT, of.params)
    if row is None or not row["mine"]:
        return decided(Answer.IN_FLIGHT) if row is None or row["before"] is None else _read(row, of)
    return _read(row, of)


def keep(refused: Decision[Outcome], of: Sender) -> Decision[Outcome]:
    """Keep a refusal under its key, unless another sender's answer is there already: then give that."""
    if of.key is None:
        return refused
    body = {"answer": refused.outcome.answer, "because": [r.as_json() for r in refused.because]}
    row = ask(KEEP, {**of.params, "body": orjson.dumps(body).decode()}) or ask(KEPT, of.params)
    return (_read(row, of) if row and row["before"] else None) or refused


def _read(row: Mapping[str, Any], of: Sender) -> Decision[Outcome] | None:
    """Read a row's new answer, or the one kept before."""
    replayed = row["before"] is not None
    if replayed and bytes(row["digest"]) != of.digest:
        return decided(Answer.MISMATCH)
    text = row["before"] if replayed else row["body"]
    if text is None:
        return None
    body = orjson.loads(text)
    appointment = body.get("appointment")
    told = decided(
        Answer(body["answer"]), Booked.from_json(appointment) if appointment else None, replayed=replayed
    )
    because = tuple(Reason.from_json(reason) for reason in body.get("because", ()))
    return Decision(told.outcome, because or told.because)
