"""Where we may post to: addresses of the public internet, looked up once and then kept.

An address that an admin types in must not open what only this machine or its network can
reach. A name is looked up once, everything it stands for has to be public, and the
connection goes to what was looked up: no second answer, no redirect and no proxy comes in between.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 2048
PORT = 443
NAT64 = ip_network("64:ff9b::/96")
# Global by the book of Python 3.11, and yet not the internet.
NOT_OUTSIDE = [
    ip_network(net)
    for net in ("192.0.0.0/24", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "fec0::/10")
]


class Forbidden(Exception):
    """We do not post there; `str()` says why."""


class NotFound(Exception):
    """The name leads nowhere, at least now."""


@dataclass(frozen=True)
class Place:
    """A URL, taken apart. `is_internal` where the installation itself has opened this host and port."""

    scheme: str
    host: str
    port: int
    path: str
    is_internal: bool


@dataclass(frozen=True)
class Target:
    """A place and the addresses it had when it was looked up, all of them allowed."""

    place: Place
    addresses: tuple[str, ...]


def place_of(url: str) -> Place:
    """Take a URL apart without asking anybody. Raises Forbidden for what we never post to."""
    if len(url) > LONGEST or not url.isprintable() or set(url) & {" ", "\\"}:
        raise Forbidden("This is no address that can be posted to.")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode().rstrip(".").lower()
        port = parts.port or (80 if parts.scheme == "http" else PORT)
    except ValueError as error:
        raise Forbidden("This is no address that can be posted to.") from error
    is_internal = f"{host}:{port}" in settings.INTERNAL_RECEIVERS
    if not host or parts.username is not None or parts.fragment:
        raise Forbidden("The address has to be a host and a path, without a user and without #.")
    if not is_internal and (parts.scheme != "https" or port != PORT):
        raise Forbidden("The address has to begin with https:// and use the usual port.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, path, is_internal)


def target_of(url: str) -> Target:
    """Look the host up, once. Raises Forbidden when anything it stands for is not public, NotFound for no answer."""
    place = place_of(url)
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFound(f"{place.host} is not found.") from error
    addresses = tuple(dict.fromkeys(each[4][0] for each in found))
    if not place.is_internal and not all(is_public(ip_address(each)) for each in addresses):
        raise Forbidden(f"{place.host} is not an address on the public internet.")
    return Target(place, addresses)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet's, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address.ipv4_mapped
        if inner is not None:
            return is_public(inner)
    if address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return address.is_global and not any(address in net for net in NOT_OUTSIDE)
