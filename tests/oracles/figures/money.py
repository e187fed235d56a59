"""The figures of money: what was won, and what of it marketing brought."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from agreements.models import Credit
from leads.kinds import NOT_ACTS
from tests.oracles.figures.raw import Raw
from tests.oracles.figures.told import ORACLE, Told, counted, figure, ids

LOOK_BACK = timedelta(days=365)


def won(raw: Raw) -> list[Any]:
    return [row for row in raw.all("leads.Opportunity") if row.state == "won" and raw.within(row.closed_at)]


def in_base(deals: Iterable[Any]) -> list[Any]:
    return [row for row in deals if row.currency == settings.BASE_CURRENCY]


def summed(deals: Iterable[Any]) -> Told:
    deals = list(deals)
    return Told(sum((row.amount for row in deals), Decimal(0)), ids(deals))


@figure("customers_won")
def _customers_won(raw: Raw) -> Told:
    return counted(row for row in won(raw) if row.type == "new")


@figure("revenue_won")
def _revenue_won(raw: Raw) -> Told:
    return summed(in_base(won(raw)))


def new_business(raw: Raw) -> list[Any]:
    return [row for row in in_base(won(raw)) if row.type == "new"]


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
    return summed(deal for deal in new_business(raw) if is_marketings(raw, deal, reading))


for each in ("recorded", "first_touch", "before_sales"):
    ORACLE[f"revenue_sourced_{each}"] = lambda raw, each=each: by_reading(raw, each)


@figure("revenue_won_from_marketing")
def _from_marketing(raw: Raw) -> Told:
    return by_reading(raw, (Credit.objects.agreed() or Credit()).sourced)


@figure("revenue_influenced")
def _influenced(raw: Raw) -> Told:
    return summed(deal for deal in new_business(raw) if any(row.campaign_id for row in path_to(raw, deal)))
