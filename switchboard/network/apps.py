"""Tell Django about this room."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.network"
    label = "network"
