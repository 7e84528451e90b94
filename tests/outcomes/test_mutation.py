"""Promise C6: no change to the crisis rules goes unnoticed. Every mutant of the two modules must die."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EQUIVALENT: dict[str, str] = {}  # mutant -> why it changes nothing; empty is the promise kept


def mutmut(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "mutmut", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_every_mutant_of_the_crisis_rules_dies():
    """Some minutes on two cores. A survivor is a gap in the tests of safety or escalation: close it there."""
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    mutmut("run", "--max-children", "2")
    told = mutmut("results", "--all", "true")
    fates = dict(line.strip().split(": ") for line in told.splitlines() if "__mutmut_" in line)
    alive = {mutant: fate for mutant, fate in fates.items() if fate not in {"killed", "timeout"}}
    assert len(fates) > 400, "mutmut made hardly any mutants: look at [tool.mutmut] in pyproject.toml"
    assert set(alive) == set(EQUIVALENT), f"python -m mutmut show NAME tells what changed: {alive}"
