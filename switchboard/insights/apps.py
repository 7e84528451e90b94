"""Tell Django about this room."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.insights"
    label = "insights"
