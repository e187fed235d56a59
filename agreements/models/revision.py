"""Revisions and signatures: how a text becomes what both sides agreed.

    draft -> proposed -> signed -> in force -> superseded
      |         |  \\-> declined, withdrawn
      \\-> trial (one side tries it, at most 30 days, while nothing is in force) -> superseded, withdrawn

Proposing freezes the text and its SHA-256; both sides sign that very text. Typed documents
(criteria, the agreement, a plan) point at a revision one-to-one and add their own effect to
the verbs here, in the same transaction.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q

from accounts import access
from accounts.access import Side
from accounts.models import User
from agreements.telling import MINOR_IN_FORCE, tell_heads
from common.errors import Incomplete, NotAllowed, Refused

TRIAL = timedelta(days=30)
A_DAY = timedelta(days=1)  # whatever the zone, a midnight of today is not longer ago


class State(models.TextChoices):
    """Where a revision stands."""

    DRAFT = "draft", "draft"
    TRIAL = "trial", "on trial"
    PROPOSED = "proposed", "waiting for signatures"
    SIGNED = "signed", "signed, not yet in force"
    IN_FORCE = "in_force", "in force"
    SUPERSEDED = "superseded", "superseded"
    WITHDRAWN = "withdrawn", "withdrawn"
    DECLINED = "declined", "declined"


RULING = [State.TRIAL, State.IN_FORCE]
OPEN = [State.PROPOSED, State.SIGNED]
COMING = [State.DRAFT, *OPEN]
FROZEN = [s for s in State if s not in (State.DRAFT, State.TRIAL)]


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions of documents, found by where they stand."""

    def visible_to(self, user: User) -> RevisionQuerySet:
        """Both sides read every version."""
        return self

    def of(self, document: str) -> RevisionQuerySet:
        return self.filter(document=document)

    def ruling(self) -> RevisionQuerySet:
        """What counts now: in force, or on trial where nothing is in force."""
        return self.filter(state__in=RULING)

    def in_force_at(self, at: datetime) -> RevisionQuerySet:
        """What was in force at a past moment."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), in_force_at__lte=at)

    def waiting_for(self, user: User, *, at: datetime | None = None) -> RevisionQuerySet:
        """Proposals that this person has yet to sign for a side they head, and at a moment also as a deputy."""
        mine = [side for side in Side.values if (user.signature_for(side, at=at) if at else user.signs_for(side))]
        waiting = Q()
        for side in mine:
            waiting |= ~Q(pk__in=Signature.objects.filter(side=side).values("revision"))
        return self.filter(waiting, state=State.PROPOSED) if mine else self.none()

    def due(self, *, at: datetime) -> RevisionQuerySet:
        """Signed by both and their day has come, or minor changes that no head objected to in time."""
        signed = Q(state=State.SIGNED, effective_at__lte=at)
        return self.filter(signed | Q(state=State.PROPOSED, minor__until__lte=at, minor__objected_at=None))

    def expired_trials(self, *, at: datetime) -> RevisionQuerySet:
        return self.filter(state=State.TRIAL, trial_until__lte=at)

    def draft(self, document: str, *, by: User | None, at: datetime) -> Revision:
        """Open the next version of a document as a draft. Raises Refused when somebody else just did."""
        number = (self.of(document).aggregate(last=Max("number"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                return self.create(document=document, number=number, created_by=by, created_at=at)
        except IntegrityError as error:
            raise Refused("Somebody opened a draft at the same moment; change that one.") from error


class Revision(models.Model):
    """One version of something both sides sign."""

    document = models.CharField(max_length=60, help_text="What it is a version of, such as criteria.")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    text = models.TextField(blank=True, help_text="The canonical sentences, frozen when proposed.")
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True, help_text="Not before this moment; none means at once.")
    in_force_at = models.DateTimeField(null=True, blank=True)
    trial_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    declined_because = models.TextField(blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="revision_numbers_are_unique"),
            models.UniqueConstraint(fields=["document"], condition=Q(state__in=RULING), name="revision_one_rules"),
            models.UniqueConstraint(fields=["document"], condition=Q(state__in=OPEN), name="revision_one_waits"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="revision_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.TRIAL, State.WITHDRAWN, State.SUPERSEDED]) | ~Q(sha256=""),
                name="revision_frozen_has_hash",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RULING) | Q(in_force_at__isnull=False), name="revision_ruling_has_start"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.TRIAL) | Q(trial_until__isnull=False), name="revision_trial_has_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_trial(self) -> bool:
        return self.state == State.TRIAL

    @property
    def rules(self) -> bool:
        """Whether this is what counts now."""
        return self.state in RULING

    @transaction.atomic
    def propose(self, text: str, *, by: User, at: datetime, effective_at: datetime | None = None) -> None:
        """Freeze the text and ask both sides to sign it.

        Raises Refused when it is no draft or another version already waits, Incomplete without a text
        or for a day that has gone by.
        """
        if not text.strip():
            raise Incomplete("There is nothing to sign yet.")
        if effective_at and effective_at < at - A_DAY:
            raise Incomplete(
                "That day has gone by. Leave it empty, and it counts as soon as both have signed.", "starts_on"
            )
        if type(self).objects.of(self.document).filter(state__in=OPEN).exclude(pk=self.pk).exists():
            raise Refused("Another version already waits for signatures. Withdraw it first, or let it be decided.")
        self._move(
            [State.DRAFT],
            State.PROPOSED,
            text=text,
            sha256=digest(text),
            proposed_by=by,
            proposed_at=at,
            effective_at=effective_at,
        )

    @transaction.atomic
    def sign(self, *, by: User, at: datetime) -> bool:
        """Sign the frozen text for every side that `by` heads, or stands in for while its head is away;
        return True when this put it in force.

        One person may head both sides of a tiny team. Raises NotAllowed for anyone else,
        Refused when it waits for no signature or this side has signed.
        """
        sides = {side: head for side in Side.values if (head := by.signature_for(side, at=at))}
        if not sides:
            raise NotAllowed("Only the heads of marketing and of sales sign, or their deputies while they are away.")
        locked = type(self).objects.select_for_update().get(pk=self.pk)
        if locked.state != State.PROPOSED:
            raise Refused(f"This version is {locked.get_state_display()}; there is nothing to sign.")
        missing = set(sides) - set(self.signatures.values_list("side", flat=True))
        if not missing:
            raise Refused("Your side has signed already.")
        for side in sorted(missing):
            head = sides[side]
            self.signatures.create(
                side=side, user=by, instead_of=None if head == by else head, at=at, sha256=locked.sha256
            )
        if self.signatures.count() < len(Side.values):
            return False
        self._move([State.PROPOSED], State.SIGNED)
        return self.take_effect(at=at)

    @transaction.atomic
    def take_effect(self, *, at: datetime) -> bool:
        """Put a signed version in force, in place of the one that was, if its day has come.

        So is a minor change that no head has objected to in time.
        """
        unopposed = self._stands_unopposed(at=at)
        if self.state != State.SIGNED or (self.effective_at and self.effective_at > at):
            return False
        type(self).objects.of(self.document).ruling().update(state=State.SUPERSEDED, ended_at=at)
        self._move([State.SIGNED], State.IN_FORCE, in_force_at=at)
        if unopposed:
            tell_heads(self, MINOR_IN_FORCE, by=None, at=at)
        return True

    def _stands_unopposed(self, *, at: datetime) -> bool:
        """Whether its time to object has passed in silence; then it needs no more signatures.

        Whoever objects locks the revision too, so one of the two comes first and the other finds it done.
        """
        if self.state != State.PROPOSED:
            return False
        locked = type(self).objects.select_for_update().get(pk=self.pk)
        stands = type(self).objects.due(at=at).filter(pk=self.pk, state=State.PROPOSED).exists()
        if locked.state != State.PROPOSED or not stands:
            return False
        self._move([State.PROPOSED], State.SIGNED)
        return True

    @transaction.atomic
    def try_out(self, *, by: User, at: datetime) -> None:
        """Let one side try a draft for at most 30 days. Raises Refused while a version rules."""
        access.check(by, "criteria.try")
        if type(self).objects.of(self.document).ruling().exists():
            raise Refused("A version is in force already; a trial is only for the time before the first one.")
        self._move([State.DRAFT], State.TRIAL, in_force_at=at, trial_until=at + TRIAL)

    @transaction.atomic
    def decline(self, *, by: User, because: str, at: datetime) -> None:
        """Say no to a proposal, with the reason. Raises Incomplete without one, Refused where it is too late."""
        if not because.strip():
            raise Incomplete("Say what would have to change, so that the other side can act on it.", "because")
        if not any(by.signature_for(side, at=at) for side in Side.values):
            raise NotAllowed("Only the heads of marketing and of sales decide on a proposal.")
        if type(self).objects.due(at=at).filter(pk=self.pk).exists():
            raise Refused("The time to object is over; this version takes effect now.")
        self._move([State.PROPOSED], State.DECLINED, declined_by=by, declined_because=because.strip(), ended_at=at)

    @transaction.atomic
    def withdraw(self, *, by: User | None, at: datetime) -> None:
        """Take back a draft, a trial or a proposal; signatures given to it are void."""
        self._move([State.DRAFT, State.TRIAL, State.PROPOSED, State.SIGNED], State.WITHDRAWN, ended_at=at)

    def missing_sides(self) -> list[str]:
        """The sides that have yet to sign."""
        signed = {signature.side for signature in self.signatures.all()}
        return [side for side in Side.values if side not in signed]

    def _move(self, sources: list[State], target: State, **changes) -> None:
        """Change state if it still is what the caller saw, or raise Refused and change nothing."""
        if not type(self).objects.filter(pk=self.pk, state__in=sources).update(state=target, **changes):
            self.refresh_from_db(fields=["state"])
            raise Refused(f"This version is {self.get_state_display()}, so this can no longer be done.")
        self.refresh_from_db()


class Signature(models.Model):
    """One side's yes to one text, told by its hash."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    instead_of = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", help_text="The head whose deputy signed."
    )
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "side"], name="signature_one_a_side"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="signature_side_is_known"),
        ]
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.who} for {self.side}"

    @property
    def who(self) -> str:
        """Who signed, and for whom: "Rita Kok for Nora Vos"."""
        return f"{self.user} for {self.instead_of}" if self.instead_of else str(self.user)


def digest(text: str) -> str:
    """The SHA-256 of a text, in hex: what a signature is given to."""
    return hashlib.sha256(text.encode()).hexdigest()
