"""What a campaign cost and what came of it: leads by their first campaign, revenue by the touches that led to it.

Formulas: cost per lead, MQL and customer are the cost over the count; return = (revenue − cost) / cost. What
costs nothing, or nothing is known of, has none. CAC here is marketing's cost alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, Q, Sum

from agreements.models import Credit, Sharing
from campaigns.models import Campaign
from common.once import once
from leads.models import Contribution, Episode, Lead
from leads.models.opportunity import DealState
from leads.money import frozen

Credited = dict[int | None, dict[Sharing, Decimal]]


class Brought(NamedTuple):
    """The people whose first campaign it is: how many, how many ever became MQLs and customers, and the median time
    that a customer took from being known to the first win.
    """

    leads: int
    mqls: int
    customers: int
    took: timedelta | None


@dataclass(frozen=True)
class Payback:
    """A campaign's cost, the people whose first campaign it is, and by each model its part of the revenue."""

    campaign: Campaign
    leads: int
    mqls: int
    customers: int
    took: timedelta | None
    revenue: dict[Sharing, Decimal]

    def each(self, count: int) -> Decimal | None:
        """The cost of one of so many; None where nothing was spent, or there is none."""
        return self.campaign.cost / count if self.campaign.cost and count else None

    @property
    def per_lead(self) -> Decimal | None:
        return self.each(self.leads)

    @property
    def per_mql(self) -> Decimal | None:
        return self.each(self.mqls)

    @property
    def per_customer(self) -> Decimal | None:
        return self.each(self.customers)

    @property
    def days(self) -> float | None:
        """The median number of days from lead to customer."""
        return None if self.took is None else self.took / timedelta(days=1)

    def returned(self, sharing: Sharing) -> Decimal | None:
        """What came back beyond the cost, as a share of it."""
        return (self.revenue[sharing] - self.campaign.cost) / self.campaign.cost if self.campaign.cost else None


@once
def agreed_sharing() -> tuple[Sharing, bool]:
    """The model that both sides have agreed on, and whether they have; until then the product's proposal."""
    agreed = Credit.objects.agreed()
    return Sharing((agreed or Credit()).sharing), agreed is not None


def paybacks(campaigns: Iterable[Campaign], told: dict[int, Brought] | None = None) -> list[Payback]:
    """In the order given; a fixed number of queries. `told` is what each brought in, where that is known."""
    campaigns = list(campaigns)
    ids = [campaign.pk for campaign in campaigns]
    told, revenue, nothing = told or brought(ids), revenue_of(ids), dict.fromkeys(Sharing, Decimal(0))
    return [Payback(each, *told[each.pk], revenue=revenue.get(each.pk, nothing)) for each in campaigns]


def revenue_of(campaigns: Iterable[int]) -> dict[int, dict[Sharing, Decimal]]:
    """By each model what the touches of each campaign are credited with, in the base currency."""
    return credited(campaign__in=campaigns)


def credited(**which: Any) -> Credited:
    """What was won by each model, by campaign; None stands for touches without one. One query."""
    won = frozen(Contribution.objects.filter(deal__state=DealState.WON, **which), of="deal__")
    summed = won.order_by().values("campaign").annotate(**{f"of_{each.value}": Sum(each.value) for each in Sharing})
    return {row["campaign"]: {each: row[f"of_{each.value}"] for each in Sharing} for row in summed}


def brought(campaigns: list[int]) -> dict[int, Brought]:
    """What each campaign brought in, counted over its leads. Three queries."""
    leads = dict(Lead.objects.filter(campaign__in=campaigns).order_by().values_list("campaign").annotate(n=Count("*")))
    lives = Episode.objects.filter(lead__campaign__in=campaigns).exclude(mql_at=None, customer_at=None).order_by()
    reached = lives.values("lead__campaign").annotate(
        mqls=Count("lead", distinct=True, filter=Q(mql_at__isnull=False)),
        customers=Count("lead", distinct=True, filter=Q(customer_at__isnull=False)),
    )
    further = {row["lead__campaign"]: (row["mqls"], row["customers"]) for row in reached}
    took = {pk: median(lengths) for pk, lengths in _took(campaigns).items()}
    return {pk: Brought(leads.get(pk, 0), *further.get(pk, (0, 0)), took.get(pk)) for pk in campaigns}


def _took(campaigns: list[int]) -> dict[int, list[timedelta]]:
    """How long each customer took, from being known to the first win."""
    won = Episode.objects.filter(lead__campaign__in=campaigns, customer_at__isnull=False).order_by()
    firsts = won.values("lead", "lead__campaign").annotate(took=Min(F("customer_at")) - Min(F("lead__created_at")))
    found: dict[int, list[timedelta]] = {}
    for row in firsts:
        found.setdefault(row["lead__campaign"], []).append(row["took"])
    return found


def shares_of_revenue(told: Credited | None = None) -> list[tuple[Campaign | None, dict[Sharing, Decimal]]]:
    """Of all that was won, in the base currency, each campaign's part by each model, the largest first.

    What touches without a campaign are credited with stands under None. `told` is what `credited` says, where that is
    known.
    """
    told = credited() if told is None else told
    named = Campaign.objects.in_bulk([pk for pk in told if pk])
    return sorted(((named.get(pk), parts) for pk, parts in told.items()), key=lambda each: -max(each[1].values()))
