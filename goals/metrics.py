"""The figures of what was won: customers counted per deal, revenue in the base currency."""

from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum

from common.metrics import Metric, Unit, register
from common.periods import Period
from leads.models import Opportunity
from leads.models.lead import Origin
from leads.models.opportunity import DealState, DealType

Rows = Callable[[Period], QuerySet[Opportunity]]


def won(period: Period) -> QuerySet[Opportunity]:
    """Deals closed as won in the period, whatever their type and whoever found them."""
    deals = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=period.start, closed_at__lt=period.end)
    return deals.select_related("lead__company", "company").order_by("closed_at", "pk")


def new_customers(period: Period) -> QuerySet[Opportunity]:
    return won(period).filter(type=DealType.NEW)


def in_base_currency(period: Period) -> QuerySet[Opportunity]:
    return won(period).filter(currency=settings.BASE_CURRENCY)


def from_marketing(period: Period) -> QuerySet[Opportunity]:
    """New business with people whom marketing brought."""
    return in_base_currency(period).filter(type=DealType.NEW, lead__origin=Origin.MARKETING)


def _sum(rows: Rows) -> Callable[[Period], Decimal]:
    return lambda period: rows(period).order_by().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


register(
    Metric(
        "customers_won",
        "Customers won",
        "New-business deals closed as won in the period, counted per deal, whoever found them.",
        Unit.COUNT,
        value=lambda period: new_customers(period).order_by().count(),
        rows=new_customers,
    )
)
register(
    Metric(
        "revenue_won",
        "Revenue won",
        "The amounts of all deals closed as won in the period, of every type, in the base currency; deals in other "
        "currencies are not in it.",
        Unit.MONEY,
        value=_sum(in_base_currency),
        rows=in_base_currency,
    )
)
register(
    Metric(
        "revenue_won_from_marketing",
        "Revenue won from marketing’s leads",
        "The amounts of new-business deals closed as won in the period with people whom marketing brought, in the base "
        "currency; deals in other currencies are not in it.",
        Unit.MONEY,
        value=_sum(from_marketing),
        rows=from_marketing,
    )
)
