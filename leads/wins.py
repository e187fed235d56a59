"""Wins: each customer traced back to the first contact with a campaign, with who did what on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts.access import MARKETING
from accounts.models import User
from campaigns.models import Brief
from leads.lifecycle import PROMOTE
from leads.models import Attempt, Contribution, Opportunity, Thanks, Transition
from leads.models.opportunity import DealState

SHOWN = (
    "state", "amount", "currency", "closed_at", "company__name", "owner__name", "owner__email", "handoff__accepted_by",
    "lead__first_name", "lead__last_name", "lead__email", "lead__origin", "lead__created_at", "lead__marketing_owner",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What somebody did for a win: "accepted the hand-off, made 4 attempts"."""

    by: User
    deeds: tuple[str, ...]


@dataclass(frozen=True)
class Win:
    """A deal that was won, with the touch it began with and what people did; `thanks` are the earliest first."""

    deal: Opportunity
    first: Contribution | None
    parts: list[Part] = field(default_factory=list)
    thanks: list[Thanks] = field(default_factory=list)

    @property
    def began_at(self) -> datetime:
        """The first touch, or else when the person became known."""
        return self.first.at if self.first else self.deal.lead.created_at

    @property
    def days(self) -> int:
        """From the first contact to the win."""
        return max((self.deal.closed_at - self.began_at).days, 0)

    @property
    def to_thank(self) -> list[User]:
        """Who took part; all of marketing where the deal began with a campaign."""
        people = [part.by for part in self.parts]
        if self.first and self.first.campaign_id:
            people += User.objects.with_role(*MARKETING).exclude(pk__in=[person.pk for person in people])
        return people

    def is_thanked_by(self, user: User) -> bool:
        return any(each.by_id == user.pk for each in self.thanks)


def won(deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Those that were won, with what a page of wins reads of them."""
    return deals.filter(state=DealState.WON).select_related("lead", "company", "owner", "handoff").only(*SHOWN)


def wins(deals: Iterable[Opportunity]) -> list[Win]:
    """These won deals as wins, in their order; a fixed number of queries."""
    if not (deals := list(deals)):
        return []
    firsts = _firsts(deals)
    parts, thanks = _parts(deals, firsts), defaultdict(list)
    for each in Thanks.objects.filter(deal__in=deals).select_related("by"):
        thanks[each.deal_id].append(each)
    return [Win(deal, firsts.get(deal.pk), parts[deal.pk], thanks[deal.pk]) for deal in deals]


def _firsts(deals: list[Opportunity]) -> dict[int, Contribution]:
    """The touch that each began with; where it belongs to no campaign, the first one that does."""
    rows = Contribution.objects.filter(deal__in=deals).select_related("campaign", "touch__content", "lead")
    earliest = rows.alias(of_none=Q(campaign=None)).order_by("deal_id", "of_none", "at", "touch_id")
    return {row.deal_id: row for row in earliest.distinct("deal_id")}


def _parts(deals: list[Opportunity], firsts: dict[int, Contribution]) -> dict[int, list[Part]]:
    """Who did what, in the order in which it comes about."""
    deeds: dict[int, dict[int, list[str]]] = {}
    briefs = Brief.objects.filter(campaign__in=[first.campaign_id for first in firsts.values()])
    briefed = dict(briefs.values_list("campaign", "given_by"))
    qualified, tried = _qualified(deals), _tried(deals)
    for deal in deals:
        first, handoff = firsts.get(deal.pk), deal.handoff
        done = [
            (briefed.get(first and first.campaign_id), "briefed sales on the campaign"),
            (deal.lead.marketing_owner_id, "kept the plan for the lead"),
            (qualified.get(deal.lead_id), "qualified the lead by hand"),
            (handoff and handoff.accepted_by_id, "accepted the hand-off"),
            *((rep, f"made {count} attempt{'' if count == 1 else 's'}") for rep, count in tried[deal.handoff_id]),
            (deal.owner_id, "won the deal"),
        ]
        deeds[deal.pk] = defaultdict(list)
        for by, deed in done:
            if by:
                deeds[deal.pk][by].append(deed)
    people = User.objects.select_related("team").in_bulk({by for done in deeds.values() for by in done})
    return {pk: [Part(people[by], tuple(what)) for by, what in done.items()] for pk, done in deeds.items()}


def _qualified(deals: list[Opportunity]) -> dict[int, int]:
    """By lead, who qualified it by hand."""
    by_hand = Transition.objects.counted().filter(
        lead__in=[deal.lead_id for deal in deals], move=PROMOTE.name, by__isnull=False
    )
    return dict(by_hand.order_by("at").values_list("lead", "by"))


def _tried(deals: list[Opportunity]) -> dict[int | None, list[tuple[int, int]]]:
    """By hand-off, who made how many attempts; who made most first."""
    counted = Attempt.objects.standing().filter(handoff__in=[deal.handoff_id for deal in deals if deal.handoff_id])
    rows = counted.order_by().values_list("handoff", "by").annotate(Count("pk"))
    tried: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for handoff, by, count in sorted(rows, key=lambda row: -row[2]):
        tried[handoff].append((by, count))
    return tried
