"""Crediting: what a won deal's touches contributed, written down as soon as it is won and anew when they change.

On the path are the acts of the deal's contacts, from the look-back on until the deal was won. What we did
to them, and what came to nothing, is no act. docs/attribution.md says it at length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.attribution import MODELS, Milestone, Step, holders, path, shares, split
from leads.models import Contribution, DealContact, Opportunity, Touch
from leads.models.opportunity import DealState

LOOK_BACK = timedelta(days=365)  # before the deal was opened
AT_ONCE = 1000
SAID = [field.attname for field in Contribution._meta.concrete_fields if not field.primary_key]
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
        worth = self.deal.base_amount or Decimal(0)  # nothing to share until its rate is known; who led to it is
        parts = {key: split(worth, shares(moments, model, self.reached)) for key, model in MODELS.items()}
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
    """Write down what the touches of these deals contributed, where that has changed; return how many rows that wrote.

    A deal that is not won has none. Locks the deals, so that of two who credit one at the same moment the second
    sees what the first saw, or more.
    """
    if not deals:
        return 0
    found = Opportunity.objects.filter(pk__in=deals).order_by("pk").select_for_update(of=("self",))
    won = [deal for deal in found.select_related("lead") if deal.state == DealState.WON]
    said = {_told(row): row for journey in journeys(won) for row in journey.contributions()}
    written = {_told(row): row.pk for row in Contribution.objects.filter(deal__in=deals)}
    Contribution.objects.filter(pk__in=[pk for told, pk in written.items() if told not in said]).delete()
    changed = [row for told, row in said.items() if told not in written]
    Contribution.objects.bulk_create(changed, batch_size=2000)
    return len(changed)


def _told(row: Contribution) -> tuple:
    """All that a row says."""
    return tuple(tuple(value) if isinstance(value := getattr(row, name), list) else value for name in SAID)


def credit_of(people: Collection[int]) -> int:
    """Credit anew the deals of these leads: one was won or is open again, or something they did became known."""
    if not people:
        return 0
    theirs = Q(lead__in=people) | Q(pk__in=DealContact.objects.filter(lead__in=people).values("opportunity"))
    return credit(list(_won_or_was().filter(theirs).values_list("pk", flat=True)))


def credit_all() -> int:
    """Credit every deal that is or was won, a thousand at a time; return how many rows that wrote.

    What is written may be thrown away.
    """
    deals = list(_won_or_was().order_by("pk").values_list("pk", flat=True))
    return sum(credit(deals[start : start + AT_ONCE]) for start in range(0, len(deals), AT_ONCE))


def _won_or_was() -> QuerySet[Opportunity]:
    """The deals that are won, and those that are credited because they were."""
    credited = Exists(Contribution.objects.filter(deal=OuterRef("pk")))
    return Opportunity.objects.filter(Q(state=DealState.WON) | credited)


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
