"""Tell Django about this room."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.interop"
    label = "interop"
