"""Rules: the rows of a definition that a marketer edits."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q

from accounts.models import User
from campaigns.models import Campaign, Content
from common.conditions import Condition, validate
from common.errors import Incomplete
from leads.definition import MOST_DAYS, Axis, Section
from leads.facts import facts_for

if TYPE_CHECKING:
    from leads.models.criteria import Criteria

LARGEST_POINTS = Decimal(1000)


class RuleQuerySet(models.QuerySet["Rule"]):
    """Rules, with what their sentences name."""

    def with_names(self) -> RuleQuerySet:
        return self.select_related("campaign", "content")


class Rule(models.Model):
    """One row of the definition: a condition on a fact or on touches, and what it is worth.

    A condition on a fact has `field`, `operator` and `values` (grammar: `common/conditions.py`).
    A condition on touches has `touch_kind` ("" for any), optionally a campaign or content, within
    `window_days`; a scored one gives `points` a touch up to `cap`, or halves them every `halves_days`.
    """

    criteria = models.ForeignKey("leads.Criteria", models.CASCADE, related_name="rules")
    line = models.UUIDField(
        default=uuid4, db_default=RandomUUID(), editable=False, help_text="The same in every copy of the row."
    )
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

    objects = RuleQuerySet.as_manager()

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

    @property
    def condition(self) -> Condition:
        """The condition on a fact."""
        return Condition(self.field, self.operator, tuple(self.values))

    @property
    def most(self) -> Decimal | None:
        """The points it can give at most; None where nothing limits them."""
        if not self.points or self.points < 0:
            return Decimal(0)
        return self.points if self.field else self.cap

    @transaction.atomic
    def edit(self, *, by: User, **changes: Any) -> None:
        """Change the row of a draft. Raises Incomplete for what makes no rule, Refused once it is no draft."""
        self.criteria.open_for_editing(by=by)
        self._take(changes)
        self.save()

    @transaction.atomic
    def remove(self, *, by: User) -> dict[str, Any]:
        """Take the row out of a draft; return it in plain values, for `criteria.put_back`.

        Raises Refused once it is no draft.
        """
        self.criteria.open_for_editing(by=by)
        row = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}
        del row["id"], row["criteria_id"]
        self.delete()
        return json.loads(json.dumps(row, cls=DjangoJSONEncoder))

    @transaction.atomic
    def move(self, *, up: bool, by: User) -> None:
        """Change places with the row above, or below; at the end of its list it stays."""
        self.criteria.open_for_editing(by=by)
        rows = list(self.criteria.rules.filter(section=self.section, axis=self.axis))
        place = rows.index(self)
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows):
            row.position = position
        type(self).objects.bulk_update(rows, ["position"])

    @classmethod
    def draw_up(cls, criteria: Criteria, **given: Any) -> Rule:
        """A new row, checked and not yet saved. Raises Incomplete for what makes no rule."""
        rule = cls(criteria=criteria)
        rule._take(given)
        return rule

    def _take(self, given: dict[str, Any]) -> None:
        for name, value in given.items():
            setattr(self, name, value)
        if self.section not in Section.values:
            raise Incomplete("Choose what the rule is for.", "section")
        self._read_fact() if self.field else self._read_touches()
        if self.section == Section.SCORED:
            self.axis = Axis.FIT if self.field else Axis.ENGAGEMENT
            self._check_points()
        else:
            self.axis, self.points, self.cap = "", None, None

    def _read_fact(self) -> None:
        fact = facts_for().get(self.field)
        if fact is None:
            raise Incomplete("Choose a field that this installation knows.", "field")
        self.values = list(validate(self.condition, fact.type).values)
        self.touch_kind, self.campaign, self.content = "", None, None
        self.window_days = self.halves_days = self.cap = None

    def _read_touches(self) -> None:
        if self.section in (Section.MUST, Section.NEVER):
            raise Incomplete("Must and never are about who they are: choose a field.", "field")
        self.operator, self.values = "", []
        if self.section == Section.FAST_TRACK:
            self.halves_days = None
        for name in ("window_days", "halves_days"):
            if getattr(self, name) is not None and not 1 <= getattr(self, name) <= MOST_DAYS:
                raise Incomplete(f"Give a number of days from 1 to {MOST_DAYS:,}.", name)
        if self.window_days and self.halves_days:
            raise Incomplete("Points either end after a time or halve; choose one.", "halves_days")
        if self.cap is not None and self.cap <= 0:
            raise Incomplete("At most has to be more than 0 points.", "cap")

    def _check_points(self) -> None:
        if not self.points or abs(self.points) > LARGEST_POINTS:
            raise Incomplete("Give the points: more or less than 0, and at most 1,000.", "points")
