"""What scoring hears of: deals change what criteria read of everybody in a company."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.dispatch import receiver

from leads.lifecycle import CUSTOMER, leads_changed
from leads.models import DueLead, Lead, Opportunity, Transition


@receiver(leads_changed, dispatch_uid="leads.mark_colleagues")
def mark_colleagues(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Mark everybody of a company that has got or lost an open deal, or has become a customer or ceased to be one."""
    people = {event.lead_id for event in events if isinstance(event, Opportunity) or _about_customer(event)}
    if people:
        colleagues = models.Q(company__in=Lead.objects.filter(pk__in=people, company__isnull=False).values("company"))
        DueLead.objects.mark_query(Lead.objects.filter(models.Q(pk__in=people) | colleagues), fresh=False)


def _about_customer(event: models.Model) -> bool:
    return isinstance(event, Transition) and CUSTOMER in (event.from_stage, event.to_stage) and not event.imported
