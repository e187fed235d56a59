"""Crediting: what a won deal's touches contributed, written down as soon as it is won and anew when they change.

On the path are the acts of the deal's contacts, from the look-back on until the deal was won. What we did
to them, and what came to nothing, is no act. docs/attribution.md says it at length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from leads.attribution import MODELS, Milestone, Step, holders, path, shares, split
from leads.models import Contribution, DealContact, Opportunity, Touch
from leads.models.opportunity import DealState

LOOK_BACK = timedelta(days=365)  # before the deal was opened
AT_ONCE = 1000
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Journey:
    """The way to a deal: its touches that count, the earliest first, and when its milestones were reached."""

    deal: Opportunity
    steps: list[Step]
    reached: dict[Milestone, datetime]

    def contributions(self) -> Iterator[Contribution]:
        """The rows of a won deal."""
        moments = [step.at for step in self.steps]
        parts = {key: split(self.deal.amount, shares(moments, model, self.reached)) for key, model in MODELS.items()}
        held = defaultdict(list)
        for milestone, number in holders(moments, Milestone, self.reached).items():
            held[number].append(milestone.value)
        for number, step in enumerate(self.steps):
            yield Contribution(
                deal=self.deal, touch_id=step.touch_id, lead_id=step.lead_id, campaign_id=step.campaign_id, at=step.at,
                milestones=held[number], **{key: amounts[number] for key, amounts in parts.items()},
            )  # fmt: skip


@transaction.atomic
def credit(deals: Collection[int]) -> int:
    """Write anew what the touches of these deals contributed; return how many rows. One that is not won has none.

    Locks the deals, so that of two who credit one at the same moment the second sees what the first saw, or more.
    """
    if not deals:
        return 0
    found = Opportunity.objects.filter(pk__in=deals).order_by("pk").select_for_update(of=("self",))
    won = [deal for deal in found.select_related("lead") if deal.state == DealState.WON]
    Contribution.objects.filter(deal__in=deals).delete()
    rows = [row for journey in journeys(won) for row in journey.contributions()]
    Contribution.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def credit_of(people: Collection[int]) -> int:
    """Credit anew the deals of these leads: one was won or is open again, or something they did became known."""
    if not people:
        return 0
    theirs = Q(lead__in=people) | Q(pk__in=DealContact.objects.filter(lead__in=people).values("opportunity"))
    won_or_was = Q(state=DealState.WON) | Exists(Contribution.objects.filter(deal=OuterRef("pk")))
    return credit(list(Opportunity.objects.filter(theirs, won_or_was).values_list("pk", flat=True)))


def credit_all() -> int:
    """Credit every won deal anew, a thousand at a time; return how many rows. What is written may be thrown away."""
    won = list(Opportunity.objects.filter(state=DealState.WON).order_by("pk").values_list("pk", flat=True))
    return sum(credit(won[start : start + AT_ONCE]) for start in range(0, len(won), AT_ONCE))


def journeys(deals: Iterable[Opportunity]) -> list[Journey]:
    """The ways to these deals, the open ones up to now; two queries, however many."""
    deals = list(deals)
    people = {deal.pk: {deal.lead_id} for deal in deals}
    for deal, lead in DealContact.objects.filter(opportunity__in=people).values_list("opportunity_id", "lead_id"):
        people[deal].add(lead)
    steps = _acts({lead for leads in people.values() for lead in leads})
    return [_journey(deal, [step for lead in people[deal.pk] for step in steps[lead]]) for deal in deals]


def _acts(leads: set[int]) -> dict[int, list[Step]]:
    acts = Touch.objects.responded().filter(lead__in=leads).order_by("occurred_at", "pk")
    found: dict[int, list[Step]] = defaultdict(list)
    for at, touch, lead, campaign in acts.values_list("occurred_at", "pk", "lead_id", "campaign_id"):
        found[lead].append(Step(at, touch, lead, campaign))
    return found


def _journey(deal: Opportunity, steps: list[Step]) -> Journey:
    until = deal.closed_at or FOR_EVER
    reached = {Milestone.LEAD: deal.lead.created_at, Milestone.DEAL: deal.opened_at, Milestone.WON: until}
    return Journey(deal, path(steps, since=deal.opened_at - LOOK_BACK, until=until), reached)
