"""What of a lead may be contested: its returns by marketing, its deliveries by sales."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.access import Side, allowed
from accounts.models import User
from leads.models import Lead
from leads.one_lead import episodes_of, returns_of
from sla.models import Dispute


@dataclass(frozen=True)
class Row:
    """One return or delivery: what it says, the last dispute about it, and where this reader contests it."""

    words: str
    at: datetime
    dispute: Dispute | None
    url: str


def of_lead(lead: Lead, user: User) -> list[Row]:
    """The returns and deliveries of a lead that are disputed, or that this reader may contest; the latest first."""
    returns, delivered = returns_of(lead), [each for each in episodes_of(lead) if each.handed_over_at]
    about = _last(Dispute.objects.about(returns=returns, deliveries=delivered)) if returns or delivered else {}
    rows = [
        Row(f"Returned: {each.reason}", each.at, about.get((each.pk, None)), _door("contest_return", each.pk, user))
        for each in returns
    ] + [
        Row("Counts as delivered", each.handed_over_at, about.get((None, each.pk)),
            _door("contest_delivery", each.pk, user))
        for each in delivered
    ]  # fmt: skip
    return sorted((row for row in rows if row.dispute or row.url), key=lambda row: row.at, reverse=True)


def of_returns(returns: Iterable[int], user: User) -> dict[int, tuple[SafeString]]:
    """For a list of returns what the last column says of each: its dispute, or the door to begin one."""
    returns = list(returns)
    about = _last(Dispute.objects.about(returns=returns))
    return {pk: (_said(about.get((pk, None)), _door("contest_return", pk, user)),) for pk in returns}


def _said(dispute: Dispute | None, url: str) -> SafeString:
    if dispute:
        return format_html('<a href="{}">{}</a>', dispute.get_absolute_url(), dispute.get_state_display())
    return format_html('<a href="{}">Contest</a>', url) if url else mark_safe("–")


def _last(disputes: QuerySet[Dispute]) -> dict[tuple[int | None, int | None], Dispute]:
    return {(each.returned_id, each.delivered_id): each for each in disputes.order_by("at", "pk")}


def _door(name: str, pk: int, user: User) -> str:
    side = Side.MARKETING if name == "contest_return" else Side.SALES
    return reverse(name, args=[pk]) if side in user.sides and allowed(user, "dispute.contest") else ""
