"""Tell Django about this room."""

from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.outcomes"
    label = "outcomes"
