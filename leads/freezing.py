"""Entering rates, and freezing what waits for them.

A deal is frozen when it is won, at the rate of that month. Without one it is won all the same and waits:
it is in no figure of money until its rate is entered, which freezes it. A rate that is changed later
changes no deal that was frozen before, unless whoever enters it says that the old one was a mistake.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth

from accounts.access import check
from accounts.models import User
from common.errors import Incomplete
from leads.lifecycle import leads_changed
from leads.models import Opportunity, Rate
from leads.models.rate import hold_rates

HIGHEST = Decimal(1_000_000)
PLACES = Decimal("1e-8")
MOST = 5_000  # lines at once

# numeric rounds half a cent up, as `in_base` does.
FREEZE = """
UPDATE leads_opportunity d
   SET rate = r.rate, base_amount = round(d.amount * r.rate, 2)
  FROM leads_rate r
 WHERE d.state = 'won' AND {which} AND r.currency = d.currency
   AND r.month = date_trunc('month', d.closed_at AT TIME ZONE 'UTC')::date
RETURNING d.id
"""
WAITING = FREEZE.format(which="d.base_amount IS NULL")
FROZEN_OTHERWISE = FREEZE.format(which="d.rate <> r.rate AND (r.currency, r.month) IN %s")


@dataclass(frozen=True)
class Told:
    """One rate as somebody enters it: what one unit of the currency was worth in the base currency, in a month."""

    currency: str
    month: date
    rate: Decimal


@dataclass(frozen=True)
class Waiting:
    """Won deals that wait for one rate."""

    currency: str
    month: date
    deals: int

    @property
    def label(self) -> str:
        return "1 deal waits" if self.deals == 1 else f"{self.deals:,} deals wait"


class Entered(NamedTuple):
    """What came of entering rates: how many are new or changed, and the deals that were frozen by them: those that
    waited, and those whose rate had been a mistake.
    """

    rates: int
    frozen: list[Opportunity]
    mended: list[Opportunity]


@transaction.atomic
def enter(rates: Iterable[Told], *, by: User, at: datetime, mend: bool = False) -> Entered:
    """Enter rates, each in place of the one that was there, and freeze the won deals that wait for them.

    `mend` says that what was there was a mistake: deals won at another rate are frozen anew at the one entered.
    Raises Incomplete, and enters none, where one cannot be.
    """
    check(by, "rate.edit")
    told = {(each.currency, each.month): each.rate for each in map(_checked, rates)}
    hold_rates(shared=False)
    months = {month for _, month in told}
    known = {(each.currency, each.month): each.rate for each in Rate.objects.filter(month__in=months)}
    new = [
        Rate(currency=currency, month=month, rate=rate, by=by, at=at)
        for (currency, month), rate in told.items()
        if known.get((currency, month)) != rate
    ]
    keys, changed = ["currency", "month"], ["rate", "by", "at"]
    Rate.objects.bulk_create(new, update_conflicts=True, unique_fields=keys, update_fields=changed)
    return Entered(len(new), _freeze(WAITING), _freeze(FROZEN_OTHERWISE, tuple(told)) if mend and told else [])


def _freeze(statement: str, *values: Any) -> list[Opportunity]:
    """Freeze deals at the rate there is now, and tell whoever counts them."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        frozen = [pk for (pk,) in cursor.fetchall()]
    deals = list(Opportunity.objects.filter(pk__in=frozen).order_by("closed_at", "pk"))
    if deals:
        leads_changed.send(Opportunity, events=deals)
    return deals


def waiting() -> list[Waiting]:
    """The rates that won deals wait for, the earliest first."""
    deals = Opportunity.objects.without_rate().order_by().annotate(month=TruncMonth("closed_at", tzinfo=UTC))
    counted = deals.values_list("currency", "month").annotate(count=Count("pk")).order_by("month", "currency")
    return [Waiting(currency, month.date(), count) for currency, month, count in counted]


def read(text: str) -> list[Told]:
    """Rates out of pasted lines or a file: currency, month and rate, with commas, semicolons or tabs between.

    A first line without a number is a heading. Raises Incomplete, naming the line, for what cannot be read.
    """
    return list(_read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()))


def _read(lines: list[str]) -> Iterator[Told]:
    if len(lines) > MOST:
        raise Incomplete(f"That is more than {MOST:,} lines; give them in parts.", "lines")
    for number, line in enumerate(lines, start=1):
        separator = next((each for each in "\t;" if each in line), ",")
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        if not any(cells) or (number == 1 and not any(letter.isdigit() for letter in line)):
            continue
        try:
            currency, month, rate = cells
            yield _checked(Told(currency, _month(month), Decimal(rate.replace(",", "."))))
        except (ValueError, InvalidOperation):
            raise Incomplete(
                f"Line {number}, “{line[:60]}”, is not a currency, a month and a rate, such as USD, 2026-11, 0.92.",
                "lines",
            ) from None
        except Incomplete as wrong:
            raise Incomplete(f"Line {number}: {wrong}", "lines") from None


def _month(text: str) -> date:
    """The first day of "2026-11" or "2026-11-30"."""
    return date.fromisoformat(text if len(text) > len("2026-11") else f"{text}-01").replace(day=1)


def _checked(told: Told) -> Told:
    currency = told.currency.strip().upper()
    if not (len(currency) == len("EUR") and currency.isascii() and currency.isalpha()):
        raise Incomplete(f"“{told.currency}” is no currency: it has three letters, such as USD.", "currency")
    if currency == settings.BASE_CURRENCY:
        raise Incomplete(f"{currency} is the base currency; its rate is always 1.", "currency")
    if not told.rate.is_finite() or not PLACES <= told.rate < HIGHEST:
        raise Incomplete(f"A rate lies above 0 and under {HIGHEST:,}.", "rate")
    return Told(currency, told.month.replace(day=1), told.rate.quantize(PLACES))
