"""The definition of an MQL, as rows a marketer edits and both sides sign."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.models.user import check_zone
from agreements.models import Revision, State
from campaigns.models import Campaign, Content
from common.errors import Incomplete

DOCUMENT = "criteria"


class CriteriaQuerySet(models.QuerySet["Criteria"]):
    """Versions of the definition."""

    def visible_to(self, user: User) -> CriteriaQuerySet:
        return self

    def ruling(self) -> Criteria | None:
        """The version that scores leads now: in force, or on trial where nothing is in force."""
        return self.filter(revision__state__in=[State.IN_FORCE, State.TRIAL]).select_related("revision").first()


class Criteria(models.Model):
    """One version of the MQL definition, with the SQL checklist; one-to-one with the revision both sides sign."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="criteria")
    threshold = models.DecimalField(max_digits=6, decimal_places=2, default=60)
    min_fit = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    min_engagement = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    hot_at = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    grade_a = models.DecimalField(max_digits=6, decimal_places=2, default=40)
    grade_b = models.DecimalField(max_digits=6, decimal_places=2, default=25)
    grade_c = models.DecimalField(max_digits=6, decimal_places=2, default=10)
    zone = models.CharField(
        "time zone", max_length=64, default="UTC", validators=[check_zone], help_text="Whose midnights age the points."
    )
    one_step = models.BooleanField(default=False, help_text="Accepting qualifies at once: SAL and SQL in one step.")
    checklist = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    objects = CriteriaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(threshold__gt=0), name="criteria_threshold_is_positive"),
            models.CheckConstraint(
                condition=Q(grade_a__gte=models.F("grade_b"), grade_b__gte=models.F("grade_c")),
                name="criteria_grades_descend",
            ),
        ]

    def __str__(self) -> str:
        return f"MQL criteria, version {self.revision.number}"

    def check_answers(self, answers: dict[str, str]) -> None:
        """Raise Incomplete unless every question of the SQL checklist has an answer."""
        for question in self.checklist:
            if not str(answers.get(question, "")).strip():
                raise Incomplete(f"The checklist asks: {question}", question)


class Section(models.TextChoices):
    MUST = "must", "Must"
    NEVER = "never", "Never"
    FAST_TRACK = "fast_track", "Fast track"
    SCORED = "scored", "Scored"


class Axis(models.TextChoices):
    FIT = "fit", "Who they are"
    ENGAGEMENT = "engagement", "What they did"


class Rule(models.Model):
    """One row of the definition: a condition on a fact or on touches, and what it is worth.

    A condition on a fact has `field`, `operator` and `values` (grammar: `common/conditions.py`).
    A condition on touches has `touch_kind` ("" for any), optionally a campaign or content, within
    `window_days`; a scored one gives `points` a touch up to `cap`, or halves them every `halves_days`.
    """

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="rules")
    section = models.CharField(max_length=10, choices=Section.choices)
    axis = models.CharField(max_length=10, choices=Axis.choices, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    field = models.CharField(max_length=80, blank=True, help_text="A fact's key; empty for a condition on touches.")
    operator = models.CharField(max_length=20, blank=True)
    values = models.JSONField(default=list, blank=True)
    touch_kind = models.CharField(max_length=40, blank=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    content = models.ForeignKey(Content, models.PROTECT, null=True, blank=True, related_name="+")
    window_days = models.PositiveSmallIntegerField(null=True, blank=True)
    cap = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True, help_text="In points.")
    halves_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["section", "axis", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(section__in=Section.values), name="rule_section_is_known"),
            models.CheckConstraint(
                condition=(Q(section=Section.SCORED) & Q(points__isnull=False) & Q(axis__in=Axis.values))
                | (~Q(section=Section.SCORED) & Q(points__isnull=True) & Q(axis="")),
                name="rule_points_where_scored",
            ),
            models.CheckConstraint(
                condition=~Q(axis=Axis.ENGAGEMENT) | Q(field=""), name="rule_engagement_is_about_touches"
            ),
            models.CheckConstraint(condition=~Q(axis=Axis.FIT) | ~Q(field=""), name="rule_fit_is_about_facts"),
            models.CheckConstraint(
                condition=~Q(section__in=[Section.MUST, Section.NEVER]) | ~Q(field=""),
                name="rule_must_and_never_are_about_facts",
            ),
            models.CheckConstraint(condition=~Q(window_days=0) & ~Q(halves_days=0), name="rule_days_are_positive"),
            models.CheckConstraint(
                condition=Q(window_days__isnull=True) | Q(halves_days__isnull=True), name="rule_expires_or_halves"
            ),
            models.CheckConstraint(condition=Q(cap__isnull=True) | Q(cap__gt=0), name="rule_cap_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()}: {self.field or self.touch_kind or 'any touch'}"
