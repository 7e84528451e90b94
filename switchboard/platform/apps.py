"""Tell Django about this room."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.platform"
    label = "platform"
