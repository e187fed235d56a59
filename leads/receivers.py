"""What scoring hears of: deals change what criteria read of everybody in a company, and who became an MQL."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.dispatch import receiver

from accounts.models.calendar import hours_changed
from leads import crediting, readings, shadow
from leads.lifecycle import CUSTOMER, PROMOTE, leads_changed
from leads.models import DueLead, Lead, Opportunity, Transition

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@receiver(leads_changed, dispatch_uid="leads.mark_colleagues")
def mark_colleagues(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Mark everybody of a company that has got or lost an open deal, or has become a customer or ceased to be one."""
    people = _with_deals(events)
    if people:
        colleagues = models.Q(company__in=Lead.objects.filter(pk__in=people, company__isnull=False).values("company"))
        DueLead.objects.mark_query(Lead.objects.filter(models.Q(pk__in=people) | colleagues), fresh=False)


@receiver(leads_changed, dispatch_uid="leads.credit_what_led_to_deals")
def credit_what_led_to_deals(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Say what each touch contributed to a deal that was won, and no longer to one that is open again."""
    crediting.credit_of(_with_deals(events))


@receiver(leads_changed, dispatch_uid="leads.note_beside_the_shadow")
def note_beside_the_shadow(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Let a shadow run know whom the definition in force has made MQLs; those made by hand say nothing about it."""
    shadow.note_made(event for event in events if isinstance(event, Transition) and _is_automatic(event))


@receiver(leads_changed, dispatch_uid="leads.figures_moved")
def figures_moved(sender: Any, events: Iterable[models.Model], **told: Any) -> None:
    """Let no kept reading stand of a period that an event reaches back into."""
    if since := readings.reach_back(events):
        readings.touched(since)


@receiver(hours_changed, dispatch_uid="leads.books_close_otherwise")
def books_close_otherwise(sender: Any, **told: Any) -> None:
    """Let no kept reading stand: until when a return lowers what a month delivered is told in working days."""
    readings.touched(EVER)


def _with_deals(events: Iterable[models.Model]) -> set[int]:
    """Who has got a deal, won or lost one, or has become a customer or ceased to be one."""
    return {event.lead_id for event in events if isinstance(event, Opportunity) or _about_customer(event)}


def _is_automatic(event: Transition) -> bool:
    return event.move == PROMOTE.name and event.by_id is None and not event.imported


def _about_customer(event: models.Model) -> bool:
    return isinstance(event, Transition) and CUSTOMER in (event.from_stage, event.to_stage) and not event.imported
