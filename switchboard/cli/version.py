"""``switchboard version``."""

import platform
from importlib.metadata import PackageNotFoundError, version

import click

from switchboard.cli.saying import answer, as_json


@click.command("version")
@as_json
def version_verb(machine: bool) -> None:
    """Print which version this is."""
    facts = {"switchboard": _version(), "python": platform.python_version()}
    answer(machine, facts, f"switchboard {facts['switchboard']} on Python {facts['python']}")


def _version() -> str:
    try:
        return version("openswitchboard")
    except PackageNotFoundError:
        return "not installed"
