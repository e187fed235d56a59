"""Studies: what the decisions of the past suggest to change in the definition, each suggestion with its leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User
from agreements.models import State
from common.errors import Refused
from common.wake import wake
from leads.learning.edits import Edit, Kind
from leads.models.criteria import Criteria
from leads.models.lead import Lead
from leads.models.leased import LeasedQuerySet

Made = tuple["Suggestion", list["SuggestionLead"]]


class StudyQuerySet(LeasedQuerySet):
    """Studies, found by how far they are."""

    LEASE = timedelta(minutes=2)

    def done(self) -> StudyQuerySet:
        return self.filter(finished_at__isnull=False)

    @transaction.atomic
    def start(self, criteria: Criteria, *, by: User | None, at: datetime) -> Study:
        """Ask a worker to look at the decisions up to now; return the study that runs already, if one does."""
        check(by, "criteria.backtest")
        if running := self.unfinished().select_for_update(of=("self",)).first():
            return running
        made = self.create(criteria=criteria, until=at, started_at=at, leased_until=at)
        wake("leads.tasks.study")
        return made


class Study(models.Model):
    """One look at the decisions up to `until`, beside one version of the definition.

    `step` of STEPS tells how far it is; a worker that is killed leaves nothing behind, and the next begins anew.
    `found` holds what the page says apart from the suggestions (`leads/learning/studying.py`).
    """

    STEPS = (
        "Gathering what sales decided",
        "Reading what was known when sales got each lead",
        "Trying conditions",
        "Searching the earlier months and running changed definitions",
        "Telling how well leads are ordered",
    )

    criteria = models.ForeignKey(Criteria, models.CASCADE, related_name="studies")
    until = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    found = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField()
    leased_until = models.DateTimeField(help_text="A worker that works on it keeps this in the future.")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="study_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Study of {self.until:%Y-%m-%d} beside {self.criteria}"

    @property
    def now_doing(self) -> str:
        """The step that it is at, in words."""
        return self.STEPS[min(self.step, len(self.STEPS) - 1)]

    def go_on(self, *, step: int, at: datetime) -> None:
        """Note how far it is and keep the lease."""
        Study.objects.unfinished().filter(pk=self.pk).update(step=step, leased_until=at + StudyQuerySet.LEASE)

    @transaction.atomic
    def finish(self, found: dict[str, Any], suggestions: Iterable[Made], *, at: datetime) -> bool:
        """Keep what was found, unless another worker did meanwhile; the studies before go.

        What of it was suggested before and stands in a draft is known to stand there.
        """
        if not Study.objects.unfinished().filter(pk=self.pk).update(found=found, finished_at=at, step=len(self.STEPS)):
            return False
        drafted = list(Suggestion.objects.filter(draft__isnull=False))
        for position, (suggestion, leads) in enumerate(suggestions):
            suggestion.study, suggestion.position = self, position
            if same := next((each for each in drafted if each.edit == suggestion.edit), None):
                suggestion.draft_id, suggestion.made = same.draft_id, same.made
            suggestion.save(force_insert=True)
            for lead in leads:
                lead.suggestion = suggestion
            SuggestionLead.objects.bulk_create(leads, batch_size=5000)
        Study.objects.done().filter(pk__lt=self.pk).delete()
        return True


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions of the study that is shown."""

    def visible_to(self, user: User) -> SuggestionQuerySet:
        """Both sides read what is suggested."""
        return self

    def with_names(self) -> SuggestionQuerySet:
        return self.select_related("study__criteria__revision", "draft__revision")


class Suggestion(models.Model):
    """One change that is suggested: what to change (`leads/learning/edits.py`), why, and what it would have done.

    `evidence` and `effect` are counts for the page. Once it is in a draft, `made` takes it back.
    """

    study = models.ForeignKey(Study, models.CASCADE, related_name="suggestions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    given = models.JSONField()
    line = models.CharField(max_length=36, blank=True, help_text="Of the rule it changes; empty where it adds one.")
    says = models.TextField()
    evidence = models.JSONField()
    effect = models.JSONField()
    draft = models.ForeignKey(Criteria, models.SET_NULL, null=True, related_name="+")
    made = models.JSONField(default=dict, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="suggestion_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.says

    @property
    def edit(self) -> Edit:
        return Edit(Kind(self.kind), self.given, self.line)

    @property
    def is_in_draft(self) -> bool:
        """Whether it stands in a draft that may still be changed."""
        return self.draft is not None and self.draft.revision.state == State.DRAFT

    @transaction.atomic
    def put_in_draft(self, *, by: User, at: datetime) -> Criteria:
        """Make the change in the draft that is open, or else in a new one of the version in force; return the draft.

        Raises Refused where it stands in a draft already, or the draft lacks the rule it changes.
        """
        check(by, "criteria.edit")
        mine = Suggestion.objects.select_for_update(of=("self",)).with_names().get(pk=self.pk)
        if mine.is_in_draft:
            raise Refused(f"It is in version {mine.draft.revision.number} already.")
        draft = Criteria.objects.filter(revision__state=State.DRAFT).select_related("revision").first()
        draft = draft or Criteria.objects.draft_from(Criteria.objects.ruling() or mine.study.criteria, by=by, at=at)
        self.draft, self.made = draft, self.edit.make(draft, by=by)
        self.save(update_fields=["draft", "made"])
        return draft

    @transaction.atomic
    def take_back(self, *, by: User) -> Criteria:
        """Take the change out of the draft again; the draft stays open. Raises Refused where it is in none."""
        check(by, "criteria.edit")
        mine = Suggestion.objects.select_for_update(of=("self",)).with_names().get(pk=self.pk)
        if not mine.is_in_draft:
            raise Refused("It is in no draft that can still be changed.")
        mine.edit.take_back(mine.draft, mine.made, by=by)
        self.draft, self.made = None, {}
        self.save(update_fields=["draft", "made"])
        return mine.draft


class SuggestionLead(models.Model):
    """One case behind a suggestion's figures: whether the suggestion is about it (`met`), and what it would do with it.

    `effect` is `out` where the changed definition no longer lets it through, `in` where it newly does.
    """

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="leads", db_index=False)
    # Its index is read when a lead goes.
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")
    at = models.DateTimeField(help_text="When sales got it.")
    outcome = models.CharField(max_length=8)
    won = models.BooleanField()
    held_back = models.BooleanField()
    met = models.BooleanField()
    effect = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            # Also read page by page behind a figure.
            models.UniqueConstraint(fields=["suggestion", "lead"], name="suggestion_counts_a_lead_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["good", "returned", "other"]), name="suggestion_lead_outcome_is_known"
            ),
            models.CheckConstraint(condition=Q(effect__in=["", "in", "out"]), name="suggestion_lead_effect_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}, {self.outcome}"
