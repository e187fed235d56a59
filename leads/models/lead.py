"""Leads: known people who gave contact data, where they stand, and the verbs that need no hand-off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import OpClass
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Greatest, Lower
from django.urls import reverse

from accounts import access
from accounts.models import User
from campaigns.models import Campaign
from common.errors import IllegalMove, Incomplete, Refused
from leads import facts
from leads.before import put_back
from leads.lifecycle import CONFIRM, LEAD, LOST, MQL, PATH, PROMOTE, RECYCLED, START_OVER, Stage, back, leads_changed
from leads.models.company import Company
from leads.models.episode import Transition
from leads.models.returns import HandoffReturn
from leads.models.score import DueLead

if TYPE_CHECKING:
    from leads.models.criteria import Criteria
    from leads.models.returns import ReturnReason

# What people may change; the state is written by verbs alone.
MANY = 5000  # leads that a search looks up before it puts them in order
FACTS = frozenset({
    "email", "first_name", "last_name", "title", "phone", "city", "country", "company", "source", "campaign",
    "external_source", "external_id", "attributes",
})  # fmt: skip


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

    def among(
        self, ids: Sequence[int] | None = None, *, first: int | None = None, before: int | None = None
    ) -> LeadQuerySet:
        """Of these ids, or of those from `first` up to `before`."""
        found = self if ids is None else self.filter(pk__in=ids)
        found = found if first is None else found.filter(pk__gte=first)
        return found if before is None else found.filter(pk__lt=before)

    def to_hand_over(self) -> LeadQuerySet:
        """MQLs that wait to be released: no hand-off is open for them, and they may be spoken to."""
        handoffs = Lead._meta.get_field("handoffs").related_model.objects
        is_open = Exists(handoffs.filter(lead=OuterRef("pk"), closed_at__isnull=True))
        return self.filter(~is_open, stage=MQL, opted_out_at__isnull=True)

    def qualifying(self, criteria: Criteria, *, by: str = "score") -> LeadQuerySet:
        """Leads that may become MQLs without a person's word, by the score that counts or the `shadow_score`.

        Who was with sales before needs a matching touch since then and since the end of the
        cool-down, or a fast-track touch since then: who somebody is never qualifies them again.
        """
        off_path = Case(When(stage__in=[RECYCLED, LOST], then="stage_at"))
        return (
            self.filter(**{f"{by}__criteria": criteria, f"{by}__qualifies": True}, stage__in=PROMOTE.sources)
            .filter(Q(company=None) | Q(company__customer_since=None), opted_out_at=None, person_decides=False)
            .alias(back_at=Greatest("engagement_from", off_path), quiet_until=Greatest(F("back_at"), "cool_down_until"))
            .filter(
                Q(quiet_until=None)
                | Q(**{f"{by}__engaged_at__gt": F("quiet_until")})
                | Q(**{f"{by}__fast_track": True, f"{by}__fast_track_at__gt": F("back_at")})
            )
        )

    def search(self, words: str) -> LeadQuerySet:
        """Leads whose name, e-mail address or company begins with the words; two words are first and last name.

        Beginnings only: a beginning is looked up in an index, a middle would be looked for in every row. Few are
        looked up before they are put in order; of very many the first in order are soon met on the way.
        """
        words = " ".join(words.lower().split())
        first, _, last = words.partition(" ")
        named = Lead.objects.alias(lower_first=Lower("first_name"), lower_last=Lower("last_name")).order_by()
        either = Q(email__startswith=words) | Q(lower_first__startswith=words) | Q(lower_last__startswith=words)
        both = Q(lower_first=first, lower_last__startswith=last) if last else Q(pk=None)
        companies = Company.objects.alias(lower_name=Lower("name")).filter(lower_name__startswith=words)
        # Put together as sets: with the companies in the same condition no index of the names could be used.
        people = named.filter(either | both).values_list("pk", flat=True)
        found = list(people.union(named.filter(company__in=companies).values_list("pk", flat=True))[: MANY + 1])
        if len(found) <= MANY:
            return self.filter(pk__in=found)
        met = self.alias(lower_first=Lower("first_name"), lower_last=Lower("last_name"))
        return met.filter(either | both | Q(company__in=companies))

    def hold(self) -> list[int]:
        """Lock the rows until the transaction ends, in one order for all; return their ids."""
        return list(self.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))


class Lead(models.Model):
    """A person, the stage of their present episode, and the facts that criteria read."""

    email = models.EmailField("e-mail", blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=80, blank=True)
    # Its index is read by a company's page and by the snapshots written when a company changes.
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
    stage = models.CharField(max_length=12, choices=Stage.choices, default=LEAD)
    stage_at = models.DateTimeField()
    episode = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="leads")
    marketing_owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="nurtured_leads")
    review_on = models.DateField(null=True, blank=True, help_text="When marketing looks again at a recycled lead.")
    plan = models.TextField(blank=True, help_text="What marketing does with a recycled lead until then.")
    planned_at = models.DateTimeField(null=True, blank=True)
    engagement_from = models.DateTimeField(null=True, blank=True, help_text="Touches before this count no more.")
    cool_down_until = models.DateTimeField(null=True, blank=True)
    quality_returns = models.PositiveSmallIntegerField(default=0)
    person_decides = models.BooleanField(default=False, help_text="No automatic MQL: a person has to decide.")
    opted_out_at = models.DateTimeField(null=True, blank=True)

    objects = LeadQuerySet.as_manager()

    KEPT = ("owner_id",)
    # What its name is read from, and `who`, for lists that show no more of a lead.
    NAMED_BY = ("first_name", "last_name", "email")
    IN_SHORT = (*NAMED_BY, "title", "company__name", "company__employees")

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
            # Read by marketing's home page: recycled leads that nobody has a plan for, and those to be looked at again.
            models.Index(
                F("stage_at").desc(), name="lead_unplanned", condition=Q(stage=RECYCLED, planned_at__isnull=True)
            ),
            models.Index(fields=["review_on"], name="lead_by_review", condition=Q(stage=RECYCLED)),
            # Read by the search box, which looks for how a name or an address begins.
            models.Index(OpClass(Lower("last_name"), "text_pattern_ops"), name="lead_by_last_name"),
            models.Index(OpClass(Lower("first_name"), "text_pattern_ops"), name="lead_by_first_name"),
            models.Index(OpClass(F("email"), "text_pattern_ops"), name="lead_by_address"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.first_name, self.last_name])) or self.email or f"Lead {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("lead", args=[self.pk])

    @property
    def who(self) -> str:
        """Who the person is, in one line: "Head of IT · Acme · 1,200 people"; their address where nothing is known."""
        people = self.company and self.company.employees
        known = filter(None, [self.title, self.company and self.company.name, people and f"{people:,} people"])
        return " · ".join(known) or self.email

    @property
    def is_on_path(self) -> bool:
        return self.stage in PATH

    def belongs_to(self, user: User) -> bool:
        """Whether this is the rep's own lead."""
        return self.owner_id == user.pk

    def hold(self) -> None:
        """Lock the lead until the transaction ends, and read it anew.

        Every verb on a lead or its hand-off begins with this: what happens to one person happens
        one after another, and nobody waits for each other in a circle.
        """
        self.refresh_from_db(from_queryset=Lead.objects.select_for_update(no_key=True))

    @transaction.atomic
    def edit(self, changes: dict[str, Any], *, by: User | None, at: datetime) -> None:
        """Change facts; attributes are added to those there are, and None takes one out.

        Raises Incomplete for what is no fact, ValidationError for a value that is not possible.
        """
        access.check(by, "lead.edit", self)
        if unknown := set(changes) - FACTS:
            raise Incomplete(f"{min(unknown)!r} is no fact that can be changed.", min(unknown))
        self.hold()
        for name, value in changes.items():
            setattr(self, name, _fact(self, name, value))
        others = {field.name for field in self._meta.fields} - set(changes)
        self.clean_fields(exclude=others)
        self.validate_constraints(exclude=others)
        self.save(update_fields=list(changes))
        facts.snapshot([self.pk], at=at)
        DueLead.objects.mark([self.pk])

    @transaction.atomic
    def opt_out(self, *, by: User | None, at: datetime) -> None:
        """The person wants to hear no more from us: attempts end, and an open hand-off is withdrawn."""
        access.check(by, "lead.opt_out", self)
        self.hold()
        if self.opted_out_at:
            raise Refused(f"{self} has opted out already.")
        Lead.objects.filter(pk=self.pk).update(opted_out_at=at)
        self.opted_out_at = at
        for handoff in self.handoffs.open():
            handoff.withdraw(because="Opted out", at=at)
        DueLead.objects.mark([self.pk])

    @transaction.atomic
    def plan_nurture(self, *, owner: User, plan: str, review_on: date, by: User | None, at: datetime) -> None:
        """Say who of marketing looks after a recycled lead, how, and when it is looked at again."""
        access.check(by, "lead.nurture")
        if not plan.strip():
            raise Incomplete("Say what marketing does with this lead until then.", "plan")
        if access.Side.MARKETING not in owner.sides:
            raise Incomplete(f"{owner} is not on the marketing side.", "owner")
        recycled = Lead.objects.filter(pk=self.pk, stage=RECYCLED)
        if not recycled.update(marketing_owner=owner, plan=plan.strip(), review_on=review_on, planned_at=at):
            raise IllegalMove(f"{self} is not with marketing for nurturing now.")
        self.refresh_from_db()
        if planned := HandoffReturn.objects.plan(self, at=at):
            leads_changed.send(Lead, events=planned)

    @transaction.atomic
    def confirm(self, answers: dict[str, str], *, by: User | None, at: datetime) -> None:
        """Qualify an accepted lead that has no hand-off, such as an imported one."""
        access.check(by, "lead.work", self)
        self._hold_without_handoff()
        said = "\n".join(f"{question} {answer}" for question, answer in answers.items())
        moved = Transition.objects.make_one(CONFIRM, self, by=by, at=at, note=said)
        leads_changed.send(Lead, events=moved)

    @transaction.atomic
    def send_back(
        self, reason: ReturnReason, *, by: User, at: datetime, note: str = "", evidence: dict[str, Any] | None = None
    ) -> None:
        """Recycle or disqualify a lead that sales works without a hand-off."""
        access.check(by, "lead.work", self)
        self._hold_without_handoff()
        reason.check_evidence(evidence or {}, note, at=at)
        moved = reason.take_from_sales(self, accepted=True, evidence=evidence or {}, by=by, at=at, note=note)
        leads_changed.send(Lead, events=moved)

    @transaction.atomic
    def restore(self, *, to: str, note: str, by: User | None, at: datetime) -> None:
        """Take a lead back from where its path ended: to the stage before, in the same episode, or to a new start.

        The stage before (a mistake, a deal reopened) brings back the hand-off or the deal it came
        from; a new start (a customer who left) opens the next episode.
        """
        access.check(by, "lead.restore")
        if not note.strip():
            raise Incomplete("Say why, for whoever reads the history.", "note")
        self.hold()
        moved = self._start_over(note, by, at) if to == LEAD else self._step_back(to, note, by, at)
        DueLead.objects.mark([self.pk], fresh=False)
        leads_changed.send(Lead, events=moved)

    def _start_over(self, note: str, by: User | None, at: datetime) -> list[Transition]:
        was_customer = self.stage == Stage.CUSTOMER
        afresh = {"owner": None, "cool_down_until": None, "person_decides": False}
        moved = Transition.objects.make_one(START_OVER, self, by=by, at=at, note=note, changes=afresh)
        if was_customer:
            Company.objects.filter(pk=self.company_id).without_customers().update(customer_since=None)
        return moved

    def _step_back(self, to: str, note: str, by: User | None, at: datetime) -> list[Transition]:
        came = self.transitions.counted().filter(episode=self.episode).order_by("pk").last()
        if self.stage not in START_OVER.sources or not came or came.from_stage != to:
            raise IllegalMove(f"{self} is at {self.get_stage_display()} and cannot go back to {Stage(to).label}.")
        kept = {name: dict(columns) for name, columns in came.before.items()}
        was = {name: value for name, value in kept.pop("lead", {}).items() if name not in STAGE}
        # The first decision on a hand-off stays the one that counts, even when it was a mistake.
        kept.get("handoff", {}).pop("decided_at", None)
        put_back(kept)
        moved = Transition.objects.make_one(back(self.stage, Stage(to)), self, by=by, at=at, note=note, changes=was)
        if came.handoff_id:
            came.handoff.returns.standing().filter(at=came.at).update(undone_at=at)
        return moved

    def _hold_without_handoff(self) -> None:
        self.hold()
        if self.handoffs.open().exists():
            raise Refused(f"{self} has an open hand-off; decide on that.")


STAGE = frozenset({"id", "stage", "stage_at", "episode"})


def _fact(lead: Lead, name: str, value: Any) -> Any:
    if name == "email":
        return (value or "").strip().lower()
    if name == "attributes":
        return {key: known for key, known in {**lead.attributes, **value}.items() if known is not None}
    return value
