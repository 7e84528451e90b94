"""What the machine tells the settings: where home is, which database, which secret."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from switchboard.platform import postgres


def home() -> Path:
    """Give the folder of the embedded database, the secret and the logs.

    Root's default is a system folder: PostgreSQL runs as an ordinary user, who may not pass root's own home.
    """
    ours = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local/share"
    data = Path(os.environ.get("XDG_DATA_HOME", ours))
    return Path(os.environ.get("SWITCHBOARD_HOME", data / "switchboard")).resolve()


def secret(place: Path) -> str:
    """Give the signing secret: ``SWITCHBOARD_SECRET`` or one made on first use, for the owner's eyes only."""
    given = os.environ.get("SWITCHBOARD_SECRET")
    if given:
        return given
    kept = place / "secret"
    if not kept.exists():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept.read_text()
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return kept.read_text()


def database() -> dict[str, Any]:
    """Give Django's database entry from ``DATABASE_URL``, else the embedded server's socket.

    The application's role may not change tables. ``SWITCHBOARD_AS_OWNER=1`` (``switchboard migrate`` sets it)
    asks for the owner's: ``DATABASE_OWNER_URL``, by default ``DATABASE_URL``.
    """
    as_owner = os.environ.get("SWITCHBOARD_AS_OWNER") == "1"
    url = (os.environ.get("DATABASE_OWNER_URL") if as_owner else None) or os.environ.get("DATABASE_URL")
    common: dict[str, Any] = {
        "ENGINE": "switchboard.platform.backend",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
    if not url:
        return common | {
            "NAME": postgres.DATABASE,
            "USER": postgres.OWNER if as_owner else postgres.APP,
            "HOST": str(postgres.socket_folder(home())),
            "OPTIONS": {"connect_timeout": 5},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            "DATABASE_URL must begin with postgresql:// : Switchboard runs on PostgreSQL >= 16 only."
        )
    options: dict[str, Any] = {"connect_timeout": 5} | dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return common | {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def mail() -> dict[str, Any]:
    """Give Django's mail settings from ``SWITCHBOARD_SMTP`` (``smtps://user:secret@host:465``), else nothing.

    ``smtp://`` speaks STARTTLS, ``smtps://`` TLS from the start; neither sends a code in the clear.
    """
    parts = urlsplit(os.environ.get("SWITCHBOARD_SMTP", ""))
    if not parts.scheme:
        return {}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("SWITCHBOARD_SMTP must look like smtps://user:secret@host:465 or smtp://host:587 .")
    tls = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if tls else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": tls,
        "EMAIL_USE_TLS": not tls,
        "EMAIL_TIMEOUT": 10,
    }
