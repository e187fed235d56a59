"""Deals, and the people on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from leads.models.company import Company
from leads.models.lead import Lead


class DealType(models.TextChoices):
    NEW = "new", "New business"
    EXPANSION = "expansion", "Expansion"
    RENEWAL = "renewal", "Renewal"


class DealState(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Deals, found by where they stand."""

    def visible_to(self, user: User) -> OpportunityQuerySet:
        return self

    def open(self) -> OpportunityQuerySet:
        return self.filter(state=DealState.OPEN)


class Opportunity(models.Model):
    """A deal. A new-business deal moves its primary contact through the stages; other types move nobody."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="opportunities", help_text="The primary contact.")
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="opportunities")
    handoff = models.ForeignKey("leads.Handoff", models.PROTECT, null=True, blank=True, related_name="opportunities")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="opportunities")
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=10, choices=DealType.choices, default=DealType.NEW)
    state = models.CharField(max_length=5, choices=DealState.choices, default=DealState.OPEN)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    estimated = models.BooleanField(default=False, help_text="The amount is the segment's average, not yet edited.")
    closes_on = models.DateField("expected close")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    lost_because = models.CharField(max_length=200, blank=True)
    external_source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount_is_not_negative"),
            models.CheckConstraint(condition=Q(state__in=DealState.values), name="deal_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=DealState.OPEN, closed_at__isnull=True)
                | (~Q(state=DealState.OPEN) & Q(closed_at__isnull=False)),
                name="deal_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=DealState.LOST) | ~Q(lost_because=""), name="deal_lost_has_a_reason"
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(state=DealState.OPEN, type=DealType.NEW), name="deal_one_open_a_lead"
            ),
        ]
        indexes = [
            # Read by revenue and win rate in a period.
            models.Index(fields=["state", "closed_at"], name="deal_by_close"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.company or self.lead}, {self.amount:.0f} {self.currency}"

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.pk


class DealContact(models.Model):
    """A person on a deal and their part in it. The primary contact is the deal's own lead."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="contacts")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="deals")
    role = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "lead"], name="deal_contact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lead}, {self.role or 'contact'}"
