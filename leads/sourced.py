"""Whether a deal was brought by marketing, by each of the three readings, and whether marketing had a part in it."""

from __future__ import annotations

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from agreements.models import Credit, Sourced
from common.once import once
from leads.models import Attempt, Contribution, Opportunity
from leads.models.lead import Origin


@once
def agreed_reading() -> Sourced:
    """When a deal counts as marketing's, as both sides have agreed; until then the product's proposal."""
    return Sourced((Credit.objects.agreed() or Credit()).sourced)


def brought_by_marketing(won: QuerySet[Opportunity], reading: Sourced) -> QuerySet[Opportunity]:
    """Those of these won deals that marketing brought. The path to a deal is that of its credit."""
    if reading == Sourced.RECORDED:
        return won.filter(lead__origin=Origin.MARKETING)
    if reading == Sourced.FIRST_TOUCH:
        return won.filter(Exists(_by_campaign().filter(milestones__contains=["first"])))
    tried = won.alias(tried_at=_first_attempt())
    return tried.filter(
        Exists(_by_campaign().filter(at__lt=OuterRef("tried_at"))) | Q(Exists(_by_campaign()), tried_at__isnull=True)
    )


def influenced(won: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Those of these won deals on whose path somebody came by a campaign at least once."""
    return won.filter(Exists(_by_campaign()))


def _by_campaign() -> QuerySet[Contribution]:
    return Contribution.objects.filter(deal=OuterRef("pk"), campaign__isnull=False)


def _first_attempt() -> Least:
    """When sales first tried to reach anybody on a deal."""
    # Asked for apart: of both in one condition the database would look at every attempt there is.
    return Least(_first_of("lead", OuterRef("lead")), _first_of("lead__deals__opportunity", OuterRef("pk")))


def _first_of(whose: str, which: OuterRef) -> Subquery:
    tried = Attempt.objects.standing().filter(**{whose: which}).order_by().values(whose)
    return Subquery(tried.annotate(first=Min("at")).values("first"))
