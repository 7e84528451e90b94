"""Tell Django about this room."""

import os

from django.apps import AppConfig


class FrontdoorConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.frontdoor"
    label = "frontdoor"

    def ready(self) -> None:
        """Load the plan's own routing at the start: what cannot be loaded stops it, and says why."""
        if name := os.environ.get("SWITCHBOARD_ROUTING", ""):
            from switchboard.frontdoor.licensed import named

            named(name)
