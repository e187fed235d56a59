"""Thanks: somebody was glad of a deal that was won, and let those who won it know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction

from accounts.access import check
from accounts.models import User
from common.errors import Refused
from leads.models.opportunity import DealState, Opportunity
from notifications.outbox import tell

if TYPE_CHECKING:
    from collections.abc import Iterable

THANKED = "leads.thanked"


class ThanksQuerySet(models.QuerySet["Thanks"]):
    """Thanks."""

    @transaction.atomic
    def say(self, deal: Opportunity, *, to: Iterable[User], by: User, at: datetime) -> Thanks:
        """Thank those who won a deal, once; they are told. Raises Refused where it is not won or was thanked for."""
        check(by, "deal.thank")
        if deal.state != DealState.WON:
            raise Refused("This deal is not won.")
        thanks, said = self.get_or_create(deal=deal, by=by, defaults={"at": at})
        if not said:
            raise Refused("You have said thank you for it already.")
        others = [person for person in to if person != by]
        tell(others, THANKED, {"thanks": thanks.pk}, key=f"thanks:{thanks.pk}", at=at)
        return thanks


class Thanks(models.Model):
    """One person's thanks for one deal."""

    deal = models.ForeignKey(Opportunity, models.CASCADE, related_name="thanks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    objects = ThanksQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "by"], name="thanks_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.by} for {self.deal}"
