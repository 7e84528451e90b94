"""The door any WSGI server knocks on; ``switchboard.project.web`` is ours."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchboard.project.settings")
application = get_wsgi_application()

from switchboard.matching.queries import follow  # noqa: E402 - Django must be set up first

follow()  # this process answers matches: its snapshot follows the outbox from now on
