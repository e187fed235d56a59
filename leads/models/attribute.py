"""Facts of one's own, and what was known of a lead at each moment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class LeadVersion(models.Model):
    """What was known of a lead from a moment on: its facts and its company's, as one document."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="versions")
    from_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    facts = models.JSONField()

    class Meta:
        constraints = [
            # Also read by the evaluator, which looks for the version of a lead at a past moment.
            models.UniqueConstraint(fields=["lead", "from_at"], name="lead_version_one_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} from {self.from_at:%Y-%m-%d %H:%M}"


class AttributeType(models.TextChoices):
    """What a custom attribute holds; it decides which operators criteria offer."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    BOOLEAN = "boolean", "Yes or no"


class Attribute(models.Model):
    """A field of a lead or a company that this organisation added, usually by importing a column."""

    class On(models.TextChoices):
        LEAD = "lead", "Lead"
        COMPANY = "company", "Company"

    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    type = models.CharField(max_length=10, choices=AttributeType.choices, default=AttributeType.TEXT)
    on = models.CharField(max_length=10, choices=On.choices, default=On.LEAD)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["on", "key"], name="attribute_keys_are_unique"),
            models.CheckConstraint(condition=Q(type__in=AttributeType.values), name="attribute_type_is_known"),
        ]

    def __str__(self) -> str:
        return self.label
