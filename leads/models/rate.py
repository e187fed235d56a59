"""What a unit of another currency was worth in the base currency, month by month."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from accounts.models import User

CENT = Decimal("0.01")
ONE = Decimal(1)
FREEZING = 7_236_002  # the key of the advisory lock between who wins a deal and who enters its rate


class RateQuerySet(models.QuerySet["Rate"]):
    """Rates, looked up."""

    def of(self, currency: str, won_at: datetime) -> Decimal | None:
        """The rate for a deal won at a moment: one for the base currency, None where nobody has entered it.

        In a transaction: nobody can enter the rate between this look-up and what is written by it.
        """
        if currency == settings.BASE_CURRENCY:
            return ONE
        hold_rates(shared=True)
        return self.filter(currency=currency, month=month_of(won_at)).values_list("rate", flat=True).first()

    def newest(self, currencies: Collection[str], *, on: date) -> dict[str, Decimal]:
        """The rates at which what is not won yet is estimated on a day, by currency: the newest entered until then.

        One for the base currency; without those that nobody entered. One query, where there are others.
        """
        others = [each for each in currencies if each != settings.BASE_CURRENCY]
        known = self.filter(currency__in=others, month__lte=on).order_by("currency", "-month").distinct("currency")
        return {settings.BASE_CURRENCY: ONE} | (dict(known.values_list("currency", "rate")) if others else {})


def month_of(won_at: datetime) -> date:
    """The first day of the month whose rate counts for a deal won then; months begin in UTC, for everybody alike."""
    return won_at.astimezone(UTC).date().replace(day=1)


def in_base(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount in the base currency to the cent, half a cent up."""
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)


def plainly(rate: Decimal) -> str:
    """A rate as it is read, without the noughts at its end."""
    return f"{rate.normalize():f}"


def hold_rates(*, shared: bool) -> None:
    """Until the transaction ends nobody changes rates; not shared, nobody reads them either."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [FREEZING])


class Rate(models.Model):
    """What one unit of a currency was worth in the base currency, in one month."""

    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="Its first day.")
    rate = models.DecimalField(max_digits=15, decimal_places=8)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "month"], name="rate_one_a_month"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
            models.CheckConstraint(condition=Q(month__day=1), name="rate_month_begins_on_its_first"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="rate_currency_has_three_letters"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} in {self.month:%B %Y}: {self.shown}"

    @property
    def shown(self) -> str:
        return plainly(self.rate)
