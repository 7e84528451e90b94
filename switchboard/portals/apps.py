"""Tell Django about this room."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.portals"
    label = "portals"
