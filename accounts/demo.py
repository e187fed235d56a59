"""The demo company's open door: one click signs in, on this very machine only."""

import ipaddress

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.http.request import split_domain_port

from accounts.models import User


def is_demo_door(request: HttpRequest) -> bool:
    """Whether this request may sign in without a password: the demo flag, a loopback address and a loopback name.

    Both are asked: a page of another site may point its own name at 127.0.0.1, and a proxy on
    this machine brings strangers in from a loopback address.
    """
    host, _ = split_domain_port(request.get_host())
    forwarded = {"Forwarded", "X-Forwarded-For", "X-Real-Ip"} & set(request.headers)
    return settings.DEMO and not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", "")) and _is_loopback(host)


def demo_people() -> models.QuerySet[User]:
    """The people one may step in as: those with a role, neither invited nor with a password of their own."""
    return (
        User.objects.active()
        .filter(password__startswith="!", invited_at=None)
        .exclude(roles=[])
        .select_related("team")
        .order_by("pk")
    )


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
