"""Disputes: one side says that an event should not count, the other answers, and what neither yields is settled by
the heads in the meeting.

Marketing contests a return, sales a delivery. Nobody decides for themselves: an event is found wrong by the side it
speaks for, and stands as soon as the side it speaks against gives in. What is found wrong becomes a `Correction`
beside the event, which stays as it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from accounts.access import Side, check
from accounts.models import User
from common.errors import Incomplete, NotAllowed, Refused
from leads import readings
from leads.models import Correction, Episode, HandoffReturn, Lead
from notifications.outbox import tell

CONTESTED, MOVED = "sla.contested", "sla.dispute_moved"
LONGEST = 2000
TAKE_BACK = timedelta(minutes=15)


class State(models.TextChoices):
    """How far a dispute has come; the first two are open."""

    ASKED = "asked", "waits for an answer"
    DENIED = "denied", "goes to the meeting"
    UPHELD = "upheld", "found right"
    WITHDRAWN = "withdrawn", "withdrawn"
    SETTLED = "settled", "settled"


OPEN = [State.ASKED, State.DENIED]
CLOSED = [State.UPHELD, State.WITHDRAWN, State.SETTLED]


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes, found by where they stand; a return that was taken back leaves nothing to dispute."""

    def visible_to(self, user: User) -> Self:
        """Both sides read every dispute."""
        return self

    def standing(self) -> Self:
        return self.exclude(returned__undone_at__isnull=False)

    def open(self) -> Self:
        """What the next meeting talks about, unless it ends before."""
        return self.standing().filter(state__in=OPEN)

    def over(self) -> Self:
        return self.filter(state__in=CLOSED)

    def about(self, *, returns: Any = (), deliveries: Any = ()) -> Self:
        """Those about any of these returns and deliveries."""
        return self.filter(Q(returned__in=returns) | Q(delivered__in=deliveries))

    def with_subject(self) -> Self:
        """With all that the page of a dispute reads."""
        return self.select_related(
            "returned__handoff__lead__company", "returned__reason", "returned__by", "delivered__lead__company",
            "delivered__lead__marketing_owner", "by", "answered_by", "closed_by", "correction",
        )  # fmt: skip

    def with_names(self) -> Self:
        """With what a line or a sentence says of a dispute, and no more."""
        people = [f"{who}__{name}" for who in ("by", "answered_by") for name in ("name", "email")]
        leads = [f"{of}__{name}" for of in ("returned__handoff__lead", "delivered__lead") for name in Lead.NAMED_BY]
        found = self.select_related(
            "returned__handoff__lead", "returned__reason", "delivered__lead", "by", "answered_by"
        )
        told = ("state", "side", "because", "at", "answer", "outcome", "closed_at", "correction")
        return found.only(*told, "returned__reason__label", *people, *leads)

    def contest_return(self, returned: HandoffReturn, *, because: str, by: User, at: datetime) -> Dispute:
        """Marketing says that a return was wrong. Raises Refused while it is disputed, or once it was corrected."""
        if returned.undone_at:
            raise Refused("This return was taken back; there is nothing to contest.")
        return self._contest(Side.MARKETING, because, by=by, at=at, returned=returned)

    def contest_delivery(self, delivered: Episode, *, because: str, by: User, at: datetime) -> Dispute:
        """Sales says that an MQL should not count as delivered. Raises Refused like `contest_return`."""
        if delivered.handed_over_at is None:
            raise Refused("This MQL was never handed over, so it counts for nobody.")
        return self._contest(Side.SALES, because, by=by, at=at, delivered=delivered)

    @transaction.atomic
    def _contest(self, side: str, because: str, *, by: User, at: datetime, **subject: models.Model) -> Dispute:
        check(by, "dispute.contest")
        if side not in by.sides:
            raise NotAllowed("Marketing contests returns, sales deliveries: each what the other side did.")
        [thing] = subject.values()
        type(thing).objects.select_for_update(no_key=True).get(pk=thing.pk)  # of two who contest one comes second
        if self.filter(state__in=OPEN, **subject).exists():
            raise Refused("This is disputed already; write in that dispute.")
        if thing.corrections.standing().exists():
            raise Refused("Both sides have found this wrong already; it no longer counts.")
        dispute = self.create(side=side, because=_said(because), by=by, at=at, **subject)
        dispute._tell(CONTESTED, [dispute.defender, *User.objects.heads_of(dispute.other_side)], by=by, at=at)
        return dispute


class Dispute(models.Model):
    """One contested return, or one contested delivery; `side` contests. What was found wrong is its `correction`."""

    returned = models.ForeignKey(HandoffReturn, models.PROTECT, null=True, blank=True, related_name="+")
    delivered = models.ForeignKey(Episode, models.CASCADE, null=True, blank=True, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    because = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What the end of it was, in words.")
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    correction = models.OneToOneField(Correction, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__isnull=False, delivered__isnull=True, side=Side.MARKETING)
                | Q(returned__isnull=True, delivered__isnull=False, side=Side.SALES),
                name="dispute_of_what_the_other_side_did",
            ),
            models.UniqueConstraint(
                fields=["returned"], condition=Q(state__in=OPEN), name="dispute_one_open_a_return"
            ),
            models.UniqueConstraint(
                fields=["delivered"], condition=Q(state__in=OPEN), name="dispute_one_open_a_delivery"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="dispute_says_why"),
            models.CheckConstraint(
                condition=~Q(state=State.DENIED)
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="dispute_denied_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_at__isnull=True, closed_by__isnull=True, outcome="")
                | (Q(state__in=CLOSED, closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="dispute_closed_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(correction__isnull=True, state__in=[State.ASKED, State.DENIED, State.WITHDRAWN])
                | Q(correction__isnull=False, state=State.UPHELD)
                | Q(state=State.SETTLED),
                name="dispute_found_right_corrects",
            ),
        ]  # fmt: skip
        indexes = [
            # Read by the page of disputes, those that are over the newest first.
            models.Index(fields=["-at"], name="dispute_by_time"),
        ]

    def __str__(self) -> str:
        if self.returned_id:
            return f"Return of {self.lead}, “{self.returned.reason}”"
        return f"Delivery of {self.lead}"

    def get_absolute_url(self) -> str:
        return reverse("dispute", args=[self.pk])

    @property
    def lead(self) -> Lead:
        return self.returned.handoff.lead if self.returned_id else self.delivered.lead

    @property
    def happened_at(self) -> datetime:
        """When what is contested was done."""
        return self.returned.at if self.returned_id else self.delivered.handed_over_at

    @property
    def other_side(self) -> Side:
        """The side that answers."""
        return Side.SALES if self.side == Side.MARKETING else Side.MARKETING

    @property
    def defender(self) -> User | None:
        """Whose act is contested: who returned the lead, or the marketer whose lead it is."""
        return self.returned.by if self.returned_id else self.delivered.lead.marketing_owner

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def belongs_to(self, user: User) -> bool:
        """To answer it is for whose act it was; the head of that side may too."""
        return self.defender is not None and self.defender.pk == user.pk

    def may_answer(self, user: User) -> bool:
        return user.signs_for(self.other_side) or (self.belongs_to(user) and user.is_active)

    def may_withdraw(self, user: User) -> bool:
        return user.signs_for(self.side) or (user.pk == self.by_id and user.is_active)

    def may_settle(self, user: User, *, corrects: bool) -> bool:
        """Once both stand by what they say: the head to whose cost that outcome is."""
        return self.state == State.DENIED and user.signs_for(self._yields(corrects))

    def may_take_back(self, user: User, *, at: datetime) -> bool:
        """Who closed it, within a quarter of an hour."""
        return not self.is_open and self.closed_by_id == user.pk and at - self.closed_at <= TAKE_BACK

    # It is answered

    @transaction.atomic
    def deny(self, *, because: str, by: User, at: datetime) -> None:
        """The other side stands by what it did; the next meeting talks about it."""
        self._check_answer(by)
        answered = {"answer": _said(because), "answered_by": by, "answered_at": at}
        self._change([State.ASKED], state=State.DENIED, **answered)
        self._tell(MOVED, [self.by, *User.objects.heads_of(self.side)], by=by, at=at)

    @transaction.atomic
    def uphold(self, *, because: str, by: User, at: datetime) -> None:
        """The other side finds that the contest is right: what it did no longer counts."""
        self._check_answer(by)
        self._close(State.UPHELD, because, by=by, at=at, corrects=True)

    @transaction.atomic
    def withdraw(self, *, because: str, by: User, at: datetime) -> None:
        """The contesting side lets it be: what was done stands."""
        check(by, "dispute.withdraw", self.by)
        if not self.may_withdraw(by):
            raise NotAllowed(f"Who contested it withdraws it, or the head of {self.side}.")
        self._close(State.WITHDRAWN, because, by=by, at=at, corrects=False)

    @transaction.atomic
    def settle(self, *, corrects: bool, because: str, by: User, at: datetime) -> None:
        """Write down what the heads settled: whether it still counts, by the head to whose cost that is."""
        check(by, "dispute.settle")
        side = self._yields(corrects)
        if not by.signs_for(side):
            raise NotAllowed(f"This is for the head of {side} to write down: nobody decides for themselves.")
        self._close(State.SETTLED, because, by=by, at=at, corrects=corrects, once=[State.DENIED])

    @transaction.atomic
    def take_back(self, *, by: User, at: datetime) -> None:
        """Whoever closed it opens it again, within a quarter of an hour."""
        check(by, "dispute.contest")
        if not self.may_take_back(by, at=at):
            raise Refused("There is nothing to take back: it is open, or was closed too long ago, or by somebody else.")
        if Dispute.objects.filter(state__in=OPEN, returned=self.returned_id, delivered=self.delivered_id).exists():
            raise Refused("It was contested anew since; write in that dispute.")
        corrected, state = self.correction_id, State.DENIED if self.answered_at else State.ASKED
        self._change(
            CLOSED, state=state, outcome="", closed_by=None, closed_at=None, correction=None,
            otherwise="This was opened again already.",
        )  # fmt: skip
        if Correction.objects.filter(pk=corrected).update(undone_at=at):
            readings.touched(self._subject_since)

    # Steps of the verbs above

    def _yields(self, corrects: bool) -> str:
        """The side that gives something up by an outcome."""
        return self.other_side if corrects else self.side

    def _check_answer(self, by: User) -> None:
        check(by, "dispute.answer", self)
        if not self.may_answer(by):
            raise NotAllowed(f"This is for {self.other_side} to answer: for who did it, or their head.")

    def _close(
        self, state: State, because: str, *, by: User, at: datetime, corrects: bool, once: list[State] = OPEN
    ) -> None:
        closed = {"outcome": _said(because), "closed_by": by, "closed_at": at}
        self._hold(once)
        correction = self._correct(because.strip(), by=by, at=at) if corrects else None
        self._change(once, state=state, correction=correction, **closed)
        self._tell(MOVED, [self.by, self.defender, *User.objects.heads_of(self.side)], by=by, at=at)

    @property
    def _subject_since(self) -> datetime:
        """From when on figures count what it is about."""
        return self.returned.handoff.made_at if self.returned else self.delivered.handed_over_at

    def _correct(self, because: str, *, by: User, at: datetime) -> Correction:
        readings.touched(self._subject_since)
        if self.returned_id:
            return Correction.objects.of_return(self.returned, because=because, by=by, at=at)
        return Correction.objects.of_delivery(self.delivered, because=because, by=by, at=at)

    def _hold(self, states: list[State]) -> None:
        """Lock it while it stands so, and so that of two who close it one comes second. Raises Refused elsewhere."""
        self.refresh_from_db(fields=["state"], from_queryset=Dispute.objects.select_for_update(no_key=True))
        if self.state not in states:
            raise Refused("The other side has not answered yet." if self.is_open else "This dispute is over.")

    def _change(self, states: list[State], *, otherwise: str = "This dispute has moved on.", **changes: Any) -> None:
        if not Dispute.objects.filter(pk=self.pk, state__in=states).update(**changes):
            raise Refused(otherwise)
        self.refresh_from_db()

    def _tell(self, kind: str, people: list[User | None], *, by: User, at: datetime) -> None:
        others = {person for person in people if person and person.is_active and person != by}
        tell(others, kind, {"dispute": self.pk}, key=f"{kind}:{self.pk}:{at.isoformat()}", at=at)


def _said(because: str) -> str:
    because = because.strip()
    if not because or len(because) > LONGEST:
        raise Incomplete(f"Say why, in at most {LONGEST:,} characters; both sides read it.", "because")
    return because
