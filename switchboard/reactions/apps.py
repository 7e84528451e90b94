"""Tell Django about this room."""

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    """The room's place among Django's apps: it has no tables, only a job."""

    name = "switchboard.reactions"
    label = "reactions"
