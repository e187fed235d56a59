"""The figures of what was won: customers counted per deal, revenue in the base currency."""

from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum

from agreements.models import Sourced
from common.metrics import Metric, Unit, register
from common.periods import Period
from leads.models import Opportunity
from leads.models.opportunity import DealState, DealType
from leads.sourced import agreed_reading, brought_by_marketing, influenced

Rows = Callable[[Period], QuerySet[Opportunity]]

NAMES = {
    Sourced.RECORDED: "by recorded source",
    Sourced.FIRST_TOUCH: "by first touch",
    Sourced.BEFORE_SALES: "before sales",
}


def won(period: Period) -> QuerySet[Opportunity]:
    """Deals closed as won in the period, whatever their type and whoever found them."""
    deals = Opportunity.objects.filter(state=DealState.WON, closed_at__gte=period.start, closed_at__lt=period.end)
    return deals.select_related("lead__company", "company").order_by("closed_at", "pk")


def new_customers(period: Period) -> QuerySet[Opportunity]:
    return won(period).filter(type=DealType.NEW)


def in_base_currency(period: Period) -> QuerySet[Opportunity]:
    return won(period).filter(currency=settings.BASE_CURRENCY)


def new_business(period: Period) -> QuerySet[Opportunity]:
    return in_base_currency(period).filter(type=DealType.NEW)


def from_marketing(period: Period) -> QuerySet[Opportunity]:
    """New business that marketing brought, by the reading both sides have agreed on."""
    return brought_by_marketing(new_business(period), agreed_reading())


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
        "The amounts of new-business deals closed as won in the period that marketing brought, by the reading both "
        "sides have signed (until then: marketing is recorded as the source of the primary contact), in the base "
        "currency; deals in other currencies are not in it.",
        Unit.MONEY,
        value=_sum(from_marketing),
        rows=from_marketing,
    )
)


def _by(reading: Sourced) -> Rows:
    return lambda period: brought_by_marketing(new_business(period), reading)


for reading in Sourced:
    register(
        Metric(
            f"revenue_sourced_{reading.value}",
            f"Revenue from marketing: {NAMES[reading]}",
            "The amounts of new-business deals closed as won in the period that marketing brought, by this reading: "
            f"{reading.label[0].lower()}{reading.label[1:]} In the base currency. One reading is signed; the others "
            "are for comparison.",
            Unit.MONEY,
            value=_sum(_by(reading)),
            rows=_by(reading),
        )
    )


def influenced_by_marketing(period: Period) -> QuerySet[Opportunity]:
    return influenced(new_business(period))


register(
    Metric(
        "revenue_influenced",
        "Revenue influenced by marketing",
        "The full amounts of new-business deals closed as won in the period on whose path somebody came by a campaign "
        "at least once, in the base currency. It is never added to what marketing brought, nor campaign to campaign.",
        Unit.MONEY,
        value=_sum(influenced_by_marketing),
        rows=influenced_by_marketing,
    )
)
