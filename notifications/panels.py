"""What this app shows on pages below and around it."""

from typing import Any

from accounts.access import allowed
from common import clock as db_clock
from common.badges import badge
from common.panels import panel
from notifications.models import Delivery, Heartbeat, Notice


@badge("notifications")
def unread(user: Any) -> str:
    """The number beside the bell."""
    count = Notice.objects.visible_to(user).unread()[:100].count()
    return "99+" if count > 99 else str(count or "")


@panel("banner", "notifications/_worker_silent.html", order=10)
def worker_is_silent(object_id: int, user: Any) -> dict[str, Any] | None:
    """On every page while no worker is heard: what people do is kept, what should follow waits."""
    if not user.is_authenticated or not Heartbeat.objects.is_silent(at=db_clock.now()):
        return None
    return {}


@panel("account", "notifications/_account.html")
def what_reaches_me(object_id: int, user: Any) -> dict[str, Any]:
    return {}


@panel("settings", "notifications/_settings.html", order=80)
def mail_and_deliveries(object_id: int, user: Any) -> dict[str, Any] | None:
    if not allowed(user, "delivery.replay"):
        return None
    return {"dead_count": Delivery.objects.visible_to(user).dead().count()}
