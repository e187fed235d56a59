"""Who gets which leads at the demo company: the South to who speaks its German, large firms partly to Key accounts."""

from __future__ import annotations

from common.conditions import Condition
from leads.models import RoutingRule
from smarketing.demo.cast import Cast
from smarketing.demo.story import Year, at

SOUTH = Condition("country", "is_any_of", ("Austria", "Switzerland"))
LARGE = Condition("employees", "at_least", ("500",))


def set_rules(cast: Cast, year: Year) -> None:
    """Nora writes the rules down on the first day; everybody else goes to Sales."""
    told = {"by": cast.nora, "at": at(year.first_day, "09:10")}
    RoutingRule.objects.add(conditions=[SOUTH], person=cast.lukas, **told)
    RoutingRule.objects.add(conditions=[LARGE], weights={cast.sales.pk: 3, cast.key_accounts.pk: 1}, **told)
    RoutingRule.objects.last_row().change(conditions=[], weights={cast.sales.pk: 1}, **told)
