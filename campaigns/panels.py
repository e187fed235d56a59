"""What campaigns show on the pages around them."""

from typing import Any

from accounts.models import User
from agreements.models import Focus
from campaigns.models import Campaign
from common.panels import panel


@panel("focus", "campaigns/_serving.html", order=20)
def serving(object_id: int, user: User) -> dict[str, Any]:
    """The campaigns that serve a focus."""
    focus = Focus.objects.get(pk=object_id)
    return {"serving": Campaign.objects.visible_to(user).serving(focus).latest_first()}
