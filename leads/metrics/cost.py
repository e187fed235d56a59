"""The figures of what campaigns cost, and of what came back for it.

A campaign's cost is spread evenly over its days, the first and the last included. One without a last
day runs still: what it cost so far is spread over its days up to today. One without a first day, or
without a cost, is in no period.
"""

from datetime import date

from django.db.models import DecimalField, ExpressionWrapper, F, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least, Round

from accounts.access import Side
from campaigns.models import Campaign
from common import clock as db_clock
from common.measures import Total
from common.metrics import Better, Metric, Theme, Trail, Unit, composed, register
from common.periods import Period, local_day
from leads.models import Contribution
from leads.models.opportunity import DealState
from leads.money import frozen
from leads.payback import agreed_sharing

CENTS = 2


class Days(Func):
    """The whole days from the second date to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def running(period: Period) -> QuerySet[Campaign]:
    """Campaigns with a cost that run on a day of the period, each with its part of it, `spent`."""
    today = local_day(db_clock.now(), period.zone)
    last_on = Coalesce("ends_on", Greatest("starts_on", Value(today)))
    rows = Campaign.objects.filter(cost__isnull=False, starts_on__lt=period.end_on)
    rows = rows.annotate(last_on=last_on).filter(last_on__gte=period.start_on)
    spent = _spent_before(period.end_on) - _spent_before(period.start_on)
    return rows.annotate(spent=spent).order_by("starts_on", "pk")


def _spent_before(day: date) -> Round:
    """What a campaign has cost before a day, in whole cents: so the parts of its periods add up to its cost."""
    length = Days(F("last_on"), F("starts_on")) + 1
    gone = Least(Greatest(Days(Value(day), F("starts_on")), 0), length)
    cost = ExpressionWrapper(F("cost") * gone / length, output_field=DecimalField())
    return Round(cost, CENTS, output_field=DecimalField(max_digits=14, decimal_places=2))


def credited(period: Period) -> QuerySet[Contribution]:
    """What touches of campaigns are credited with, of the deals won in the period, by the model agreed on."""
    sharing, _ = agreed_sharing()
    rows = Contribution.objects.filter(
        deal__state=DealState.WON,
        deal__closed_at__gte=period.start,
        deal__closed_at__lt=period.end,
        campaign__isnull=False,
    )
    rows = frozen(rows, of="deal__").annotate(credited=F(sharing.value))
    return rows.with_names().select_related("deal__lead", "deal__company").order_by("at", "pk")


register(
    Metric(
        key="campaign_cost",
        name="Cost of campaigns",
        definition="What campaigns cost in the period: each one’s cost is spread evenly over its days, the first and "
        "the last included. One without a last day runs still: what it cost so far is spread over its days up to "
        "today. One without a first day is in no period.",
        formula="sum of cost × days in the period / days of the campaign",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=running,
        measure=Total("spent"),
        better=Better.NEITHER,
        side=Side.MARKETING,
        trail=Trail(campaign="name"),
    )
)

for key, name, counted, what in (
    ("cost_per_lead", "Cost per lead", "leads_created", "new leads"),
    ("cost_per_mql", "Cost per MQL", "mqls", "MQLs"),
    ("cost_per_sql", "Cost per SQL", "sqls", "SQLs"),
    ("cost_per_customer", "Cost per customer", "customers", "customers among marketing’s leads"),
):
    register(
        composed(
            key=key,
            name=name,
            definition=f"What campaigns cost in the period, for each of the {what} of the same period, whether or not "
            "they came by a campaign. Nothing where nothing was spent.",
            formula=f"cost of campaigns / {what}",
            unit=Unit.MONEY,
            theme=Theme.MONEY,
            made_of=("campaign_cost", counted),
            reckon=lambda cost, count: cost / count if cost and count else None,
            better=Better.LOWER,
            side=Side.MARKETING,
        )
    )

register(
    composed(
        key="cac_marketing",
        name="CAC, marketing’s cost alone",
        definition="What campaigns cost in the period, for each new customer of the period, whoever found them. "
        "Salaries and what sales costs are not in it. Nothing where nothing was spent.",
        formula="cost of campaigns / customers won",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        made_of=("campaign_cost", "customers_won"),
        reckon=lambda cost, count: cost / count if cost and count else None,
        better=Better.LOWER,
        side=Side.MARKETING,
    )
)
register(
    Metric(
        key="revenue_attributed",
        name="Revenue credited to campaigns",
        definition="Of the deals won in the period, what the touches of campaigns on the way to them are credited "
        "with, by the model both sides have signed (until then: by the product’s proposal), in the base currency.",
        formula="sum of the credit of touches with a campaign",
        unit=Unit.MONEY,
        theme=Theme.MONEY,
        rows=credited,
        measure=Total("credited"),
        side=Side.MARKETING,
        trail=Trail("lead", "deal__handoff__episode", "campaign__name"),
    )
)
register(
    composed(
        key="campaign_roi",
        name="Return on campaigns",
        definition="What was credited to campaigns in the period, by the model both sides have signed, beyond what "
        "they cost in it, as a share of that cost. Nothing where nothing was spent.",
        formula="(revenue credited to campaigns − cost of campaigns) / cost of campaigns",
        unit=Unit.CHANGE,
        theme=Theme.MONEY,
        made_of=("revenue_attributed", "campaign_cost"),
        reckon=lambda revenue, cost: (revenue - cost) / cost if cost else None,
        side=Side.MARKETING,
    )
)
