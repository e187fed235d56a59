"""Reviews: each week some returns, drawn by lot, that both sides look at unseen by each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Count, Max, Q
from django.urls import reverse

from accounts.access import Role, Side, check
from accounts.models import User
from common.errors import Incomplete, NotAllowed, Refused
from leads.models import HandoffReturn

LONGEST = 1000
OTHERS = (Role.REP, Role.HEAD_OF_SALES)


class Sample(models.Model):
    """The lot of one week: its Monday, and from how many returns was drawn. A week without returns has one too."""

    week_on = models.DateField(unique=True)
    drawn_at = models.DateTimeField()
    drawn_from = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"Week of {self.week_on:%-d %B %Y}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Returns that were drawn; one that was taken back after all is nothing to review."""

    def visible_to(self, user: User) -> Self:
        return self

    def standing(self) -> Self:
        return self.filter(returned__undone_at__isnull=True)

    def with_opinions(self) -> Self:
        """With all that a page shows of them."""
        about = self.select_related("sample", "returned__handoff__lead__company", "returned__reason", "returned__by")
        return about.prefetch_related("opinions__by")

    def awaiting(self, side: str) -> Self:
        """Those of which a side has not said yet what it finds."""
        return self.standing().exclude(pk__in=Opinion.objects.filter(side=side).values("review"))

    def said_by_both(self) -> Self:
        """With `said_at`, when the second side had said it, and `found`, how many different things were said."""
        both = self.standing().annotate(
            sides=Count("opinions"), said_at=Max("opinions__at"), found=Count("opinions__is_right", distinct=True)
        )
        return both.filter(sides=len(Side))


class Review(models.Model):
    """One return that was drawn by lot."""

    sample = models.ForeignKey(Sample, models.CASCADE, related_name="reviews")
    returned = models.OneToOneField(HandoffReturn, models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Return of {self.returned.handoff.lead}, “{self.returned.reason}”"

    def get_absolute_url(self) -> str:
        return f"{reverse('review')}#review-{self.pk}"

    def said(self, side: str) -> Opinion | None:
        return next((each for each in self.opinions.all() if each.side == side), None)

    @property
    def is_said_by_both(self) -> bool:
        return len(self.opinions.all()) == len(Side)

    @property
    def differs(self) -> bool:
        """Whether both sides have said it, and not the same."""
        return len({each.is_right for each in self.opinions.all()}) > 1

    def shown_to(self, user: User) -> list[Opinion]:
        """The opinions this reader may see: all once both sides have one, before that their own side's."""
        return [each for each in self.opinions.all() if self.is_said_by_both or each.side in user.sides]

    @transaction.atomic
    def say(self, side: str, *, is_right: bool, note: str = "", by: User, at: datetime) -> Opinion:
        """Say for a side whether the return was right. It stands: the other side's is seen only afterwards.

        Raises Incomplete for a wrong one without words, NotAllowed for who made the return while somebody else of sales
        could look at it, Refused when the side has said it already.
        """
        check(by, "review.give")
        if side not in by.sides:
            raise NotAllowed("Each side says for itself what it finds.")
        if by.pk == self.returned.by_id and User.objects.with_role(*OTHERS).exclude(pk=by.pk).exists():
            raise NotAllowed("Somebody else of sales looks at a return you made.")
        note = note.strip()
        if len(note) > LONGEST or not (is_right or note):
            raise Incomplete(f"Say what was wrong with it, in at most {LONGEST:,} characters.", "note")
        said: dict[str, Any] = {"is_right": is_right, "note": note, "by": by, "at": at}
        opinion, is_new = Opinion.objects.get_or_create(review=self, side=side, defaults=said)
        if not is_new:
            raise Refused(f"{opinion.by} has said it for {side} already, and what was said unseen stands.")
        return opinion


class Opinion(models.Model):
    """What one side found of a return that was drawn."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="opinions")
    side = models.CharField(max_length=10, choices=Side.choices)
    is_right = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["side"]
        constraints = [
            models.UniqueConstraint(fields=["review", "side"], name="opinion_one_a_side"),
            models.CheckConstraint(condition=Q(is_right=True) | ~Q(note=""), name="opinion_of_a_wrong_one_says_why"),
        ]

    def __str__(self) -> str:
        return "right" if self.is_right else "wrong"
