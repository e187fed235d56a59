"""How money of deals is counted: in the base currency.

Every figure of money takes its deals and its column from here, so that what is done about other
currencies is done once.
"""

from django.conf import settings
from django.db.models import QuerySet

AMOUNT = "amount"


def in_base_currency(deals: QuerySet, *, of: str = "") -> QuerySet:
    """Those of these deals whose amount is in the base currency; `of` is the look-up from a row to its deal."""
    return deals.filter(**{f"{of}currency": settings.BASE_CURRENCY})
