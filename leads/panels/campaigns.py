"""What came of campaigns and content, on their pages."""

from typing import Any

from accounts.models import User
from agreements.models import Sharing
from campaigns.models import Campaign
from common import clock as db_clock
from common.columns import columns
from common.panels import panel
from leads import tallies
from leads.models.tally import Of
from leads.payback import agreed_sharing, paybacks


@columns("campaigns", "Leads", "MQLs", "Customers")
def figures_of_campaigns(ids: list[int], user: User) -> dict[int, tuple[int, int, int]]:
    """What came of each, by the leads that it brought first."""
    return {pk: tuple(told[:3]) for pk, told in tallies.of_campaigns(ids, at=db_clock.now()).items()}


@panel("campaigns_counted", "leads/_counted.html")
def campaigns_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.CAMPAIGN, *_one(object_id), at=db_clock.now())}


@panel("content_counted", "leads/_counted.html")
def content_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.CONTENT, *_one(object_id), at=db_clock.now())}


def _one(object_id: int) -> list[str]:
    """The key of the row a page is of; none on the page of the list."""
    return [str(object_id)] if object_id else []


@panel("payback", "leads/_payback.html")
def paid_back(object_id: int, user: User) -> dict[str, Any]:
    """What the campaign cost and what came of it, by the agreed model and by the others."""
    sharing, is_agreed = agreed_sharing()
    told = tallies.of_campaigns([object_id], at=db_clock.now())
    payback = paybacks([Campaign.objects.get(pk=object_id)], told)[0]
    others = [(each, payback.revenue[each], payback.returned(each)) for each in Sharing]
    return {
        "payback": payback, "sharing": sharing, "is_agreed": is_agreed, "others": others,
        "revenue": payback.revenue[sharing], "returned": payback.returned(sharing),
    }  # fmt: skip


@columns("content", "Hand-offs")
def brought_in(ids: list[int], user: User) -> dict[int, tuple[int]]:
    """How many hand-offs each piece pulled in."""
    return {pk: (count,) for pk, count in tallies.of_contents(ids, at=db_clock.now()).items()}
