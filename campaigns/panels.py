"""What campaigns and content show on the pages around them."""

from typing import Any

from accounts.access import MARKETING
from accounts.models import User
from agreements.models import Focus
from campaigns.models import Campaign, ContentRequest
from common.badges import badge
from common.panels import panel


@panel("focus", "campaigns/_serving.html", order=20)
def serving(object_id: int, user: User) -> dict[str, Any]:
    """The campaigns that serve a focus."""
    focus = Focus.objects.get(pk=object_id)
    return {"serving": Campaign.objects.visible_to(user).serving(focus).latest_first()}


@badge("content")
def requests_wait(user: User) -> str:
    """How many requests wait for the reader: for marketing's answer, and one's own on which it asked back."""
    requests = ContentRequest.objects.visible_to(user)
    waiting = requests.back_with(user)
    if user.has_role(*MARKETING):
        waiting |= requests.with_marketing()
    return str(waiting.count() or "")
