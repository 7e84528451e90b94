"""Tell Django about this room."""

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.reactions"
    label = "reactions"
