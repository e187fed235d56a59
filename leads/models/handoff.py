"""The hand-off: a small contract between the sides about one lead, and the verbs that carry it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete, Refused
from leads.before import keep
from leads.lifecycle import ACCEPT, ACCEPT_AS_SQL, CONFIRM, Move, leads_changed
from leads.models.assignment import Assignment, Given, How, refuse_if_away, refuse_outside_sales, tell_unassigned
from leads.models.episode import Transition
from leads.models.handoff_record import HandoffRecord
from leads.models.handoffs import ACCEPTED, CLOSED, PENDING, HandoffState, Promise
from leads.models.lead import Lead
from leads.models.opportunity import Opportunity
from leads.models.put_off import PutOff, is_later, longest
from leads.models.returns import HandoffReturn, ReturnReason
from leads.models.turns import Turns
from notifications.outbox import tell

__all__ = ["ACCEPTED", "CLOSED", "PENDING", "Handoff", "HandoffState", "Promise"]

Events = list[models.Model]


class Handoff(HandoffRecord):
    """One lead handed to sales in one episode, and what the sides do with it."""

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

    def _claim(self, by: User, at: datetime) -> list[Assignment]:
        """Of two reps who reach for it at the same moment, one finds that it still is nobody's."""
        refuse_if_away(by, at=at)
        return self.give(by, because=How.TAKEN.label, by=by, at=at, how=How.TAKEN)

    def _move(self, move: Move, **told: Any) -> Events:
        return list(Transition.objects.make_one(move, self.lead, handoff=self, criteria=self.criteria, **told))
