"""The door the web server knocks on."""

import os

from django.core.wsgi import get_wsgi_application

from switchboard.platform.processes import dying_with_parent

if os.environ.get("SWITCHBOARD_UNDER_UP") == "1":
    dying_with_parent()()  # the web server's own children outlive it otherwise, and keep its port
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchboard.project.settings")
application = get_wsgi_application()

from switchboard.matching.queries import follow  # noqa: E402 - Django must be set up first

follow()  # this process answers matches: its snapshot follows the outbox from now on
