"""The figures of money: what was won, and what of it marketing brought."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from math import prod
from typing import Any

from django.conf import settings

from agreements.models import Credit
from common.periods import between
from leads.kinds import NOT_ACTS
from tests.oracles.figures.raw import DAY, Raw
from tests.oracles.figures.told import ORACLE, Told, counted, figure, ids, shared

LOOK_BACK = timedelta(days=365)


def won(raw: Raw) -> list[Any]:
    return [row for row in raw.all("leads.Opportunity") if row.state == "won" and raw.within(row.closed_at)]


def in_base(deals: Iterable[Any]) -> list[Any]:
    return [row for row in deals if row.currency == settings.BASE_CURRENCY]


def worth(raw: Raw, deal: Any) -> Decimal | None:
    """What a won deal came to in the base currency, by the rate of its month in UTC; None without one."""
    if deal.currency == settings.BASE_CURRENCY:
        return deal.amount
    month = deal.closed_at.astimezone(UTC).date().replace(day=1)
    [rate] = [row.rate for row in raw.all("leads.Rate") if (row.currency, row.month) == (deal.currency, month)] or [
        None
    ]
    return rate and (deal.amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def frozen(raw: Raw, deals: Iterable[Any]) -> list[Any]:
    return [row for row in deals if worth(raw, row) is not None]


def summed(raw: Raw, deals: Iterable[Any]) -> Told:
    deals = frozen(raw, deals)
    return Told(sum((worth(raw, row) for row in deals), Decimal(0)), ids(deals))


@figure("customers_won")
def _customers_won(raw: Raw) -> Told:
    return counted(row for row in won(raw) if row.type == "new")


@figure("revenue_won")
def _revenue_won(raw: Raw) -> Told:
    return summed(raw, won(raw))


@figure("deals_without_rate")
def _deals_without_rate(raw: Raw) -> Told:
    return counted(row for row in won(raw) if worth(raw, row) is None)


def new_business(raw: Raw) -> list[Any]:
    return [row for row in won(raw) if row.type == "new"]


def people_of(raw: Raw, deal: Any) -> set[int]:
    contacts = raw.all("leads.DealContact")
    return {deal.lead_id, *(row.lead_id for row in contacts if row.opportunity_id == deal.id)}


def path_to(raw: Raw, deal: Any) -> list[Any]:
    """What the people of a deal did on the way to it, the earliest first."""
    people = people_of(raw, deal)
    acts = [row for row in raw.all("leads.Touch") if row.lead_id in people and row.kind not in NOT_ACTS]
    since = deal.opened_at - LOOK_BACK
    on_the_way = sorted((row for row in acts if since <= row.occurred_at <= deal.closed_at), key=_in_order)
    seen: set[Any] = set()
    path = []
    for row in on_the_way:
        alike = (row.lead_id, row.campaign_id, row.occurred_at.astimezone(UTC).date())
        if row.campaign_id is None or alike not in seen:
            path.append(row)
        seen.add(alike)
    return path


def _in_order(touch: Any) -> tuple[datetime, int]:
    return touch.occurred_at, touch.id


def is_marketings(raw: Raw, deal: Any, reading: str) -> bool:
    """Whether marketing brought a deal, by one of the three readings."""
    path = path_to(raw, deal)
    by_campaign = [row for row in path if row.campaign_id]
    if reading == "recorded":
        return raw.by_id("leads.Lead")[deal.lead_id].origin == "marketing"
    if reading == "first_touch":
        return bool(path) and path[0].campaign_id is not None
    people = people_of(raw, deal)
    tried = [row.at for row in raw.all("leads.Attempt") if row.lead_id in people and row.undone_at is None]
    return any(not tried or row.occurred_at < min(tried) for row in by_campaign)


def by_reading(raw: Raw, reading: str) -> Told:
    return summed(raw, (deal for deal in new_business(raw) if is_marketings(raw, deal, reading)))


for each in ("recorded", "first_touch", "before_sales"):
    ORACLE[f"revenue_sourced_{each}"] = lambda raw, each=each: by_reading(raw, each)


@figure("revenue_won_from_marketing")
def _from_marketing(raw: Raw) -> Told:
    return by_reading(raw, (Credit.objects.agreed() or Credit()).sourced)


@figure("revenue_influenced")
def _influenced(raw: Raw) -> Told:
    return summed(raw, (deal for deal in new_business(raw) if any(row.campaign_id for row in path_to(raw, deal))))


# Deals of marketing's leads


def ours(raw: Raw) -> list[Any]:
    leads = raw.by_id("leads.Lead")
    deals = [row for row in raw.all("leads.Opportunity") if row.type == "new"]
    return [row for row in deals if leads[row.lead_id].origin == "marketing"]


def our_wins(raw: Raw) -> list[Any]:
    return [row for row in ours(raw) if row.state == "won" and raw.within(row.closed_at)]


@figure("pipeline_created")
def _pipeline_created(raw: Raw) -> Told:
    opened = in_base(row for row in ours(raw) if raw.within(row.opened_at))
    return Told(sum((row.amount for row in opened), Decimal(0)), ids(opened))


@figure("win_rate")
def _win_rate(raw: Raw) -> Told:
    return shared((row for row in ours(raw) if raw.within(row.closed_at)), lambda row: row.state == "won")


@figure("average_deal")
def _average_deal(raw: Raw) -> Told:
    told = summed(raw, our_wins(raw))
    return Told(told.value / len(told.rows) if told.rows else None, told.rows)


@figure("sales_cycle")
def _sales_cycle(raw: Raw) -> Told:
    took = sorted(row.closed_at - row.opened_at for row in our_wins(raw))
    return Told(took[(len(took) + 1) // 2 - 1] if took else None, ids(our_wins(raw)))


@figure("deals_open")
def _deals_open(raw: Raw) -> Told:
    until = min(raw.period.end, raw.now)
    opened = [row for row in ours(raw) if row.opened_at < until]
    return counted(row for row in opened if row.closed_at is None or row.closed_at >= until)


@figure("pipeline_velocity")
def _velocity(raw: Raw) -> Told:
    count, rate, mean, cycle = (
        ORACLE[key](raw).value for key in ("deals_open", "win_rate", "average_deal", "sales_cycle")
    )
    if None in (rate, mean, cycle) or not cycle:
        return Told(None, None)
    return Told(count * rate * float(mean) / (cycle / DAY), None)


@figure("mql_value")
def _mql_value(raw: Raw) -> Told:
    end = raw.period.end_on
    year = raw.of(between(end - 365 * DAY, end, raw.period.zone))
    chances = [ORACLE[key](year).value for key in ("acceptance_rate", "sal_to_opportunity", "win_rate", "average_deal")]
    return Told(None if None in chances else prod(map(float, chances)), None)


# Campaigns


def last_day(campaign: Any, raw: Raw) -> date:
    """Its last day, or today while it has none; one still to start has its first."""
    return campaign.ends_on or max(campaign.starts_on, raw.local_day(raw.now))


def spent_before(campaign: Any, last_on: date, day: date) -> Decimal:
    """What a campaign has cost before a day, to the cent."""
    length = (last_on - campaign.starts_on).days + 1
    gone = min(max((day - campaign.starts_on).days, 0), length)
    return (campaign.cost * gone / length).quantize(Decimal("0.01"), ROUND_HALF_UP)


@figure("campaign_cost")
def _campaign_cost(raw: Raw) -> Told:
    period = raw.period
    rows = [row for row in raw.all("campaigns.Campaign") if row.cost is not None and row.starts_on]
    running = [row for row in rows if row.starts_on < period.end_on and last_day(row, raw) >= period.start_on]
    lasting = [(row, last_day(row, raw)) for row in running]
    spent = [spent_before(*each, period.end_on) - spent_before(*each, period.start_on) for each in lasting]
    return Told(sum(spent, Decimal(0)), ids(running))


def cost_of_each(key: str, raw: Raw) -> Told:
    cost, count = ORACLE["campaign_cost"](raw).value, ORACLE[key](raw).value
    return Told(cost / count if cost and count else None, None)


for each, of in (
    ("cost_per_lead", "leads_created"),
    ("cost_per_mql", "mqls"),
    ("cost_per_sql", "sqls"),
    ("cost_per_customer", "customers"),
    ("cac_marketing", "customers_won"),
):
    ORACLE[each] = partial(cost_of_each, of)


@figure("revenue_attributed")
def _attributed(raw: Raw) -> Told:
    """What touches are credited with is compared with an oracle of its own; here its rows are added up."""
    column, deals = (Credit.objects.agreed() or Credit()).sharing, {row.id for row in frozen(raw, won(raw))}
    rows = [row for row in raw.all("leads.Contribution") if row.deal_id in deals and row.campaign_id]
    return Told(sum((getattr(row, column) for row in rows), Decimal(0)), ids(rows))


@figure("campaign_roi")
def _roi(raw: Raw) -> Told:
    revenue, cost = ORACLE["revenue_attributed"](raw).value, ORACLE["campaign_cost"](raw).value
    return Told((revenue - cost) / cost if cost else None, None)
