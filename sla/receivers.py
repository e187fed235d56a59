"""What the promises hear of: anything that happened to a lead, or to a content request."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.dispatch import receiver

from campaigns.models.request import requests_changed
from leads.lifecycle import leads_changed
from sla.answers import promise_answers
from sla.models import Clock


@receiver(leads_changed, dispatch_uid="sla.settle")
def settle(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Reckon the clocks of every hand-off that an event was about."""
    Clock.objects.settle_after(events)


@receiver(requests_changed, dispatch_uid="sla.promise_answers")
def promise(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Say when marketing's answer is due."""
    promise_answers(events)
