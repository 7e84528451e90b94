"""The console script ``switchboard``: its verbs, each loaded when it is called."""

import importlib

import click

VERBS = {
    "up": "switchboard.cli.up",
    "demo": "switchboard.cli.filling",
    "import": "switchboard.cli.filling",
    "migrate": "switchboard.cli.database",
    "user": "switchboard.cli.user",
    "doctor": "switchboard.cli.doctor",
    "version": "switchboard.cli.version",
}


class Verbs(click.Group):
    """Loads a verb's module only when it is asked for, so that none waits for another's imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the verbs in the order a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give one verb."""
        module = VERBS.get(cmd_name)
        return getattr(importlib.import_module(module), f"{cmd_name}_verb") if module else None


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run the switchboard of a health plan's behavioral health.

    Exit codes: 0 done, 1 failed (the message says how to go on), 2 asked wrongly.
    """
