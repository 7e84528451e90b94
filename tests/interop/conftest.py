"""Where the decks are, and somebody who imports."""

import os
from pathlib import Path

import pytest

from switchboard.platform.access import SWITCHBOARD

DECKS = Path(os.environ.get("SWITCHBOARD_DECKS", Path(__file__).parents[3] / "shared" / "decks"))


@pytest.fixture
def deck():
    """Give a deck's folder, or skip with a clear word where the decks are absent."""

    def find(name: str) -> Path:
        if not (DECKS / name).exists():
            pytest.skip(f"The deck {name} is not at {DECKS}: set SWITCHBOARD_DECKS to where the decks are.")
        return DECKS / name

    return find


@pytest.fixture
def bring(tmp_path):
    """Import bytes as a kind: ``bring("members", b"...", mode="good")``."""
    from switchboard.interop.actions import run_import

    def run(kind: str, content: bytes, name: str = "", **options):
        file = tmp_path / (name or ("in.ndjson" if kind in ("fhir", "plan-net") else "in.csv"))
        file.write_bytes(content)
        return run_import(kind=kind, path=file, by=SWITCHBOARD, **options)

    return run
