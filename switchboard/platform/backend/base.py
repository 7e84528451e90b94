"""Django's PostgreSQL backend, with a look at the socket where it asks ``SELECT 1`` before every request.

A server that has ended, or ended this connection, has closed its side of the socket: something stands there
to be read. Where nothing does, and the server was asked not long ago, the connection is as good as a question
could tell, without the round trip (a quarter of a booking's).
"""

import select
import time

from django.db.backends.postgresql import base

ASK_AFTER = 5.0  # seconds without an answer from the server: then ask, for a network that fell silent


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is asked whether it lives only when that may be in doubt."""

    asked_at = 0.0

    def is_usable(self) -> bool:
        """Say whether the connection can serve a request."""
        if time.monotonic() - self.asked_at < ASK_AFTER and self._quiet():
            return True
        usable = bool(super().is_usable())
        self.asked_at = time.monotonic() if usable else 0.0
        return usable

    def _quiet(self) -> bool:
        """Say whether the socket stands open with nothing to read: no goodbye, no notice of a shutdown."""
        held = self.connection
        if held is None or held.closed:
            return False
        poll = select.poll()
        poll.register(held.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0)
