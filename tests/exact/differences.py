"""Where the catalogue and plain Python do not say the same."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from agreements.models import Sharing
from campaigns.models import Campaign
from common import metrics
from common.periods import Period
from leads.models import Contribution
from leads.payback import paybacks, shares_of_revenue
from tests.oracles import credit as oracle
from tests.oracles.figures import ORACLE
from tests.oracles.figures.raw import Raw


class Difference(NamedTuple):
    """A figure of a period whose value, or whose rows, are not what follows from the events."""

    key: str
    period: str
    catalogue: Any
    oracle: Any


def differences(period: Period, raw: Raw) -> Iterator[Difference]:
    """All of them; the rows of a figure that is made of others are those figures, compared by themselves."""
    for key, calculate in sorted(ORACLE.items()):
        told = calculate(raw.of(period))
        reading = metrics.metric(key).reading(period)
        if not _is_same(reading.value, told.value):
            yield Difference(key, period.key, reading.value, told.value)
        if reading.maturing != told.maturing:
            yield Difference(f"{key}, maturing", period.key, reading.maturing, told.maturing)
        if told.rows is not None and (rows := sorted(row.pk for row in metrics.rows(key, period))) != told.rows:
            yield Difference(f"{key}, its rows", period.key, rows, told.rows)


def _is_same(value: Any, told: Any) -> bool:
    """Money by quotients, and what is a float, but for the last digits."""
    if isinstance(told, float | Decimal) and value is not None:
        return float(value) == pytest.approx(float(told), rel=1e-9)
    return value == told


def money_differs(raw: Raw) -> Iterator[tuple[Any, Any, Any]]:
    """Where what is written, or told of a campaign, is not what follows from the rows."""
    columns = ["deal_id", "touch_id", "milestones", *Sharing.values]
    written = {(row.pop("deal_id"), row.pop("touch_id")): row for row in Contribution.objects.values(*columns)}
    expected = oracle.all_credited(raw)
    yield from ((key, written.get(key), expected.get(key)) for key in written.keys() | expected.keys()
                if written.get(key) != expected.get(key))  # fmt: skip
    revenue = oracle.revenue(raw)
    told = {campaign and campaign.pk: parts for campaign, parts in shares_of_revenue()}
    if told != revenue:
        yield "all campaigns", told, dict(revenue)
    for found in paybacks(Campaign.objects.order_by("pk")):
        should = oracle.payback(raw, raw.by_id("campaigns.Campaign")[found.campaign.pk])
        for name, value in should.items():
            if (getattr(found, name) or 0) != (pytest.approx(value) if isinstance(value, float) else value or 0):
                yield (found.campaign, name), getattr(found, name), value
        parts = revenue.get(found.campaign.pk, dict.fromkeys(Sharing.values, Decimal(0)))
        if found.revenue != parts:
            yield (found.campaign, "revenue"), found.revenue, parts
        spent = found.campaign.cost
        for sharing in Sharing:
            back = (parts[sharing] - spent) / spent if spent else None
            if found.returned(sharing) != back:
                yield (found.campaign, f"returned by {sharing}"), found.returned(sharing), back
