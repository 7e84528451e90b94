"""How the verbs answer: words for people, one JSON object for machines, and an honest exit code."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from rich.console import Console

FAILED = 1  # 0: done as asked; 2: asked wrongly (click's own)


def as_json(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the option ``--json``."""
    return click.option("--json", "machine", is_flag=True, help="Answer one JSON object, for machines.")(verb)


def answer(machine: bool, facts: dict[str, Any], words: str) -> None:
    """Say what was done."""
    click.echo(json.dumps(facts, default=str) if machine else words)


def fail(machine: bool, words: str, **facts: Any) -> NoReturn:
    """Say what went wrong and how to go on, and exit 1."""
    if machine:
        click.echo(json.dumps({"error": words, **facts}, default=str))
    else:
        click.echo(f"switchboard: {words}", err=True)
    sys.exit(FAILED)


@contextmanager
def waiting(words: str, *, quiet: bool = False) -> Iterator[None]:
    """Show that something is going on, with its time, on a terminal."""
    console = Console(stderr=True, quiet=quiet)
    started = time.monotonic()
    with console.status(words):
        yield
    if (took := time.monotonic() - started) > 2:
        console.print(f"{words} {took:.0f} s")
