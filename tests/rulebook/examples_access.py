"""How an example of the access chapter runs: a cell of the matrix, a session's age, a member card."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from switchboard.insights.core.cells import cells
from switchboard.members.core.activation import Claim, Held, may_activate
from switchboard.platform.access import DataClass, Relation, Viewer, extent
from switchboard.platform.clock import stopped_at
from switchboard.platform.insider import too_many
from switchboard.platform.roles import Role
from switchboard.platform.sessions import BEGAN, SEEN, over
from switchboard.rulebook.rules import Value

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


def run(value: Value, example: Mapping[str, Any]) -> None:
    by_name = {
        "access/matrix": _matrix,
        "access/sessions": _sessions,
        "access/activation": _activation,
        "access/alarms": _alarms,
        "access/small_cells": _small_cells,
    }
    with stopped_at(NOW):
        by_name[value.ref.name](value, example)


def _small_cells(value: Value, example: Mapping[str, Any]) -> None:
    found = cells(example["given"], value["least"])
    assert ["hidden" if n is None else n for n in found.shown] == example["shown"]
    assert ("hidden" if found.total is None else found.total) == example["total"]


def _matrix(value: Value, example: Mapping[str, Any]) -> None:
    viewer = Viewer(1, "Invented", Role(example["role"]))
    for write in (False, True):
        decided = extent(
            viewer=viewer,
            data_class=DataClass(example["data_class"]),
            relation=Relation(example["relation"]),
            write=write,
        )
        assert decided.outcome == example["write" if write else "read"]


def _sessions(value: Value, example: Mapping[str, Any]) -> None:
    session = {
        BEGAN: (NOW - timedelta(minutes=example["minutes"])).timestamp(),
        SEEN: (NOW - timedelta(minutes=example["idle_minutes"])).timestamp(),
    }
    assert over(session, Role(example["role"])) is example["over"]


def _alarms(value: Value, example: Mapping[str, Any]) -> None:
    assert too_many(example["people"], value) is example["alarm"]


def _activation(value: Value, example: Mapping[str, Any]) -> None:
    claim = Claim(example["born"], "06101", "ana@example.org")
    held = Held(example["born"], "06101", frozenset({"Ana@example.org"}), has_account=False, deceased=False)
    assert may_activate(claim, held, value, example["today"]).outcome is example["may"]
