"""What a start costs: nothing heavy is imported before it is needed (promise A2)."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = ["numba", "duckdb", "jsonschema_rs", "zipcodes", "holidays"]


@pytest.mark.parametrize(
    "what",
    [
        "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns",
        "import django; django.setup(); import procrastinate.contrib.django, switchboard.project.worker",
        "import switchboard.cli.up, switchboard.cli.database, switchboard.cli.doctor",
    ],
    ids=["web", "worker", "verbs"],
)
def test_neither_the_kernel_nor_the_readers_of_files_are_imported_to_start(what):
    """What is imported to start is what every start pays for."""
    tell = f"{what}\nimport json, sys; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "switchboard.project.settings"}
    said = subprocess.run([sys.executable, "-c", tell], env=env, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == []
