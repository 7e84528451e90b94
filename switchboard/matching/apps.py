"""Tell Django about this room."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.matching"
    label = "matching"
