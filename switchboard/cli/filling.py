"""``switchboard demo`` and ``switchboard import``: the doors to the rooms that fill the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click

from switchboard.cli.database import at_hand
from switchboard.cli.saying import answer, as_json, fail

# Said here too, so that `--help` need not load what reads files; a test holds it to the room of imports.
KINDS = "members", "practitioners", "slots", "fhir", "plan-net", "nppes", "answers", "scheduling-links"
Mode = Literal["all", "good"]


@click.command("demo")
@click.option("--members", default=10_000, show_default=True, type=click.IntRange(50, 1_000_000))
@click.option("--practitioners", default=1_500, show_default=True, type=click.IntRange(40, 53_000))
@click.option("--weeks", default=8, show_default=True, type=click.IntRange(1, 26))
@click.option("--slots", type=click.IntRange(1), help="How many open slots; else what they would offer.")
@click.option("--start", type=click.DateTime(), help="The instant it is seen from, in UTC; else now.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same plan.")
@as_json
def demo_verb(
    members: int,
    practitioners: int,
    weeks: int,
    slots: int | None,
    start: datetime | None,
    seed: int,
    machine: bool,
) -> None:
    """Fill an empty database with a synthetic plan: people, network, needs, weeks of bookable time."""
    with at_hand(machine):
        from switchboard.demo.actions import fill
        from switchboard.demo.plan import PlanError

        try:
            made = fill(
                members=members,
                practitioners=practitioners,
                weeks=weeks,
                seed=seed,
                start=start and start.replace(tzinfo=UTC),
                open_slots=slots,
                quiet=machine,
            )
        except PlanError as error:
            fail(machine, str(error))
        answer(machine, {"made": made}, f"Made: {', '.join(f'{n:,} {what}' for what, n in made.items())}.")


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.argument("source")
@click.option("--from", "named", default="", help="Whose data it is; the same name finds its records again.")
@click.option("--dry-run", is_flag=True, help="Check every row, write nothing.")
@click.option(
    "--mode",
    type=click.Choice(["all", "good"]),
    default="all",
    show_default=True,
    help="All lines or none, or the good ones.",
)
@click.option("--approve-fewer", is_flag=True, help="Take a roster with many fewer clinicians than the last.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Where refused rows go, with the reason.")
@as_json
def import_verb(
    kind: str,
    source: str,
    named: str,
    dry_run: bool,
    mode: Mode,
    approve_fewer: bool,
    rejects: Path | None,
    machine: bool,
) -> None:
    """Take in a file or folder: who is covered, who gives care, and when.

    KIND is one of members, practitioners, slots, fhir, plan-net, nppes, answers, scheduling-links.
    """
    with at_hand(machine):
        from switchboard.interop.intake import in_words, take_in

        report = take_in(
            kind=kind,
            path=source,
            source=named,
            dry_run=dry_run,
            mode=mode,
            approve_fewer=approve_fewer,
            rejects=rejects,
            quiet=machine,
        )
        if report["state"] != "done":
            if not machine:
                click.echo(in_words(report))
            fail(machine, f"{source}: {report['problem']}", report=report)
        answer(machine, report, in_words(report))
