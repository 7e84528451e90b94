"""Tell Django about this room."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.scheduling"
    label = "scheduling"
