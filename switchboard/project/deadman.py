"""The dead-man timer of the alarm chain (promise C4), a process of its own.

``python -m switchboard.project.deadman`` asks the database, over its own connection and without Django, when
an alarm drill last passed. When two are missing, or the database does not answer, it says so on its standard
error and mails ``SWITCHBOARD_ALARM_MAIL`` by ``SWITCHBOARD_SMTP``, then again every quarter of an hour until
one passes. ``--once`` looks once and exits with 1 when the chain is silent: for cron on another machine.
"""

import os
import smtplib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import psycopg

from switchboard.outcomes.core.drill import standing
from switchboard.project.environment import database
from switchboard.rulebook.rules import rule
from switchboard.rulebook.words import say

LOOK_SECONDS = 30.0
REPEAT = timedelta(minutes=15)
ASK = """
SELECT (SELECT max(t.opened_at) FROM outcomes_crisisevent e JOIN outcomes_crisistask t ON t.id = e.task_id
        WHERE e.kind = 'drill_passed'),
       (SELECT min(opened_at) FROM outcomes_crisistask WHERE cause LIKE 'drill:%')
"""


def look(started: datetime, now: datetime) -> str | None:
    """Give what is wrong with the alarm chain, None when nothing is."""
    try:
        with psycopg.connect(_conninfo(), connect_timeout=5) as connection:
            row = connection.execute(ASK).fetchone()
    except psycopg.Error as wrong:
        return f"The database does not answer ({type(wrong).__name__}): nobody can be paged. Mend it now."
    passed, first = row or (None, None)
    decision = standing(passed, first or started, now, rule("safety/drill").on(now.date()))
    return say(decision.because[0]) if decision.outcome == "silent" else None


def _conninfo() -> str:
    entry = database()
    return psycopg.conninfo.make_conninfo(
        "",
        dbname=entry["NAME"],
        user=entry["USER"],
        host=entry["HOST"] or None,
        port=entry.get("PORT") or None,
        password=entry.get("PASSWORD") or None,
    )


def watch(tell: Callable[[str], None], until: float | None = None) -> None:
    """Look every half minute; tell when the chain falls silent, and each quarter of an hour while it is."""
    started, told = datetime.now(UTC), datetime.min.replace(tzinfo=UTC)
    while until is None or time.monotonic() < until:
        now = datetime.now(UTC)
        wrong = look(started, now)
        if wrong is None:
            told = datetime.min.replace(tzinfo=UTC)
        elif now - told >= REPEAT:
            tell(wrong)
            told = now
        time.sleep(LOOK_SECONDS)


def tell_everybody(wrong: str) -> None:
    """Say it on standard error, and by mail where the installer named an address."""
    print(f"ALARM CHAIN: {wrong}", file=sys.stderr, flush=True)  # noqa: T201 - its one way of speaking
    to, server = os.environ.get("SWITCHBOARD_ALARM_MAIL"), os.environ.get("SWITCHBOARD_SMTP")
    if not (to and server):
        return
    message = EmailMessage()
    message["To"], message["Subject"] = to, "Switchboard: the crisis alarm chain is silent"
    message["From"] = os.environ.get("SWITCHBOARD_MAIL_FROM", "switchboard@localhost")
    message.set_content(wrong)
    try:
        _send(server, message)
    except OSError as refused:
        print(f"ALARM CHAIN: no mail went ({type(refused).__name__}).", file=sys.stderr, flush=True)  # noqa: T201


def _send(server: str, message: EmailMessage) -> None:
    parts = urlsplit(server)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "localhost", parts.port or 0, timeout=10) as mail:
        if parts.scheme == "smtp" and parts.username:
            mail.starttls()
        if parts.username:
            mail.login(parts.username, parts.password or "")
        mail.send_message(message)


def main() -> None:
    """Watch for ever, or look once."""
    if "--once" in sys.argv:
        wrong = look(datetime.now(UTC), datetime.now(UTC))
        if wrong:
            tell_everybody(wrong)
            sys.exit(1)
        return
    watch(tell_everybody)


if __name__ == "__main__":
    main()
