"""Tell Django about this room."""

from django.apps import AppConfig


class FrontdoorConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.frontdoor"
    label = "frontdoor"
