"""The agreement between the sides: its text, and its commitments as rows that are measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.access import Side, check
from accounts.models import User, WorkCalendar
from agreements.models import Revision, State, TypedDocument
from common import clock as db_clock
from common import metrics
from common.errors import Incomplete, Refused
from common.once import once
from common.periods import Period, month_of
from common.worktime import Hours
from sla.clauses import CLAUSES, Clause, Party
from sla.drafting import FIRST_BASELINE_DAYS, SECTIONS, Section
from sla.ladder import ALL, USUAL, Ladder
from sla.models.commitment import Commitment
from sla.reckoning import Terms
from sla.references import filled, references

DOCUMENT = "agreement"
MINOR_CHANGES = (
    "A new version of the MQL criteria that changes weights alone, and by its backtest makes within 10 % as many MQLs, "
    "takes effect after two working days of both sides unless a head objects."
)


class Formula(models.TextChoices):
    """How the alignment index is made of both sides' attainment."""

    GEOMETRIC = "geometric", "the geometric mean of both sides' attainment, each capped at 100"
    WEAKER = "weaker", "the attainment of the side that is further from its promises"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Versions of the agreement."""

    def visible_to(self, user: User) -> Self:
        """Both sides read every version."""
        return self

    def with_terms(self) -> Self:
        """With all that a page or a clock reads of a version."""
        return self.select_related("revision", "calendar").prefetch_related("commitments")

    def in_force(self) -> Self:
        return self.filter(revision__state=State.IN_FORCE)

    def ruling(self) -> Agreement | None:
        """The version in force now."""
        return self.with_terms().in_force().first()

    def ever_in_force(self) -> Self:
        return self.filter(revision__in_force_at__isnull=False)

    def of_cases(self, moments: dict[int, datetime]) -> dict[int, Agreement]:
        """For each case (any key, with the moment it began) the version then in force, if there was one."""
        versions = list(self.with_terms().ever_in_force())
        return {case: each for case, at in moments.items() for each in versions if each.ruled_at(at)}

    def before(self, agreement: Agreement) -> Agreement | None:
        """The version that was in force before this one."""
        earlier = self.ever_in_force().filter(revision__number__lt=agreement.revision.number)
        return earlier.order_by("-revision__number").first()

    def latest(self) -> Agreement | None:
        """The newest version that was not given up: a draft or proposal, else the one in force."""
        gone = [State.WITHDRAWN, State.DECLINED]
        return self.with_terms().exclude(revision__state__in=gone).order_by("-revision__number").first()

    @transaction.atomic
    def draft_from(self, agreement: Agreement | None, *, by: User | None, at: datetime) -> Agreement:
        """Open the next version as a draft: a copy of `agreement`, or without one the product's own proposal.

        Raises Refused while another draft is open, or where no team has working hours yet.
        """
        check(by, "agreement.edit")
        if Revision.objects.of(DOCUMENT).filter(state=State.DRAFT).exists():
            raise Refused("There is a draft of the agreement already; change that one.")
        revision = Revision.objects.draft(DOCUMENT, by=by, at=at)
        return self._copy(agreement, revision) if agreement else self._propose_first(revision, at=at)

    def take_effect(self, *, at: datetime) -> int:
        """Put the signed version in force whose day has come; return how many, at most one."""
        due = self.filter(revision__in=Revision.objects.of(DOCUMENT).due(at=at))
        return sum(each.take_effect(at=at) for each in due)

    def _propose_first(self, revision: Revision, *, at: datetime) -> Agreement:
        calendar = WorkCalendar.objects.order_by(F("teams__side").desc(nulls_last=True), "pk").first()
        if calendar is None:
            raise Refused("Enter the working hours of a team first: the agreement counts in working time.")
        draft = self.create(
            revision=revision,
            calendar=calendar,
            sections={section.key: section.text for section in SECTIONS},
            baseline_days=FIRST_BASELINE_DAYS,
            **USUAL._asdict(),
        )
        usual = {"mqls_delivered": {"target": _usual_mqls(calendar, at=at)}}
        Commitment.objects.bulk_create(
            draft.commitment(clause, position=place, **usual.get(clause.metric, {}))
            for place, clause in enumerate(CLAUSES.values())
            if not clause.opt_in
        )
        return draft

    def _copy(self, agreement: Agreement, revision: Revision) -> Agreement:
        """A version after the first has no baseline, unless the draft is given one."""
        begun = Revision.objects.of(DOCUMENT).filter(in_force_at__isnull=False).exists()
        copy = self.create(
            revision=revision,
            calendar=agreement.calendar,
            sections=agreement.sections,
            baseline_days=0 if begun else agreement.baseline_days,
            minor_changes=agreement.minor_changes,
            formula=agreement.formula,
            **agreement.ladder._asdict(),
        )
        rows = list(agreement.commitments.all())
        for row in rows:
            row.pk, row.agreement = None, copy
        Commitment.objects.bulk_create(rows)
        return copy


class AgreementManager(models.Manager.from_queryset(AgreementQuerySet)):
    """The version of a moment: each promise of a page asks for it, which reads it once."""

    @once
    def ruling(self) -> Agreement | None:
        """The version in force now."""
        return self.get_queryset().ruling()

    @once
    def in_force_at(self, at: datetime) -> Agreement | None:
        """The version that was in force at a moment."""
        ruling = self.ruling()
        if ruling and ruling.ruled_at(at):
            return ruling
        return next((each for each in self._that_ruled() if each.ruled_at(at)), None)

    def first_begun_at(self) -> datetime:
        """When the first version took effect; only to be asked once one has."""
        return min(each.revision.in_force_at for each in self._that_ruled())

    @once
    def _that_ruled(self) -> list[Agreement]:
        """Every version that was ever in force: who looks back over months asks of several."""
        return list(self.with_terms().ever_in_force())


def _usual_mqls(calendar: WorkCalendar, *, at: datetime) -> int:
    """The mean of the MQLs delivered in the last three full months, and at least the product's default."""
    months = [month_of(at, calendar.zone).previous()]
    months += [months[0].previous(), months[0].previous().previous()]
    counts = [metrics.value("mqls_delivered", month) or 0 for month in months]
    return round(sum(counts) / len(counts)) or int(CLAUSES["mqls_delivered"].defaults["target"])


class Agreement(TypedDocument):
    """One version of the SLA; one-to-one with the revision that both sides sign.

    `calendar` says which days are working days for the pace and where a month begins; a hand-off's
    own deadline is reckoned by its pool's hours. `baseline_until`: until then misses are measured
    and nobody is told of them.
    """

    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="+", verbose_name="working days")
    sections = models.JSONField(default=dict, blank=True)
    references = models.JSONField(
        default=dict, blank=True, help_text="What the words in braces said when it was proposed."
    )
    baseline_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days from its start on in which everything is measured and nobody is told of a miss."
    )
    baseline_until = models.DateTimeField(null=True, blank=True)
    minor_changes = models.BooleanField(
        default=False, help_text="A change of weights alone takes effect after two working days without objection."
    )
    formula = models.CharField("alignment index", max_length=10, choices=Formula.choices, default=Formula.GEOMETRIC)
    # The ladder: percentages of the allowed time, and misses in a row; 0 where there is no such step.
    first_reminder = models.PositiveSmallIntegerField("first reminder, % of the time", default=0)
    second_reminder = models.PositiveSmallIntegerField("second reminder, % of the time", default=0)
    reroute_at = models.PositiveSmallIntegerField("to another rep, % of the time", default=0)
    misses = models.PositiveSmallIntegerField("set aside after so many misses in a row", default=0)

    objects = AgreementManager()

    EDIT, PROPOSE = "agreement.edit", "agreement.propose"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(formula__in=Formula.values), name="agreement_formula_is_known"),
            models.CheckConstraint(
                condition=Q(first_reminder__lt=ALL, second_reminder__lt=ALL)
                & (Q(second_reminder=0) | Q(second_reminder__gt=F("first_reminder")))
                & (Q(reroute_at=0) | Q(reroute_at__gt=ALL)),
                name="agreement_ladder_goes_up",
                violation_error_message="Reminders come one after the other and before all the time has gone, "
                "another rep after that.",
            ),
        ]

    def __str__(self) -> str:
        return f"Agreement, version {self.revision.number}"

    def get_absolute_url(self) -> str:
        return reverse("agreement_version", args=[self.revision.number])

    @property
    def zone(self) -> str:
        return self.calendar.zone

    @cached_property
    def said(self) -> dict[str, str]:
        """What each word in braces says: as it was proposed, of a draft as it is now."""
        return self.references or references(self, at=db_clock.now())

    @property
    def parts(self) -> list[Section]:
        """The sections of its text that say something, in order."""
        return [
            section._replace(text=filled(text, self.said))
            for section in SECTIONS
            if (text := self.sections.get(section.key, "").strip())
        ]

    @cached_property
    def terms(self) -> list[Terms]:
        """The commitments that run clocks, as those are reckoned."""
        climbed = {"reminders": self.ladder.reminders, "reroute_at": self.ladder.reroute_at}
        return [each.terms._replace(**climbed) for each in self.commitments.all() if each.runs_clocks]

    @property
    def ladder(self) -> Ladder:
        """What happens while a promise waits to be kept."""
        return Ladder(self.first_reminder, self.second_reminder, self.reroute_at, self.misses)

    @cached_property
    def hours(self) -> Hours:
        """The working hours of its calendar."""
        return self.calendar.hours()

    def promises_of(self, side: str) -> list[Commitment]:
        """What a side has to keep: its own promises and those of both."""
        return [commitment for commitment in self.commitments.all() if Party(commitment.side).includes(side)]

    def promise(self, metric: str) -> Commitment | None:
        """The commitment that a figure measures, if it is promised."""
        return next((commitment for commitment in self.commitments.all() if commitment.metric == metric), None)

    def promised_by(self, side: str) -> set[int]:
        """The ids of a side's commitments."""
        return {commitment.pk for commitment in self.promises_of(side)}

    def ruled_at(self, at: datetime) -> bool:
        """Whether it was the one in force at a moment."""
        begun, ended = self.revision.in_force_at, self.revision.ended_at
        return begun is not None and begun <= at and (ended is None or at < ended)

    def promised_from(self, period: Period) -> datetime:
        """From when on anything was promised in a period in which this version ruled: before the first, nothing was."""
        if self.revision.in_force_at <= period.start:
            return period.start
        return max(period.start, type(self).objects.first_begun_at())

    def is_baseline(self, at: datetime) -> bool:
        return bool(self.baseline_until and at < self.baseline_until)

    def sentences(self) -> list[str]:
        """The whole agreement in sentences: what is signed, and what versions are compared by."""
        said = [f"{part.title}: {' '.join(part.text.split())}" for part in self.parts]
        for party in Party:
            promised = [each for each in self.commitments.all() if each.side == party]
            said += [f"{party.promises}: {each.sentence}" for each in promised]
        said += self.ladder.sentences()
        said.append(f"Working days and months are those of “{self.calendar.name}”, {self.calendar.zone}.")
        if self.baseline_days:
            said.append(f"In the first {self.baseline_days} days all this is measured, and nobody is told of a miss.")
        if self.minor_changes:
            said.append(MINOR_CHANGES)
        said.append(f"The alignment index is {self.get_formula_display()}.")
        return said

    def text(self, *, at: datetime) -> str:
        """The canonical text, one sentence a line."""
        return "\n".join(self.sentences())

    # A draft is changed

    @transaction.atomic
    def edit(self, *, by: User, promises: dict[str, dict[str, Any] | None] | None = None, **changes: Any) -> None:
        """Change a draft: `promises` by metric with their terms, or None for what is not promised; sections, of which
        those not given stay; calendar, baseline, minor changes or formula.

        Raises Refused unless it is a draft, ValidationError for what cannot be.
        """
        self.open_for_editing(by=by)
        if "sections" in changes:
            changes["sections"] = self.sections | changes["sections"]
        for field, value in changes.items():
            setattr(self, field, value)
        self.full_clean()
        self.save(update_fields=list(changes))
        for metric, terms in (promises or {}).items():
            self._promise(metric, terms)
        self.refresh_from_db()

    def _promise(self, metric: str, terms: dict[str, Any] | None) -> None:
        if terms is None:
            self.commitments.filter(metric=metric).delete()
            return
        place = list(CLAUSES).index(metric)
        promised = self.commitments.filter(metric=metric).first() or self.commitment(CLAUSES[metric], position=place)
        for field, value in terms.items():
            setattr(promised, field, value)
        promised.full_clean()
        promised.save()

    def commitment(self, clause: Clause, **terms: Any) -> Commitment:
        """A commitment of this version, not yet saved, with the clause's usual terms unless others are given."""
        return Commitment(
            agreement=self, metric=clause.metric, side=clause.side, form=clause.form, scope=clause.scope,
            starts=clause.starts,
            **clause.defaults | terms,
        )  # fmt: skip

    @transaction.atomic
    def amend(self, *, by: User, at: datetime) -> Agreement:
        """Open the next version from this one; one that waits for signatures is taken back by that.

        Raises Refused while another draft is open.
        """
        check(by, self.EDIT)
        if self.revision.state == State.PROPOSED:
            self.withdraw(by=by, at=at)
        return type(self).objects.draft_from(self, by=by, at=at)

    # It is signed

    @transaction.atomic
    def propose(self, *, by: User, at: datetime, effective_at: datetime | None = None) -> Self:
        """Freeze the text with what its references say now, and ask both sides to sign it."""
        self.open_for_editing(by=by)
        self.references = self.said = references(self, at=at)
        self.save(update_fields=["references"])
        return super().propose(by=by, at=at, effective_at=effective_at)

    def decline(self, *, by: User, because: str, at: datetime) -> None:
        """Ask for a change instead of signing; what was asked beside the clauses goes with the reason.

        Raises Incomplete without either.
        """
        asked = [str(each) for each in self.changes_asked.filter(settled_at=None).order_by("at", "id")]
        super().decline(by=by, because="\n".join([because.strip(), *asked]).strip(), at=at)

    def check_complete(self) -> None:
        """Raise Incomplete without a promise of each side."""
        for side in Side:
            if not self.promises_of(side):
                raise Incomplete(f"{side.label} promises nothing yet. Both sides commit to something, or neither does.")

    def _begin(self, *, by: User | None, at: datetime) -> bool:
        if self.baseline_days:
            self.baseline_until = at + timedelta(days=self.baseline_days)
            self.save(update_fields=["baseline_until"])
        return True
