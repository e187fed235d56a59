"""The figures of deals: what marketing's leads opened and won, how long it took, and what an MQL is worth.

Unless a figure says otherwise it is about new business with leads that marketing brought in, as
recorded on the primary contact; what sales found itself is kept apart.
"""

from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from accounts.access import Side
from common import clock as db_clock
from common.measures import Mean, Share, Total, Within
from common.metrics import Better, Metric, Of, Theme, Unit, composed, register
from common.periods import Period, between
from leads.models import Opportunity
from leads.models.opportunity import FROM_MARKETING, DealState
from leads.money import AMOUNT, WON_AMOUNT, frozen, in_base_currency
from leads.trails import WITH_HANDOFF

DAY = timedelta(days=1)
HISTORY = timedelta(days=365)  # what the worth of an MQL is reckoned from
OURS = "new-business deals of marketing’s leads"


def deals() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(FROM_MARKETING).select_related("lead__company", "company")


def opened(period: Period) -> QuerySet[Opportunity]:
    """Deals opened in the period in the base currency, whatever became of them."""
    rows = in_base_currency(deals()).filter(opened_at__gte=period.start, opened_at__lt=period.end)
    return rows.order_by("opened_at", "pk")


def closed(period: Period) -> QuerySet[Opportunity]:
    """Deals won or lost in the period, each with how long it `took`."""
    rows = deals().exclude(state=DealState.OPEN).filter(closed_at__gte=period.start, closed_at__lt=period.end)
    took = ExpressionWrapper(F("closed_at") - F("opened_at"), output_field=DurationField())
    return rows.annotate(took=took).order_by("closed_at", "pk")


def won(period: Period) -> QuerySet[Opportunity]:
    return closed(period).filter(state=DealState.WON)


def won_and_frozen(period: Period) -> QuerySet[Opportunity]:
    return frozen(won(period))


def still_open(period: Period) -> QuerySet[Opportunity]:
    """Deals open at the end of the period, or now while it lasts."""
    until = min(period.end, db_clock.now())
    rows = deals().filter(Q(closed_at__isnull=True) | Q(closed_at__gte=until), opened_at__lt=until)
    return rows.order_by("opened_at", "pk")


def year_until(period: Period) -> Period:
    """The year that ends with the period."""
    return between(period.end_on - HISTORY, period.end_on, period.zone)


register(
    Metric(
        key="pipeline_created",
        name="Pipeline created",
        definition="The amounts of new-business deals of marketing’s leads that were opened in the period, as they "
        "stand now, whatever became of them, in the base currency; deals in other currencies are not in it.",
        formula=f"sum of the amounts of {OURS} opened",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=opened,
        measure=Total(AMOUNT),
        side=Side.MARKETING,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="win_rate",
        name="Win rate",
        definition="Of the new-business deals of marketing’s leads that were closed in the period, those won, counted "
        "by the day they were closed.",
        formula="won / (won + lost)",
        unit=Unit.SHARE,
        theme=Theme.MONEY,
        rows=closed,
        measure=Share(Q(state=DealState.WON)),
        side=Side.SALES,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="average_deal",
        name="Average deal",
        definition="The mean amount of the new-business deals of marketing’s leads won in the period, in the base "
        "currency: one in another currency counts by the rate of the month in which it was won, and not before that "
        "rate is entered.",
        formula="sum of the amounts won / deals won",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=won_and_frozen,
        measure=Mean(WON_AMOUNT),
        side=Side.SALES,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="sales_cycle",
        name="Sales cycle",
        definition="The time from opening to winning within which half of the new-business deals of marketing’s leads "
        "were won, of those won in the period. It is time on the calendar.",
        formula="median of closed_at − opened_at of deals won",
        unit=Unit.DAYS,
        theme=Theme.SPEED,
        rows=won,
        measure=Within("took"),
        better=Better.LOWER,
        side=Side.SALES,
        trail=WITH_HANDOFF,
    )
)
register(
    Metric(
        key="deals_open",
        name="Deals open",
        definition="New-business deals of marketing’s leads that were open at the end of the period, or are open now "
        "while it lasts, in every currency.",
        formula=f"number of {OURS} open at the end",
        unit=Unit.COUNT,
        theme=Theme.MONEY,
        rows=still_open,
        better=Better.NEITHER,
        side=Side.SALES,
        trail=WITH_HANDOFF,
    )
)
register(
    composed(
        key="pipeline_velocity",
        name="Pipeline velocity",
        definition="What the open pipeline brings a day, at the win rate, the average deal and the sales cycle of the "
        "period.",
        formula="deals open × win rate × average deal / sales cycle in days",
        unit=Unit.MONEY_A_DAY,
        theme=Theme.MONEY,
        made_of=("deals_open", "win_rate", "average_deal", "sales_cycle"),
        reckon=lambda count, rate, mean, cycle: count * rate * float(mean) / (cycle / DAY) if cycle else None,
        side=Side.SALES,
    )
)
register(
    composed(
        key="mql_value",
        name="Value of an MQL",
        definition="What an MQL is worth on average, by our own history: how often one was accepted, became an "
        f"opportunity and was won, times the average deal, each as it was over the {HISTORY.days} days "
        "that end with the period.",
        formula="acceptance × SAL to opportunity × win rate × average deal",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        made_of=tuple(
            Of(key, year_until) for key in ("acceptance_rate", "sal_to_opportunity", "win_rate", "average_deal")
        ),
        reckon=lambda accepted, opened, won, mean: accepted * opened * won * float(mean),
    )
)
