"""Who is set aside from routing: given no new lead until they say that they are back."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max, Q

from accounts.access import Side, check
from accounts.models import User
from common.errors import Refused
from notifications.outbox import tell

SET_ASIDE = "leads.set_aside"


class AsideQuerySet(models.QuerySet["Aside"]):
    """The times for which people were set aside."""

    def visible_to(self, user: User) -> AsideQuerySet:
        """Everyone sees whom hand-offs go round, as they see who is away."""
        return self

    def standing(self) -> AsideQuerySet:
        """Those that last."""
        return self.filter(until_at__isnull=True)

    def last_back(self, reps: list[int]) -> dict[int, datetime]:
        """When each of these people last came back, if they were ever set aside."""
        over = self.filter(rep__in=reps, until_at__isnull=False).order_by()
        return dict(over.values_list("rep").annotate(Max("until_at")))

    @transaction.atomic
    def begin(self, rep: User, *, because: str, at: datetime) -> bool:
        """Set a rep aside and tell them and the heads of sales; False when they are set aside already."""
        aside, begun = self.get_or_create(rep=rep, until_at=None, defaults={"from_at": at, "because": because[:200]})
        if begun:
            people = {rep.pk: rep} | User.objects.heads_of(Side.SALES).in_bulk()
            tell(people.values(), SET_ASIDE, {"aside": aside.pk}, key=f"{SET_ASIDE}:{aside.pk}", at=at)
        return begun


class Aside(models.Model):
    """A time for which a rep was set aside; what they own stays theirs."""

    rep = models.ForeignKey(User, models.CASCADE, related_name="asides")
    from_at = models.DateTimeField()
    because = models.CharField(max_length=200)
    until_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = AsideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rep"], condition=Q(until_at__isnull=True), name="aside_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True, ended_by__isnull=True)
                | Q(until_at__isnull=False, ended_by__isnull=False),
                name="aside_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rep}, set aside {self.from_at:%Y-%m-%d}"

    def belongs_to(self, user: User) -> bool:
        return self.rep_id == user.pk

    def end(self, *, by: User, at: datetime) -> None:
        """Be back, and have one's turn again. Raises Refused when it is over already."""
        check(by, "aside.end", self)
        if not Aside.objects.standing().filter(pk=self.pk).update(until_at=at, ended_by=by):
            raise Refused(f"{self.rep} is back already.")
