"""The figures of what was won: customers counted per deal, revenue in the base currency."""

from functools import partial

from django.db.models import QuerySet

from accounts.access import Side
from agreements.models import Sourced
from common.measures import Total
from common.metrics import Better, Metric, Theme, Unit, register
from common.periods import Period
from goals.ledger import PointsGiven
from goals.marketing_ledger import MARKETING
from leads.models import Opportunity
from leads.models.opportunity import DealState, DealType
from leads.money import WON_AMOUNT, frozen
from leads.sourced import agreed_reading, brought_by_marketing, influenced
from leads.trails import WITH_HANDOFF

OTHER_CURRENCIES = (
    "a deal in another currency counts by the rate of the month in which it was won, and is left out until that rate "
    "is entered."
)
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


def priced(period: Period) -> QuerySet[Opportunity]:
    return frozen(won(period))


def new_business(period: Period) -> QuerySet[Opportunity]:
    return frozen(new_customers(period))


def from_marketing(period: Period) -> QuerySet[Opportunity]:
    """New business that marketing brought, by the reading both sides have agreed on."""
    return by_reading(agreed_reading(), period)


def by_reading(reading: Sourced, period: Period) -> QuerySet[Opportunity]:
    """New business that marketing brought, by one reading."""
    return brought_by_marketing(new_business(period), reading)


def without_rate(period: Period) -> QuerySet[Opportunity]:
    """Deals won in the period that wait for the rate of their month."""
    return won(period).without_rate()


def influenced_by_marketing(period: Period) -> QuerySet[Opportunity]:
    return influenced(new_business(period))


register(
    Metric(
        key="customers_won",
        name="Customers won",
        definition="New-business deals closed as won in the period, counted per deal, whoever found them.",
        formula="number of new-business deals won",
        unit=Unit.COUNT,
        theme=Theme.MONEY,
        rows=new_customers,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="revenue_won",
        name="Revenue won",
        definition="The amounts of all deals closed as won in the period, of every type, in the base currency; "
        f"{OTHER_CURRENCIES}",
        formula="sum of the amounts of deals won",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=priced,
        measure=Total(WON_AMOUNT),
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="revenue_won_from_marketing",
        name="Revenue won from marketing’s leads",
        definition="The amounts of new-business deals closed as won in the period that marketing brought, by the "
        "reading both sides have signed (until then: marketing is recorded as the source of the primary contact), in "
        f"the base currency; {OTHER_CURRENCIES}",
        formula="sum of the amounts of new business won that marketing brought, by the reading signed",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=from_marketing,
        measure=Total(WON_AMOUNT),
        trail=WITH_HANDOFF,
    )
)

for reading in Sourced:
    register(
        Metric(
            key=f"revenue_sourced_{reading.value}",
            name=f"Revenue from marketing: {NAMES[reading]}",
            definition="The amounts of new-business deals closed as won in the period that marketing brought, by this "
            f"reading: {reading.label[0].lower()}{reading.label[1:]} In the base currency. One reading is signed; the "
            "others are for comparison.",
            formula=f"sum of the amounts of new business won, {NAMES[reading]}",
            unit=Unit.MONEY,
            theme=Theme.MONEY,
            rows=partial(by_reading, reading),
            measure=Total(WON_AMOUNT),
            trail=WITH_HANDOFF,
        )
    )

register(
    Metric(
        key="revenue_influenced",
        name="Revenue influenced by marketing",
        definition="The full amounts of new-business deals closed as won in the period on whose path somebody came by "
        "a campaign at least once, in the base currency. It is never added to what marketing brought, nor campaign to "
        "campaign.",
        formula="sum of the amounts of new business won with a campaign on its path",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=influenced_by_marketing,
        measure=Total(WON_AMOUNT),
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="deals_without_rate",
        name="Deals without a rate",
        definition="Deals won in the period in another currency whose month has no rate yet: they are in no figure of "
        "money until it is entered, and then in those of the period in which they were won.",
        formula="number of deals won without an amount in the base currency",
        unit=Unit.COUNT,
        theme=Theme.MONEY,
        rows=without_rate,
        better=Better.LOWER,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="credit_marketing",
        name="Points of marketing",
        definition="What marketing was given in the period for new leads, for MQLs handed over and for the stages they "
        "reached after it, less what returns for quality took back, by the points in force on the day of each; none "
        "before points were agreed.",
        formula="points given − points taken back",
        unit=Unit.POINTS,
        theme=Theme.TRUST,
        rows=MARKETING.lines,
        measure=PointsGiven(),
        side=Side.MARKETING,
    )
)
