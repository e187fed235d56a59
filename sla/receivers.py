"""What the clocks hear of: anything that happened to a lead."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.dispatch import receiver

from leads.lifecycle import leads_changed
from sla.models import Clock


@receiver(leads_changed, dispatch_uid="sla.settle")
def settle(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Reckon the clocks of every hand-off that an event was about."""
    Clock.objects.settle_after(events)
