"""Tell Django about this room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.api"
    label = "api"
