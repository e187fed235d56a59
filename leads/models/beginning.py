"""What leads began with and what came of it: kept for reading, reckoned each night, never edited."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from campaigns.models import Campaign, Content
from leads.kinds import OFFERS
from leads.models.lead import Lead

WINDOW = timedelta(days=120)  # after the first act; what comes later is put down to something else

LONGEST_NUMBER = 9  # digits


class By(models.TextChoices):
    """What beginnings are told apart by."""

    OFFER = "offer", "Offers"
    MEDIUM = "medium", "Media"
    SOURCE = "source", "Sources"
    CAMPAIGN = "campaign", "Campaigns"


class BeginningQuerySet(models.QuerySet["Beginning"]):
    """Beginnings, found by what was done first."""

    def with_what(self, by: str, key: str) -> BeginningQuerySet:
        """Those under one key of a conversion. Raises ValueError for a key that is none."""
        if not by:
            return self
        kind, _, rest = key.partition(":")
        match by:
            case By.OFFER if kind == "content":
                return self.filter(content=int(rest))
            case By.OFFER if kind == "kind":
                return self.filter(content=None, kind=rest)
            case By.OFFER if not key:
                return self.filter(content=None).exclude(kind__in=OFFERS)
            case By.MEDIUM:
                return self.filter(channel=kind, kind=rest)
            case By.SOURCE:
                return self.filter(source=key)
            case By.CAMPAIGN:
                return self.filter(campaign=int(key) if key else None)
        raise ValueError(f"{by} {key} is nothing that leads begin with.")


class Beginning(models.Model):
    """The first act of a lead of marketing's, how far the lead came since, and which personas it fits."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="beginning")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=40, blank=True, help_text="As written, in lower case.")
    source = models.CharField(max_length=120, blank=True)
    content = models.ForeignKey(Content, models.SET_NULL, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, related_name="+")
    mql_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    customer_at = models.DateTimeField(null=True)
    personas = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of the versions in force.")

    objects = BeginningQuerySet.as_manager()

    class Meta:
        indexes = [
            # Read by the leads behind a figure of a period.
            models.Index(fields=["at"], name="beginning_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.kind}, {self.at:%Y-%m-%d}"


class ConversionQuerySet(models.QuerySet["Conversion"]):
    """Conversions, found by how an address names them."""

    def coded(self, code: str) -> ConversionQuerySet:
        """The one that `Conversion.code` names, or none."""
        by, period, persona, key = (code.split(".", 3) + [""] * 4)[:4]
        if not persona.isdecimal() or len(persona) > LONGEST_NUMBER:
            return self.none()
        return self.filter(by=by, period=period, persona=int(persona), key=key)


class Conversion(models.Model):
    """Of the leads that began with one thing in one period: how many, and how far they came within the window.

    `persona` 0 stands for everybody, `by` "" for all beginnings together. `leads` are those whose window was over
    `at` the night it was reckoned; `maturing` the others, of whom nothing else is counted.
    """

    by = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=120, blank=True)
    period = models.CharField(max_length=7)
    persona = models.BigIntegerField(default=0)
    leads = models.PositiveIntegerField()
    maturing = models.PositiveIntegerField()
    mqls = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    to_mql = models.DurationField(null=True, help_text="The median, of those that became MQLs.")
    to_customer = models.DurationField(null=True, help_text="The median, of those that became customers.")
    at = models.DateTimeField()

    objects = ConversionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by the page, which asks for all keys of one period and persona.
            models.UniqueConstraint(fields=["by", "period", "persona", "key"], name="conversion_once"),
            models.CheckConstraint(
                condition=Q(mqls__lte=F("leads"), accepted__lte=F("leads"), customers__lte=F("leads")),
                name="conversion_parts_fit_the_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.key}, {self.period}"

    @property
    def code(self) -> str:
        """What stands for it in an address, the same from night to night."""
        return f"{self.by}.{self.period}.{self.persona}.{self.key}"
