"""The trail of routing in words: who changed which rule, when, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Team, User
from leads.models.routing import said_of, where_said
from leads.models.routing_change import Did, RoutingChange


@dataclass(frozen=True)
class Step:
    """One change: the rule as it was and as it became, each in a sentence, "" where it was not there."""

    change: RoutingChange
    was: str
    became: str

    @property
    def said(self) -> str:
        """What was done, in words."""
        if self.change.did == Did.MOVED:
            return f"moved from place {self.change.was['place']} to {self.change.became['place']}"
        return self.change.get_did_display()


def steps(changes: Iterable[RoutingChange]) -> list[Step]:
    """Changes in words; names are looked up as they are now."""
    changes = list(changes)
    told = [each for change in changes for each in (change.was, change.became) if each]
    people = User.objects.in_bulk({each["person"] for each in told if each["person"]})
    pools = Team.objects.in_bulk({int(pk) for each in told for pk in each["weights"]})
    return [Step(each, _said(each.was, people, pools), _said(each.became, people, pools)) for each in changes]


def _said(told: Mapping[str, Any] | None, people: Mapping[int, User], pools: Mapping[int, Team]) -> str:
    if told is None:
        return ""
    shares = [(pools[int(pk)], weight) for pk, weight in told["weights"].items()]
    return f"{said_of(told['conditions']) or 'Everybody else'}: {where_said(people.get(told['person']), shares)}"
