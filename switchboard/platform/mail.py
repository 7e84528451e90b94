"""The stand-in for mail: keeps every message where the demo's mailbox shows it, and sends nothing."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from switchboard.platform.models import OutgoingMessage


class KeptNotSent(BaseEmailBackend):
    """Writes messages to the outgoing table with ``sent=False``. Used until ``SWITCHBOARD_SMTP`` is set."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; give how many."""
        for message in email_messages:
            for to in message.to:
                OutgoingMessage.objects.create(
                    channel="email", to=to, subject=message.subject[:200], body=str(message.body), sent=False
                )
        return len(email_messages)


def kept(limit: int = 50) -> list[OutgoingMessage]:
    """Give the newest messages that were not sent."""
    return list(OutgoingMessage.objects.filter(sent=False).order_by("-id")[:limit])
