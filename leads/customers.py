"""What the people of a customer do makes no MQL: it is news for whoever owns that company."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F

from leads.models import Lead
from notifications.outbox import tell

NEWS = timedelta(days=1)  # what is older and only came in today is no news


def tell_owners(leads: Iterable[int], *, at: datetime) -> None:
    """Tell owners of customers which of these people did something that earns points; once a person and day.

    Call it when the scores of `leads` are stored, in the same transaction.
    """
    active = Lead.objects.filter(
        pk__in=leads,
        score__engaged_at__gt=at - NEWS,
        score__engaged_at__gte=F("company__customer_since"),
        company__owner__isnull=False,
    )
    for lead in active.select_related("score", "company__owner").order_by("pk"):
        key = f"customer:{lead.pk}:{lead.score.engaged_at:%Y-%m-%d}"
        tell([lead.company.owner], "leads.customer_active", {"lead": lead.pk}, key=key, at=at)
