"""Messages to people, written in the transaction of their cause and delivered after it by the worker."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.message import EmailMessage
from django.db import transaction

from switchboard.platform.clock import now
from switchboard.platform.models import OutgoingMessage

MAX_AGE = timedelta(hours=24)  # a system restored from a backup sends nothing old


def send(*, to: str, subject: str, body: str, once: str) -> None:
    """Queue an email; the same ``once`` is queued only once. It never says what a call or visit is about."""
    OutgoingMessage.objects.get_or_create(
        once=once, defaults={"channel": "email", "to": to, "subject": subject, "body": body, "at": now()}
    )


def deliver(limit: int = 50) -> int:
    """Hand queued messages to the mail server; give how many went. Without one they stay, marked unsent."""
    if "smtp" not in settings.EMAIL_BACKEND:
        return 0
    sent = 0
    with transaction.atomic():
        rows = (
            OutgoingMessage.objects.select_for_update(skip_locked=True)
            .filter(sent=False, once__isnull=False, at__gt=now() - MAX_AGE)
            .order_by("id")[:limit]
        )
        connection = get_connection()
        for row in rows:
            message = EmailMessage(row.subject, row.body, to=[row.to], connection=connection)
            sent += message.send()
            row.sent = True
            row.save(update_fields=["sent"])
    return sent
