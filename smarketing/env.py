"""Settings from the environment, read and checked in one place.

Every value may also come from a file: `SECRET_KEY_FILE=/run/secrets/key` is read when
`SECRET_KEY` is not set. An address is a URL: `postgresql://user:password@host:5432/name`,
or with a socket folder, `postgresql://postgres@/smarketing?host=/run/postgresql`.
"""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE points at, or the default."""
    if name in os.environ:
        return os.environ[name]
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1, true, yes and on say yes; 0, false, no, off and nothing say no."""
    value = text(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it takes 1 or 0.")


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas; blanks around the words do not count."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str) -> dict:
    """Django's description of the PostgreSQL database at the address in `name`.

    Raises ImproperlyConfigured when there is no address, or when it is not PostgreSQL's.
    """
    address = text(name)
    if not address:
        raise ImproperlyConfigured(
            f"{name} is not set. ./bin/start and ./bin/manage bring a PostgreSQL of their own; "
            "everything else needs the address of one, such as postgresql://user:password@host/smarketing."
        )
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{name} is a {parts.scheme!r} address; PostgreSQL is the only database.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(query.pop("port", parts.port or "")),
        "OPTIONS": query,
    }


def mail(name: str) -> dict:
    """The SMTP server at the address in `name` (`smtp`, `smtp+tls` or `smtps`), or nothing where none is set."""
    address = text(name)
    if not address:
        return {}
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"}:
        raise ImproperlyConfigured(f"{name} is a {parts.scheme!r} address; it takes smtp, smtp+tls or smtps.")
    return {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 10,
    }
