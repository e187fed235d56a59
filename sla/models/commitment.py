"""Commitments: the promises of an agreement, as rows that are measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from common.metrics import Unit
from common.periods import Kind
from sla import clauses
from sla.clauses import CLAUSES, Clause, Form, Party, Scope, Start
from sla.reckoning import Terms

Person = TypeVar("Person", User | None, int | None)


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Promises."""

    def past_baseline(self, *, at: datetime) -> Self:
        """Those whose misses are told to people."""
        return self.exclude(agreement__baseline_until__gt=at)


class Commitment(models.Model):
    """One measurable promise of one side, or of both.

    A deadline has `allowed` working time, or working days; attempts have their number, the working
    days they spread over and the working days they have; all are for a `share` of cases. A figure has a `target` a
    `period`: a count, or a share of 0 to 1.
    """

    agreement = models.ForeignKey("sla.Agreement", models.CASCADE, related_name="commitments")
    side = models.CharField(max_length=10, choices=Party.choices)
    metric = models.SlugField(max_length=60, help_text="The figure of the catalogue that measures it.")
    form = models.CharField(max_length=10, choices=Form.choices)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ALL)
    grades = models.CharField(max_length=4, blank=True, help_text="Of these grades alone, such as AB; empty is any.")
    starts = models.CharField(max_length=10, choices=Start.choices, default=Start.HAND_OFF)
    allowed = models.DurationField("working time", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    attempt_days = models.PositiveSmallIntegerField("on working days", null=True, blank=True)
    within_days = models.PositiveSmallIntegerField("within working days", null=True, blank=True)
    share = models.DecimalField("share of cases", max_digits=4, decimal_places=3, null=True, blank=True)
    target = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    period = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in Kind], default=Kind.MONTH.value
    )
    fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "metric"], name="commitment_once_an_agreement"),
            models.CheckConstraint(condition=Q(side__in=Party.values), name="commitment_side_is_known"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="commitment_scope_is_known"),
            models.CheckConstraint(
                condition=Q(form=Form.DEADLINE, allowed__gt=timedelta(), share__isnull=False)
                | Q(form=Form.DAYS, within_days__gte=1, share__isnull=False)
                | Q(form=Form.ATTEMPTS, attempts__gte=1, attempt_days__gte=1, within_days__gte=1, share__isnull=False)
                | Q(form=Form.FIGURE, target__gt=0),
                name="commitment_terms_fit_its_form",
            ),
            models.CheckConstraint(
                condition=Q(grades="") | Q(grades__regex=r"^A?B?C?D?$"), name="commitment_grades_are_known"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=1), name="commitment_share_is_one"
            ),
            models.CheckConstraint(
                condition=Q(attempts__isnull=True)
                | (Q(attempt_days__lte=F("attempts")) & Q(attempt_days__lte=F("within_days"))),
                name="commitment_attempts_can_be_made",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def clause(self) -> Clause:
        return CLAUSES[self.metric]

    @property
    def title(self) -> str:
        return clauses.title(self)

    @property
    def sentence(self) -> str:
        return clauses.sentence(self)

    @property
    def act(self) -> str:
        """What its clocks wait for."""
        return clauses.act(self)

    @property
    def is_joint(self) -> bool:
        """Whether both sides promise it; it stands under each and counts for each."""
        return self.side == Party.BOTH

    def falls_to(self, owner: Person, holder: Person, marketer: Person) -> Person:
        """Of the owner of a clock, of its hand-off and of the lead in marketing (people or ids), whom it tells to act.

        Its own owner; where it has none, whoever has the lead on the side that promised; by what only the
        customer counts, nobody.
        """
        if owner:
            return owner
        if self.side == Party.MARKETING:
            return marketer
        return None if self.terms.is_owners else holder

    @property
    def runs_clocks(self) -> bool:
        return self.form != Form.FIGURE

    @property
    def is_count(self) -> bool:
        return self.clause.unit == Unit.COUNT

    @property
    def wanted(self) -> Any:
        """What the figure has to reach: the agreed share of cases, or the target."""
        return self.share if self.runs_clocks else self.target

    @property
    def terms(self) -> Terms:
        """What a clock of this commitment is reckoned by."""
        return Terms(
            self.pk, self.form, self.scope, self.allowed or timedelta(), self.attempts or 0, self.attempt_days or 0,
            self.within_days or 0, self.starts, self.clause.ends, grades=self.grades,
        )  # fmt: skip
