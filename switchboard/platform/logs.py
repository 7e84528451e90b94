"""Structured logs that cannot carry personal data: only listed keys pass, and no library's own words.

A library's message may repeat what somebody typed (a path, a key, a row); where it was logged says as much.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

#: Every key that may stand in a log line. None holds anything a person typed or is called.
KEYS = frozenset(
    {
        *(
            "event",
            "level",
            "at",
            "logger",
            "where",
            "error",
            "request_id",
            "route",
            "method",
            "status",
            "ms",
        ),
        *("job", "task", "queue", "kind", "count", "rows", "seconds", "attempt", "role", "rule", "version"),
        *("port", "pid", "digest"),
    }
)


def only_listed_keys(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Drop every key that is not listed."""
    return {key: value for key, value in line.items() if key in KEYS}


def name_the_error(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Replace an exception by its type and place: its message may repeat a row."""
    given = line.pop("exc_info", None)
    found = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(found, BaseException):
        line["error"] = type(found).__qualname__
        line["where"] = _place(found.__traceback__) or line.get("where")
    return line


def only_its_place(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Replace a library's message by the place in its code where it was logged."""
    record: logging.LogRecord = line["_record"]
    place = f"{record.module}.{record.funcName}:{record.lineno}"
    return {"event": "library", "where": place, "exc_info": record.exc_info, "_record": record}


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-3:]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def logging_settings() -> dict[str, Any]:
    """Give Django's ``LOGGING``, and set structlog up to write through it."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [only_its_place, structlog.stdlib.add_logger_name, *_SHARED],
                "processors": [name_the_error, only_listed_keys, structlog.processors.JSONRenderer()],
            }
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "switchboard": {"level": "INFO"},
            "django": {"level": "WARNING", "handlers": [], "propagate": True},
            "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
        },
    }
