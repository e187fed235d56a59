"""E-mail and web addresses, in the one form we keep."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from common.errors import Incomplete
from leads.freemail import FREEMAIL

EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)
HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


def normal_email(text: str) -> str:
    """An address as we keep it: lower case, without a name or "mailto:" around it. Raises Incomplete."""
    address = str(text).strip()
    if address.endswith(">"):
        address = address[address.rfind("<") + 1 : -1]
    address = address.lower().removeprefix("mailto:").strip()
    if not address.isascii():
        address = _in_ascii(address)
    if len(address) > 254 or not EMAIL.fullmatch(address):
        raise Incomplete(f"{str(text)[:80]!r} is not an e-mail address.", "email")
    return address


def _in_ascii(address: str) -> str:
    """An address whose domain has letters beyond ASCII, written as mail servers do."""
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def host_of(text: str) -> str:
    """The domain of a web address, without "www.", or "" where it tells nothing of an organisation."""
    address = str(text).strip().lower()
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if HOST.fullmatch(host) and host not in FREEMAIL and len(host) <= 253 else ""
