"""The hand-off: a small contract between the sides about one lead, and the verbs that carry it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from accounts.access import check
from accounts.models import Team, User
from campaigns.models import Campaign, Content
from common.errors import Incomplete, Refused
from leads.before import keep
from leads.lifecycle import ACCEPT, ACCEPT_AS_SQL, CONFIRM, Move, leads_changed
from leads.models.assignment import Assignment, Given, How, refuse_if_away, refuse_outside_sales, tell_unassigned
from leads.models.criteria import Criteria
from leads.models.episode import Transition
from leads.models.handoffs import ACCEPTED, CLOSED, PENDING, HandoffQuerySet, HandoffState, Promise, Rating
from leads.models.lead import Lead
from leads.models.opportunity import Opportunity
from leads.models.put_off import PutOff, is_later, longest
from leads.models.returns import HandoffReturn, ReturnReason
from leads.models.routing import RoutingRule
from leads.models.touch import Touch
from leads.models.turns import Turns
from notifications.outbox import tell

__all__ = ["ACCEPTED", "CLOSED", "PENDING", "Handoff", "HandoffState", "Promise"]

Events = list[models.Model]


class Handoff(models.Model):
    """One lead handed to sales in one episode: why now, what was promised, who decides, what was decided."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handoffs")
    episode = models.PositiveSmallIntegerField()
    pool = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="handoffs")
    rule = models.ForeignKey(
        RoutingRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handoffs",
        db_index=False,
        help_text="The rule of routing it fell under; none where the company's owner came first.",
    )
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="handoffs")
    state = models.CharField(max_length=8, choices=HandoffState.choices, default=PENDING)
    made_at = models.DateTimeField()
    assigned_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(
        null=True, blank=True, help_text="The first decision; later ones never change it."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False)
    withdrawn_because = models.CharField(max_length=200, blank=True)
    repair_since = models.DateTimeField(null=True, blank=True)

    # Why it was made, frozen at that moment.
    criteria = models.ForeignKey(Criteria, models.PROTECT, null=True, blank=True, related_name="handoffs")
    by_hand = models.BooleanField(default=False, help_text="A marketer qualified it by hand, with a note.")
    hot = models.BooleanField(default=False)
    why = models.CharField(max_length=400, blank=True)
    fit = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    engagement = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    grade = models.CharField(max_length=1, blank=True)
    ledger = models.JSONField(default=list, blank=True)
    touch = models.ForeignKey(Touch, models.SET_NULL, null=True, blank=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.SET_NULL, null=True, blank=True, related_name="handoffs")
    content = models.ForeignKey(Content, models.SET_NULL, null=True, blank=True, related_name="handoffs")
    talking_points = models.TextField(blank=True)
    returned_before = models.ForeignKey(
        HandoffReturn, models.SET_NULL, null=True, blank=True, related_name="+", help_text="How the last one ended."
    )

    # What the rep does next, and how good the lead turned out to be (a label for learning, never scored).
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    checklist = models.JSONField(default=dict, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)

    # The promise, written by the clocks above through `promise()`; the terms are frozen when the hand-off is made.
    due_at = models.DateTimeField(null=True, blank=True)
    due_for = models.CharField(max_length=80, blank=True)
    attempts_needed = models.PositiveSmallIntegerField(default=0)
    attempt_days_needed = models.PositiveSmallIntegerField(default=0)

    objects = HandoffQuerySet.as_manager()

    KEPT = (
        "owner_id", "pool_id", "state", "assigned_at", "decided_at", "accepted_at", "accepted_by_id",
        "closed_at", "repair_since", "checklist", "rating",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(closed_at__isnull=True), name="lead_one_open_handoff"),
            models.CheckConstraint(condition=Q(state__in=HandoffState.values), name="handoff_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=CLOSED, closed_at__isnull=False) | (~Q(state=CLOSED) & Q(closed_at__isnull=True)),
                name="handoff_closed_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=ACCEPTED) | Q(accepted_at__isnull=False, owner__isnull=False),
                name="handoff_accepted_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(repair_since__isnull=True) | Q(state=PENDING), name="handoff_in_repair_is_pending"
            ),
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__in=[1, 2, 3]), name="handoff_rating"),
        ]
        indexes = [
            # Read by the rep's queue, most urgent first.
            models.Index(fields=["owner", "due_at"], name="handoff_open_by_due", condition=Q(closed_at__isnull=True)),
            # Read by whoever takes the next one of a pool.
            models.Index(
                F("pool"), F("due_at"), F("hot").desc(), F("id"),
                condition=Q(owner__isnull=True, closed_at__isnull=True), name="handoff_nobodys_by_due",
            ),
            # Read by the figures of a period, by the verdicts beside each grade, and by what each rule made: they count
            # from it alone.
            models.Index(
                fields=["made_at"],
                name="handoff_by_time",
                include=["id", "lead", "episode", "withdrawn", "owner", "criteria", "grade", "rating", "pool", "rule"],
            ),
            # Read by the figures of clocks and returns and by how it was shared out: whose it is, by which version, and
            # of which pool.
            models.Index(fields=["id"], name="handoff_whose", include=["lead", "episode", "criteria", "pool"]),
            # Read by what was delivered by hand: the hand-off of an episode.
            models.Index(fields=["lead", "episode"], name="handoff_by_hand", condition=Q(by_hand=True)),
            models.Index(fields=["decided_at"], name="handoff_by_decision", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["accepted_at"], name="handoff_by_acceptance", condition=Q(accepted_at__isnull=False)),
            models.Index(fields=["closed_at"], name="handoff_by_closing", condition=Q(closed_at__isnull=False)),
            # Read by routing: what a rule gave each of its pools lately.
            models.Index(fields=["rule", "made_at"], name="handoff_by_rule", condition=Q(rule__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.lead}, handed over {self.made_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def stands(self) -> str:
        """Where it stands, as a sentence for somebody who saw it earlier."""
        if self.withdrawn:
            return f"It was withdrawn: {self.withdrawn_because.lower() or 'no longer for sales'}."
        if self.closed_at:
            return f"It has been decided: the lead is at {self.lead.get_stage_display()} now."
        if self.repair_since:
            return "Marketing is completing it now; it comes back when that is done."
        holder = self.accepted_by if self.state == ACCEPTED else self.owner
        return f"{holder or 'Nobody'} {'has accepted' if self.state == ACCEPTED else 'owns'} it now."

    @property
    def has_been_spoken_with(self) -> bool:
        """Whether an attempt connected, or the person replied, since it was made."""
        replied = self.lead.touches.filter(kind="reply", occurred_at__gte=self.made_at)
        return self.attempts.connected().exists() or replied.exists()

    @property
    def is_pending(self) -> bool:
        return self.state == PENDING

    @property
    def is_accepted(self) -> bool:
        """Whether sales works on it now."""
        return self.state == ACCEPTED

    @property
    def total(self) -> Any:
        """The points it was handed over with; never under zero."""
        return None if self.fit is None else max(self.fit + self.engagement, 0)

    @property
    def verdict(self) -> str:
        """How good the rep found the lead, in a word; "" as long as nobody said."""
        return Rating(self.rating).label if self.rating else ""

    def belongs_to(self, user: User) -> bool:
        """The owner's; while nobody owns it, any rep's of its pool."""
        if self.owner_id is None:
            return self.pool_id is None or self.pool_id == user.team_id
        return self.owner_id == user.pk

    def why_not_to(self, to: User, passed_over: set[int | None]) -> str:
        """Why this one, which was nobody's, cannot be given to a person now, in a sentence, or "". `passed_over` are
        those who sent its lead back.
        """
        if self.owner_id or not self.is_open:
            return self.stands
        return f"{to} sent it back before." if to.pk in passed_over else ""

    # Deciding

    @transaction.atomic
    def accept(self, *, by: User, at: datetime) -> None:
        """Sales takes it on; whoever accepts one that nobody owned becomes its owner.

        Raises Refused when it was decided, withdrawn or given to somebody else meanwhile.
        """
        leads_changed.send(Handoff, events=self.take_on(by=by, at=at))

    def take_on(self, *, by: User, at: datetime) -> Events:
        """Accept, and leave the telling to the verb that does more with it."""
        check(by, "handoff.accept", self)
        self._hold()
        kept = keep(self, self.lead)
        claimed = [] if self.owner_id else self._claim(by, at)
        undecided = Q(state=PENDING, repair_since__isnull=True)
        decided_at = self.decided_at or at
        self._change(undecided, state=ACCEPTED, accepted_at=at, accepted_by=by, decided_at=decided_at)
        move = ACCEPT_AS_SQL if self.criteria and self.criteria.one_step else ACCEPT
        return claimed + self._move(move, by=by, at=at, before=kept, changes={"owner": self.owner_id})

    @transaction.atomic
    def confirm(self, answers: dict[str, str], *, by: User, at: datetime) -> None:
        """Qualify the accepted lead: an SQL. Raises Incomplete without an answer to each question of the checklist."""
        check(by, "handoff.qualify", self)
        if self.criteria:
            self.criteria.check_answers(answers)
        self._hold()
        kept = keep(self)
        self._change(Q(state=ACCEPTED), checklist=answers)
        leads_changed.send(Handoff, events=self._move(CONFIRM, by=by, at=at, before=kept))

    @transaction.atomic
    def send_back(
        self,
        reason: ReturnReason,
        *,
        by: User,
        at: datetime,
        note: str = "",
        evidence: dict[str, Any] | None = None,
        rating: int | None = None,
    ) -> HandoffReturn:
        """Return it, or after acceptance let it go, for a reason; what follows is the reason's to say.

        Raises Incomplete without the reason's evidence, Refused when it was decided meanwhile.
        """
        check(by, "handoff.dispose" if self.state == ACCEPTED else "handoff.return", self)
        reason.check_for(self, evidence or {}, note, at=at)
        self._hold()
        kept = keep(self, self.lead)
        self._change(Q(state=self.state, repair_since__isnull=True), rating=rating or self.rating)
        returned = HandoffReturn.objects.create(
            handoff=self,
            reason=reason,
            by=by,
            at=at,
            result=reason.result_for(accepted=self.state == ACCEPTED),
            was_accepted=self.state == ACCEPTED,
            after_contact=self.has_been_spoken_with,
            evidence=evidence or {},
            note=note.strip(),
            before=kept,
        )
        leads_changed.send(Handoff, events=[returned, *returned.carry_out()])
        return returned

    @transaction.atomic
    def open_deal(
        self,
        *,
        amount: Decimal,
        currency: str,
        closes_on: date,
        by: User,
        at: datetime,
        estimated: bool = False,
        name: str = "",
        rating: int | None = None,
    ) -> Opportunity:
        """Open the deal that this became; it closes the hand-off. `rating` is how good a lead it was, 1 to 3."""
        terms = {"amount": amount, "currency": currency, "closes_on": closes_on, "estimated": estimated, "name": name}
        deal = Opportunity.objects.open_for(self.lead, **terms, rating=rating, by=by, at=at)
        self.refresh_from_db()
        return deal

    # Carrying it

    @transaction.atomic
    def plan_next(self, *, step: str, when: datetime, by: User, at: datetime) -> None:
        """Write down what the owner does next, and when."""
        check(by, "handoff.plan", self)
        if not step.strip():
            raise Incomplete("Say what the next step is.", "step")
        self._change(Q(), next_step=step.strip(), next_step_at=when)

    @transaction.atomic
    def put_off(self, *, until: datetime, note: str, by: User, at: datetime) -> PutOff:
        """The person asked to be called on a later day: until then neither attempts nor the disposition are due.

        Only once it is accepted. Raises Incomplete for no later day, or one more than 90 days after the hand-off.
        """
        check(by, "handoff.put_off", self)
        if not is_later(until, at, by):
            raise Incomplete("Say on which later day they asked to be called.", "until")
        if until > longest(self):
            raise Incomplete(
                "That is more than 90 days after the hand-off: return it, not now, with that date.", "until"
            )
        self._hold()
        if self.state != ACCEPTED:
            raise Refused(self.stands if not self.is_pending else "Accept it first: until then they wait for you.")
        later = PutOff.objects.begin(self, until=until, by=by, at=at, note=note)
        leads_changed.send(Handoff, events=[later])
        return later

    @transaction.atomic
    def reassign(self, *, to: User, because: str, by: User | None, at: datetime, how: How = How.GIVEN) -> None:
        """Give it to a colleague; the customer's clock runs on. Raises Refused when it is theirs already."""
        check(by, "handoff.reassign", self)
        if to.pk == self.owner_id:
            raise Refused(f"It belongs to {to} already.")
        refuse_outside_sales(to)
        self._hold()
        leads_changed.send(Handoff, events=self.give(to, because=because, by=by, at=at, how=how))

    @transaction.atomic
    def reroute(self, *, because: str, by: User | None, at: datetime) -> None:
        """Give it to whose turn it is among those who never had it; the customer's clock runs on.

        Raises Refused when nobody like that is here: it stays where it is.
        """
        check(by, "handoff.reassign", self)
        self._hold()
        if self.repair_since or not self.is_open:
            raise Refused(self.stands)
        turns = Turns([self], at=at)
        turns.passed_over[self.lead_id].update(self.assignments.values_list("owner", flat=True))
        if not (to := turns.next_for(self)):
            raise Refused(f"Nobody else who is here could be given {self.lead}.")
        owner, told = User.objects.get(pk=to.owner_id), {"how": How.REROUTED, "kept": to.kept}
        leads_changed.send(Handoff, events=self.give(owner, because=because, by=by, at=at, **told))

    @transaction.atomic
    def finish_repair(self, *, by: User | None, at: datetime) -> None:
        """Marketing has completed it, or found that it has no double: back on top of the same rep's queue."""
        check(by, "handoff.repair", self)
        self._hold()
        if not (repaired := list(self.returns.awaiting_marketing())):
            raise Refused(self.stands)
        if self.is_pending:
            self._change(Q(repair_since__isnull=False), repair_since=None)
        for returned in repaired:
            returned.repaired_at = at
        HandoffReturn.objects.bulk_update(repaired, ["repaired_at"])
        if self.owner:
            key = f"repaired:{self.pk}:{at.isoformat()}"
            tell([self.owner], "leads.repaired", {"handoff": self.pk}, key=key, at=at)
        leads_changed.send(Handoff, events=repaired)

    def ask_back(self, *, by: User, at: datetime) -> None:
        """Who returned the lead asks to be given it again. Raises Refused for anybody else."""
        theirs = HandoffReturn.objects.standing().returned_by(by).filter(handoff__lead=self.lead_id)
        if not theirs.filter(asked_back_at__isnull=True).update(asked_back_at=at):
            raise Refused("Only who returned a lead asks for it back, and once.")

    @transaction.atomic
    def withdraw(self, *, because: str, at: datetime) -> None:
        """Take it back from sales undecided: merged, opted out, or its import undone. Its clocks are void."""
        self._hold()
        leads_changed.send(Handoff, events=self.void(because=because, at=at))

    # Steps of the verbs above and of what follows a return; the lead is held

    def void(self, *, because: str, at: datetime) -> Events:
        """Withdraw it, and leave the telling to the verb that does more."""
        self._change(
            Q(), state=CLOSED, closed_at=at, withdrawn=True, withdrawn_because=because[:200], repair_since=None
        )
        return [self]

    def close(self, *, at: datetime, rating: int | None = None) -> None:
        """Its disposition: a deal, recycled or disqualified."""
        decided_at, rating = self.decided_at or at, rating or self.rating
        self._change(Q(), state=CLOSED, closed_at=at, decided_at=decided_at, rating=rating, repair_since=None)

    def rest(self, *, at: datetime) -> None:
        """The owner's clock stands still while marketing acts; the customer's runs on."""
        self._change(Q(state=PENDING, repair_since__isnull=True), repair_since=at)

    def give(
        self,
        to: User,
        *,
        because: str,
        by: User | None,
        at: datetime,
        how: How = How.GIVEN,
        kept: dict[str, Any] | None = None,
    ) -> list[Assignment]:
        self._change(Q(), owner=to, assigned_at=at)
        Lead.objects.filter(pk=self.lead_id).update(owner=to)
        return Assignment.objects.begin([Given(self.pk, self.lead_id, to.pk, because, how, kept)], by=by, at=at)

    def pass_on(self, *, because: str, by: User, at: datetime) -> list[Assignment]:
        """To whose turn it is among the others. An accepted one cannot be nobody's: raises Refused then."""
        to = Turns([self], at=at).next_for(self)
        if to:
            owner = User.objects.get(pk=to.owner_id)
            return self.give(owner, because=because, by=by, at=at, how=How.PASSED_ON, kept=to.kept)
        if self.state == ACCEPTED:
            raise Refused("Nobody else is there to take it. Ask the head of sales to reassign it.")
        self._change(Q(state=PENDING), owner=None, assigned_at=None)
        Lead.objects.filter(pk=self.lead_id).update(owner=None)
        Assignment.objects.end([self.pk], because=because, at=at)
        tell_unassigned([self.pk], at=at)
        return []

    def _hold(self) -> None:
        """Lock the lead and read the hand-off anew; raise Refused unless it still is as the caller saw it."""
        seen = (self.owner_id, self.state, self.repair_since)
        self.lead.hold()
        self.refresh_from_db(fields=[*self.KEPT, "withdrawn", "withdrawn_because"])
        if (self.owner_id, self.state, self.repair_since) != seen:
            raise Refused(self.stands)

    def _claim(self, by: User, at: datetime) -> list[Assignment]:
        """Of two reps who reach for it at the same moment, one finds that it still is nobody's."""
        refuse_if_away(by, at=at)
        return self.give(by, because=How.TAKEN.label, by=by, at=at, how=How.TAKEN)

    def _move(self, move: Move, **told: Any) -> Events:
        return list(Transition.objects.make_one(move, self.lead, handoff=self, criteria=self.criteria, **told))

    def _change(self, guard: Q, **changes: Any) -> None:
        """Change the row if it still is what the caller saw, or raise Refused and change nothing."""
        seen = Handoff.objects.filter(guard, pk=self.pk, owner=self.owner_id, closed_at__isnull=True)
        if not seen.update(**changes):
            self.refresh_from_db()
            raise Refused(self.stands)
        for name, value in changes.items():
            setattr(self, name, value)
