"""Tell Django about this room."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.members"
    label = "members"
