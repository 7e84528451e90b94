"""Tell Django about this room."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The room's place among Django's apps."""

    name = "switchboard.platform"
    label = "platform"

    def ready(self) -> None:
        """Begin a session's clocks when somebody signs in."""
        from django.contrib.auth.signals import user_logged_in

        from switchboard.platform.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="switchboard.platform.sessions")
