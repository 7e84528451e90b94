"""``switchboard user``: staff come and go."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from switchboard.cli.database import at_hand
from switchboard.cli.saying import answer, as_json, fail
from switchboard.platform.roles import STAFF


@click.group("user")
def user_verb() -> None:
    """Enrol staff, list them, end their access."""


@user_verb.command("create")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues know them.")
@click.option("--role", required=True, type=click.Choice(sorted(role.value for role in STAFF)))
@click.option("--licence", default="", help="Clinical licence, for roles that need one.")
@as_json
def create(email: str, name: str, role: str, licence: str, machine: bool) -> None:
    """Enrol a colleague, who then signs in with a code by email."""
    with at_hand(machine):
        from switchboard.platform.staff import StaffError, enrol

        try:
            made = enrol(email=email, name=name, role=role, licence=licence)
        except StaffError as error:
            fail(machine, str(error))
        answer(machine, asdict(made), f"{made.email} may sign in as {made.role}.")


@user_verb.command("disable")
@click.argument("email")
@as_json
def disable(email: str, machine: bool) -> None:
    """End a colleague's access at once."""
    with at_hand(machine):
        from switchboard.platform.staff import StaffError, dismiss

        try:
            gone = dismiss(email=email)
        except StaffError as error:
            fail(machine, str(error))
        answer(machine, asdict(gone), f"{gone.email} may no longer sign in.")


@user_verb.command("away")
@click.argument("email")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="UTC; left out: they are back."
)
@as_json
def on_leave(email: str, until: datetime | None, machine: bool) -> None:
    """Put a colleague on leave: alarms go on to the next person. Without --until they are back."""
    with at_hand(machine):
        from switchboard.platform.staff import StaffError, away

        instant = until.replace(tzinfo=UTC) if until else None
        try:
            found = away(email=email, until=instant)
        except StaffError as error:
            fail(machine, str(error))
        said = f"is on leave until {instant:%Y-%m-%d %H:%M} UTC" if instant else "is back"
        answer(machine, asdict(found) | {"away_until": instant and instant.isoformat()}, f"{email} {said}.")


@user_verb.command("list")
@click.option("--demo", is_flag=True, help="Only one made-up user of each role.")
@as_json
def listed(demo: bool, machine: bool) -> None:
    """List who may sign in, members aside."""
    with at_hand(machine):
        from switchboard.platform.staff import colleagues, one_per_role

        found = one_per_role() if demo else colleagues()
        lines = [f"{one.role:22} {one.email:36} {'' if one.active else 'disabled'}".rstrip() for one in found]
        answer(machine, {"users": [asdict(one) for one in found]}, "\n".join(lines) or "Nobody yet.")
