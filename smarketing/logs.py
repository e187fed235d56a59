"""Logging: one JSON object a line with the request's id in production, plain lines for the embedded servers.

No personal data: names and addresses are never logged, ids are. Nor what opens a door: the token of a link is
left out of the address that was asked for.
"""

import re
from typing import Any

import structlog

# The links that let somebody in who has not signed in: to one hand-off, and to a password of one's own.
LINK = re.compile(r"(/now/|/password/[^/\s]+/)[^/\s]+")


def without_tokens(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A log line whose addresses have no token of a link."""
    named = {key: LINK.sub(r"\1…", str(event[key])) for key in ("event", "request") if key in event}
    return event | named


def configuration(*, plain: bool) -> dict:
    """Return the LOGGING dictionary, and configure structlog to feed it."""
    shared = [
        structlog.contextvars.merge_contextvars,
        without_tokens,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING" if plain else "INFO"},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
