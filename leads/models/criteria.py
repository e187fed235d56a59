"""The definition of an MQL, as rows a marketer edits and both sides sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Prefetch, Q
from django.urls import reverse

from accounts import access
from accounts.models import User
from accounts.models.user import check_zone
from agreements.models import Revision, State, TypedDocument
from common.conditions import number_words
from common.errors import Incomplete, Refused
from common.wake import wake
from leads import starter, wording
from leads.definition import Axis, Section
from leads.models.rule import Rule

__all__ = ["DOCUMENT", "Axis", "Criteria", "CriteriaQuerySet", "Rule", "Section"]

DOCUMENT = "criteria"
MOST_QUESTIONS = 5


class CriteriaQuerySet(models.QuerySet["Criteria"]):
    """Versions of the definition."""

    def visible_to(self, user: User) -> CriteriaQuerySet:
        return self

    def with_rules(self) -> CriteriaQuerySet:
        return self.select_related("revision").prefetch_related(Prefetch("rules", Rule.objects.with_names()))

    def ruling(self) -> Criteria | None:
        """The version that scores leads now: in force, or on trial where nothing is in force."""
        return self.filter(revision__state__in=[State.IN_FORCE, State.TRIAL]).select_related("revision").first()

    def ruled_at(self, at: datetime) -> Criteria | None:
        """The version that scored leads at a past moment."""
        then = Revision.objects.of(DOCUMENT).in_force_at(at)
        return self.filter(revision__in=then).select_related("revision").first()

    @transaction.atomic
    def draft_from(self, criteria: Criteria | None, *, by: User | None, at: datetime) -> Criteria:
        """Open the next version as a draft: a copy of `criteria`, or without one a definition to start from.

        Raises Refused while another draft is open.
        """
        access.check(by, "criteria.edit")
        if Revision.objects.of(DOCUMENT).filter(state=State.DRAFT).exists():
            raise Refused("There is a draft of the criteria already; change that one.")
        revision = Revision.objects.draft(DOCUMENT, by=by, at=at)
        return self._copy(criteria, revision) if criteria else self._start(revision, zone=by.zone if by else "UTC")

    def take_effect(self, *, at: datetime) -> int:
        """Put the signed version in force whose day has come; return how many, at most one."""
        due = self.filter(revision__in=Revision.objects.of(DOCUMENT).due(at=at)).select_related("revision")
        return sum(each.take_effect(at=at) for each in due)

    def end_trials(self, *, at: datetime) -> int:
        """End the trial whose thirty days are over; return how many, at most one."""
        over = self.filter(revision__in=Revision.objects.of(DOCUMENT).expired_trials(at=at)).select_related("revision")
        for each in over:
            each.revision.withdraw(by=None, at=at)
        return len(over)

    def _start(self, revision: Revision, *, zone: str) -> Criteria:
        draft = self.create(revision=revision, zone=zone, checklist=starter.CHECKLIST, **starter.POINTS)
        draft._fill(Rule.draw_up(draft, **row) for row in starter.RULES)
        return draft

    def _copy(self, criteria: Criteria, revision: Revision) -> Criteria:
        same = {name: getattr(criteria, name) for name in Criteria.TERMS}
        draft = self.create(revision=revision, **same)
        draft._fill(Rule.objects.filter(criteria=criteria))
        return draft


class Criteria(TypedDocument):
    """One version of the MQL definition, with the SQL checklist; one-to-one with the revision both sides sign."""

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

    EDIT, PROPOSE = "criteria.edit", "criteria.propose"
    TERMS = (
        "threshold", "min_fit", "min_engagement", "hot_at", "grade_a", "grade_b", "grade_c", "zone", "one_step",
        "checklist",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(threshold__gt=0), name="criteria_threshold_is_positive"),
            models.CheckConstraint(
                condition=Q(grade_a__gte=F("grade_b"), grade_b__gte=F("grade_c")),
                name="criteria_grades_descend",
            ),
        ]

    def __str__(self) -> str:
        return f"MQL criteria, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("criteria_version", args=[self.revision.number])

    def sentences(self) -> list[str]:
        """The whole definition in plain sentences; the same definition always reads the same."""
        return wording.sentences(self)

    def check_answers(self, answers: dict[str, str]) -> None:
        """Raise Incomplete unless every question of the SQL checklist has an answer."""
        for question in self.checklist:
            if not str(answers.get(question, "")).strip():
                raise Incomplete(f"The checklist asks: {question}", question)

    # It is edited, while it is a draft

    @transaction.atomic
    def edit(self, *, by: User | None, **terms: Any) -> None:
        """Change thresholds, grades, zone, steps or checklist. Raises Incomplete for what is not possible."""
        self.open_for_editing(by=by)
        for name, value in terms.items():
            setattr(self, name, value)
        self._check_terms()
        self.save(update_fields=list(terms))

    @transaction.atomic
    def add_rule(self, *, by: User | None, **given: Any) -> Rule:
        """Add a row at the end of its list. Raises Incomplete for what makes no rule."""
        self.open_for_editing(by=by)
        rule = Rule.draw_up(self, **given)
        rule.position = self.rules.filter(section=rule.section, axis=rule.axis).count()
        rule.save()
        return rule

    @transaction.atomic
    def put_back(self, row: dict[str, Any], *, by: User | None) -> Rule:
        """Take back the removal of a row, in the place where it stood. Raises Refused once it is no draft."""
        self.open_for_editing(by=by)
        rule = Rule(criteria=self, **row)
        same_list = self.rules.filter(section=rule.section, axis=rule.axis)
        same_list.filter(position__gte=rule.position).update(position=F("position") + 1)
        rule.save()
        return rule

    def _check_terms(self) -> None:
        if self.threshold <= 0:
            raise Incomplete("The points that make an MQL have to be more than 0.", "threshold")
        if self.hot_at is not None and self.hot_at < self.threshold:
            raise Incomplete("A hot lead needs at least the points of an MQL.", "hot_at")
        if not self.grade_a >= self.grade_b >= self.grade_c:
            raise Incomplete("Grade A needs at least the points of B, and B those of C.", "grade_a")
        self.checklist = [question.strip() for question in self.checklist if question.strip()]
        if len(self.checklist) > MOST_QUESTIONS:
            raise Incomplete(f"Ask at most {MOST_QUESTIONS} questions; reps answer them for every lead.", "checklist")
        try:
            self.clean_fields(exclude=["revision"])
        except ValidationError as error:
            field, messages = next(iter(error.message_dict.items()))
            raise Incomplete(messages[0], field) from error

    def _fill(self, rules) -> None:
        """Take over these rows, in their order."""
        places: dict[tuple[str, str], int] = {}
        for rule in rules:
            place = places[rule.section, rule.axis] = places.get((rule.section, rule.axis), -1) + 1
            rule.pk, rule.criteria, rule.position = None, self, place
            rule._state.adding = True
            rule.save()

    # It is tried and signed

    @transaction.atomic
    def propose(self, *, by: User | None, at: datetime, effective_at: datetime | None = None) -> Criteria:
        """Freeze the text and ask both sides to sign it; return the version that waits.

        A trial goes on while its definition waits: a copy is proposed. Raises Incomplete when nobody
        could ever qualify, Refused while another version waits.
        """
        if not self.revision.is_trial:
            return super().propose(by=by, at=at, effective_at=effective_at)
        access.check(by, self.PROPOSE)
        copy = type(self).objects.draft_from(self, by=by, at=at)
        return copy.propose(by=by, at=at, effective_at=effective_at)

    @transaction.atomic
    def try_out(self, *, by: User, at: datetime) -> None:
        """Score by this draft for at most 30 days without the other side's signature.

        Raises Refused while a version rules, Incomplete when nobody could ever qualify.
        """
        access.check(by, "criteria.try")
        self.check_complete()
        self.revision.try_out(by=by, at=at)
        self._begin(by=by, at=at)

    def decline(self, *, by: User, because: str, at: datetime) -> None:
        """Ask for a change instead of signing; what was asked beside the rules goes with the reason.

        Raises Incomplete without either.
        """
        asked = [str(each) for each in self.changes_asked.filter(settled_at=None).order_by("at", "id")]
        super().decline(by=by, because="\n".join([because.strip(), *asked]).strip(), at=at)

    @transaction.atomic
    def amend(self, *, by: User, at: datetime) -> Criteria:
        """Open a draft to change this version; one that waits for signatures is withdrawn by that."""
        access.check(by, "criteria.edit")
        if self.revision.state in (State.PROPOSED, State.SIGNED):
            self.withdraw(by=by, at=at)
        return type(self).objects.draft_from(self, by=by, at=at)

    def check_complete(self) -> None:
        """Raise Incomplete where no lead could ever become an MQL."""
        if found := self._out_of_reach():
            raise Incomplete(*found)

    def out_of_reach(self) -> str:
        """Why no lead can ever reach the points asked for, in a sentence; "" where one can."""
        found = self._out_of_reach()
        return found[0] if found else ""

    def _out_of_reach(self) -> tuple[str, str] | None:
        """The sentence, and the term it is about."""
        rules = list(self.rules.all())
        if any(rule.section == Section.FAST_TRACK for rule in rules):
            return None
        most = {axis: most_points(rule for rule in rules if rule.axis == axis) for axis in Axis}
        needed = {"fit": self.min_fit, "engagement": self.min_engagement}
        for axis in Axis:
            if most[axis] is not None and most[axis] < (needed[axis] or 0):
                return f"No lead can reach {number_words(needed[axis])} points for {axis}.", f"min_{axis}"
        if None in most.values() or sum(most.values()) >= self.threshold:
            return None
        together = number_words(sum(most.values()))
        points = number_words(self.threshold)
        return f"No lead can reach {points} points: the rules add up to {together} at most.", "threshold"

    def _begin(self, *, by: User | None, at: datetime) -> bool:
        """Score everybody anew; whoever qualifies by that waits to be released."""
        self.rescores.start(criteria=self, at=at)
        wake("leads.tasks.rescore")
        return True


def most_points(rules: Iterable[Rule]) -> Decimal | None:
    """The points that rules can give together, or None where one of them has no limit."""
    points = [rule.most for rule in rules]
    return None if None in points else sum(points, Decimal(0))
