"""What this app shows on pages around it."""

from typing import Any

from agreements.models import Revision
from common.badges import badge
from goals.models.versions import PREFIX


@badge("goals")
def waits_for_you(user: Any) -> str:
    """Whether a plan waits for this person's signature."""
    waiting = Revision.objects.waiting_for(user).filter(document__startswith=PREFIX)
    return "to sign" if waiting.exists() else ""
