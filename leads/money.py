"""How money of deals is counted: in the base currency.

Every figure of money takes its deals and its column from here, so that what is done about other currencies is done
once. What was won counts by the amount that was frozen at the rate of its month; what waits for that rate is left out.
What is open has no rate yet: of it only deals in the base currency are in a figure.
"""

from django.conf import settings
from django.db.models import QuerySet

AMOUNT = "amount"
WON_AMOUNT = "base_amount"


def in_base_currency(deals: QuerySet) -> QuerySet:
    """Those of these deals, open or closed, whose amount is in the base currency."""
    return deals.filter(currency=settings.BASE_CURRENCY)


def frozen(won: QuerySet, *, of: str = "") -> QuerySet:
    """Those of these won deals whose amount in the base currency is known; `of` leads from a row to its deal."""
    return won.filter(**{f"{of}{WON_AMOUNT}__isnull": False})
