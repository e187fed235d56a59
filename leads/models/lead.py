"""Leads: known people who gave contact data, what is known of them, and since when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.models import User
from campaigns.models import Campaign
from leads.lifecycle import PATH, Stage
from leads.models.company import Company


class Origin(models.TextChoices):
    """Where a lead came from; only marketing's count in rates that start at an MQL."""

    MARKETING = "marketing", "Marketing"
    SALES = "sales", "Self-sourced by sales"
    PARTNER = "partner", "Partner or existing business"


class LeadQuerySet(models.QuerySet["Lead"]):
    """Leads, found by where they are."""

    def visible_to(self, user: User) -> LeadQuerySet:
        """Everyone reads the same leads; only actions are restricted."""
        return self

    def to_hand_over(self) -> LeadQuerySet:
        """MQLs that wait to be released: no hand-off is open for them."""
        return self.filter(stage=Stage.MQL).exclude(handoffs__closed_at__isnull=True, handoffs__isnull=False)


class Lead(models.Model):
    """A person, the stage of their present episode, and the facts that criteria read."""

    email = models.EmailField("e-mail", blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=80, blank=True)
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="leads")
    source = models.CharField(max_length=120, blank=True)
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="leads")
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.MARKETING)
    external_source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(help_text="When the person became a lead.")
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), help_text="When we learnt of it.")

    # The state below is written by verbs alone.
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.LEAD)
    stage_at = models.DateTimeField()
    episode = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="leads")
    marketing_owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="nurtured_leads")
    review_on = models.DateField(null=True, blank=True, help_text="When marketing looks again at a recycled lead.")
    plan = models.TextField(blank=True, help_text="What marketing does with a recycled lead until then.")
    engagement_from = models.DateTimeField(null=True, blank=True, help_text="Touches before this count no more.")
    cool_down_until = models.DateTimeField(null=True, blank=True)
    quality_returns = models.PositiveSmallIntegerField(default=0)
    person_decides = models.BooleanField(default=False, help_text="No automatic MQL: a person has to decide.")
    opted_out_at = models.DateTimeField(null=True, blank=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_is_known"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="lead_origin_is_known"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="lead_email_is_lower_case"),
            models.CheckConstraint(condition=Q(episode__gte=1), name="lead_episode_counts_from_one"),
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="lead_one_an_email"),
            models.UniqueConstraint(
                fields=["external_source", "external_id"], condition=~Q(external_id=""), name="lead_one_an_external_id"
            ),
        ]
        indexes = [
            # Read by the leads list, newest first, page by page.
            models.Index(F("created_at").desc(), F("id").desc(), name="lead_by_created"),
            # Read by the leads list filtered by stage, the stale list and the release of the backlog.
            models.Index(F("stage"), F("stage_at").desc(), F("id").desc(), name="lead_by_stage"),
            # Read by a company's page and by the snapshots written when a company changes.
            models.Index(fields=["company"], name="lead_by_company"),
            # Read by the search box.
            models.Index(Lower("last_name"), Lower("first_name"), name="lead_by_name"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.first_name, self.last_name])) or self.email or f"Lead {self.pk}"

    @property
    def is_on_path(self) -> bool:
        return self.stage in PATH

    def belongs_to(self, user: User) -> bool:
        """Whether this is the rep's own lead."""
        return self.owner_id == user.pk


class LeadVersion(models.Model):
    """What was known of a lead from a moment on: its facts and its company's, as one document."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="versions")
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
