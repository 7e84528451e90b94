"""The door any WSGI server knocks on; ``switchboard.project.web`` is ours. Starts no thread: it is copied."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchboard.project.settings")
application = get_wsgi_application()
