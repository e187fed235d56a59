"""Many hand-offs at once: finding them, giving them to people, promising. What one can do is in `handoff.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models, transaction

from accounts.access import check
from accounts.models import User
from common.errors import Refused
from leads.lifecycle import leads_changed
from leads.models.assignment import (
    Assignment,
    Given,
    How,
    refuse_if_away,
    refuse_outside_sales,
    tell_unassigned,
)
from leads.models.lead import Lead
from leads.models.turns import Route, Turns, returners

if TYPE_CHECKING:
    from leads.models.handoff import Handoff


class HandoffState(models.TextChoices):
    """Pending is undecided, also while in repair; open is pending or accepted."""

    PENDING = "pending", "Waiting for a decision"
    ACCEPTED = "accepted", "Accepted"
    CLOSED = "closed", "Closed"


PENDING, ACCEPTED, CLOSED = HandoffState


class Rating(models.IntegerChoices):
    """How good a lead the rep found it to be."""

    GOOD = 1, "Good"
    FAIR = 2, "Fair"
    POOR = 3, "Poor"


class Promise(NamedTuple):
    """What is due next on a hand-off, in words of at most 80 letters, and the attempts agreed for it."""

    handoff_id: int
    due_at: datetime | None = None
    due_for: str = ""
    attempts: int = 0
    attempt_days: int = 0


@dataclass(frozen=True)
class GivenTogether:
    """Hand-offs given to one person: what went, and of each that stayed where it is, why."""

    assigned: list[Assignment]
    stayed: dict[Handoff, str]

    @property
    def stayed_said(self) -> str:
        return " ".join(f"{handoff.lead} was not given: {why}" for handoff, why in self.stayed.items())


PROMISE = """
UPDATE leads_handoff AS h
   SET due_at = p.due_at, due_for = p.due_for, attempts_needed = p.attempts, attempt_days_needed = p.attempt_days
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::smallint[], %s::smallint[])
       AS p (id, due_at, due_for, attempts, attempt_days)
 WHERE h.id = p.id
   AND (h.due_at, h.due_for, h.attempts_needed, h.attempt_days_needed)
       IS DISTINCT FROM (p.due_at, p.due_for, p.attempts, p.attempt_days)
"""

GIVE = """
WITH given AS (
    SELECT * FROM unnest(%(handoffs)s::bigint[], %(leads)s::bigint[], %(owners)s::bigint[]) AS g (handoff, lead, owner)
), owned AS (
    UPDATE leads_handoff AS h SET owner_id = given.owner, assigned_at = %(at)s FROM given WHERE h.id = given.handoff
)
UPDATE leads_lead AS l SET owner_id = given.owner FROM given WHERE l.id = given.lead
"""

# The most urgent of a pool becomes somebody's, in one statement. Who holds a lead at this moment is
# not waited for: of many who reach for the next one at once, each gets another. The order is the
# one of the index `handoff_nobodys_by_due`; whom routing would pass over (`passing_over`) is given none.
CLAIM_NEXT = """
WITH next AS (
    SELECT h.id, h.lead_id
      FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
     WHERE h.pool_id = %(pool)s AND h.owner_id IS NULL AND h.closed_at IS NULL
       AND h.state = 'pending' AND h.repair_since IS NULL
       AND NOT EXISTS (
           SELECT FROM leads_handoffreturn r JOIN leads_handoff b ON b.id = r.handoff_id
            WHERE b.lead_id = h.lead_id AND r.undone_at IS NULL AND r.asked_back_at IS NULL
              AND r.result NOT IN ('repair', 'merge')
              AND (r.by_id = %(by)s OR r.before #>> '{handoff,owner_id}' = %(by)s::text))
     ORDER BY h.due_at, h.hot DESC, h.id
     LIMIT 1 FOR NO KEY UPDATE OF l, h SKIP LOCKED
), taken AS (
    UPDATE leads_handoff h SET owner_id = %(by)s, assigned_at = %(at)s FROM next WHERE h.id = next.id
), owned AS (
    UPDATE leads_lead l SET owner_id = %(by)s FROM next WHERE l.id = next.lead_id
)
INSERT INTO leads_assignment (handoff_id, owner_id, from_at, by_id, how, because, ended_because)
SELECT id, %(by)s, %(at)s, %(by)s, %(how)s, %(because)s, '' FROM next
RETURNING *
"""


def claim_of(by: User, at: datetime) -> dict[str, Any]:
    """What `CLAIM_NEXT` is given where a person takes the next one."""
    return {"pool": by.team_id, "by": by.pk, "at": at, "how": How.TAKEN, "because": "Took the next one"}


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Hand-offs, found by who has to act."""

    def visible_to(self, user: User) -> HandoffQuerySet:
        return self

    def open(self) -> HandoffQuerySet:
        return self.filter(closed_at__isnull=True)

    def pending(self) -> HandoffQuerySet:
        return self.filter(state=PENDING)

    def unassigned(self) -> HandoffQuerySet:
        """Made, but nobody could be given it."""
        return self.open().filter(owner__isnull=True)

    def owned_by(self, user: User) -> HandoffQuerySet:
        return self.open().filter(owner=user)

    def in_turn(self) -> HandoffQuerySet:
        """With all that routing asks of them and no more, in the order in which they are given out."""
        needed = self.select_related("lead__company", "pool__calendar").only(
            "lead", "owner", "pool", "hot", "made_at", "lead__company", "lead__company__owner", "pool__calendar__zone"
        )
        return needed.order_by("-hot", "made_at", "pk")

    def in_repair(self) -> HandoffQuerySet:
        return self.open().filter(repair_since__isnull=False)

    def promise(self, promises: Iterable[Promise]) -> None:
        """Write what is due next on hand-offs, and the attempts agreed. Called by the clocks above."""
        columns = [list(column) for column in zip(*promises, strict=True)]
        if columns:
            with connection.cursor() as cursor:
                cursor.execute(PROMISE, columns)

    def assign(
        self, handoffs: Iterable[Handoff], *, at: datetime, routes: Mapping[int, Route] | None = None
    ) -> list[Assignment]:
        """Give hand-offs that nobody owns to whose turn it is, the hot ones first; tell the heads of the rest.

        `routes`, by lead, say whom a rule names and what of it is kept. Sends no signal: the verb that calls
        does, with the rows returned.
        """
        waiting = list(self.unassigned().filter(pk__in=[handoff.pk for handoff in handoffs]).in_turn())
        turns = Turns(waiting, at=at, routes=routes)
        given = [to for handoff in waiting if (to := turns.next_for(handoff))]
        if left := sorted({handoff.pk for handoff in waiting} - {one.handoff_id for one in given}):
            Lead.objects.filter(handoffs__in=left).update(owner=None)
            tell_unassigned(left, at=at)
        return self._give(given, at=at)

    @transaction.atomic
    def take_next(self, *, by: User, at: datetime) -> Handoff:
        """Give a rep the most urgent hand-off of their pool that nobody owns, to be decided like any other of theirs.

        Raises Refused when there is none, or when they are away.
        """
        check(by, "handoff.take")
        refuse_if_away(by, at=at)
        taken = self.claim_next(by=by, at=at)
        if taken is None:
            raise Refused("Nothing that you could take waits in your pool now.")
        leads_changed.send(self.model, events=[taken])
        return taken.handoff

    def claim_next(self, *, by: User, at: datetime) -> Assignment | None:
        """The claim alone, as one statement. Sends no signal: the verb that calls does."""
        return next(iter(Assignment.objects.raw(CLAIM_NEXT, claim_of(by, at))), None)

    @transaction.atomic
    def give_to(self, to: User, *, because: str, by: User, at: datetime) -> GivenTogether:
        """Give those of these that are nobody's to one person. What somebody took or decided meanwhile stays where it
        is, and so does what this person sent back.

        Raises Refused when that is all of them, Incomplete for who is not active in sales.
        """
        check(by, "handoff.reassign")
        refuse_outside_sales(to)
        Lead.objects.filter(pk__in=self.values("lead")).hold()
        asked = list(self.select_related("lead", "owner", "accepted_by").order_by("due_at", "pk"))
        passed_over = returners({handoff.lead_id for handoff in asked})
        stayed = {each: why for each in asked if (why := each.why_not_to(to, passed_over[each.lead_id]))}
        free = [each for each in asked if each not in stayed]
        given = GivenTogether(
            self._give([Given(each.pk, each.lead_id, to.pk, because) for each in free], by=by, at=at), stayed
        )
        if not free:
            raise Refused(given.stayed_said or "Tick what is to be given.")
        leads_changed.send(self.model, events=given.assigned)
        return given

    @transaction.atomic
    def hand_on(self, leaver: User, *, by: User, at: datetime) -> list[Assignment]:
        """Give a person's whole book to colleagues, each hand-off to whose turn it is; what is accepted stays accepted.

        Raises Refused when there is none, or when somebody would be left with nobody.
        """
        check(by, "handoff.reassign")
        Lead.objects.filter(pk__in=self.owned_by(leaver).values("lead")).hold()
        book = list(self.owned_by(leaver).in_turn())
        turns = Turns(book, at=at)
        handed_on = {"because": f"{leaver} handed on", "how": How.HANDED_ON}
        given = [to._replace(**handed_on) for handoff in book if (to := turns.next_for(handoff))]
        if not book:
            raise Refused(f"{leaver} has no open hand-off.")
        if left := len(book) - len(given):
            raise Refused(f"Nobody who is here can take {left} of the {len(book)}; nothing was handed on.")
        assigned = self._give(given, by=by, at=at)
        leads_changed.send(self.model, events=assigned)
        return assigned

    def hand_on_to(self, leaver: User, to: User, *, by: User, at: datetime) -> list[Assignment]:
        """Give a person's whole book to one colleague; what is accepted stays accepted. Call it in a transaction."""
        check(by, "handoff.reassign")
        because = f"{leaver} handed on"
        given = [Given(each.pk, each.lead_id, to.pk, because, How.HANDED_ON) for each in self.owned_by(leaver)]
        assigned = self._give(given, by=by, at=at)
        leads_changed.send(self.model, events=assigned)
        return assigned

    def _give(self, given: list[Given], *, at: datetime, by: User | None = None) -> list[Assignment]:
        if given:
            handoffs, leads, owners, *_ = map(list, zip(*given, strict=True))
            with connection.cursor() as cursor:
                cursor.execute(GIVE, {"handoffs": handoffs, "leads": leads, "owners": owners, "at": at})
        return Assignment.objects.begin(given, by=by, at=at)
