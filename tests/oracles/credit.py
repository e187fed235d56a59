"""Who is credited with what, and what campaigns gave back, from the rows as they are; docs/attribution.md in Python."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from statistics import median
from typing import Any

from tests.oracles.figures.money import path_to, worth
from tests.oracles.figures.raw import Raw

WEEK = timedelta(days=7)
# Hundredths: who was first, made the lead, opened the deal, was last before it was won; and all others together.
HUNDREDTHS = {
    "first_touch": ({"first": 100}, 0),
    "last_touch": ({"won": 100}, 0),
    "linear": ({}, 100),
    "u_shaped": ({"first": 40, "lead": 40}, 20),
    "w_shaped": ({"first": 30, "lead": 30, "deal": 30}, 10),
    "full_path": (
        {"first": Fraction(45, 2), "lead": Fraction(45, 2), "deal": Fraction(45, 2), "won": Fraction(45, 2)},
        10,
    ),
    "time_decay": ({}, 100),
}


def credited(raw: Raw, deal: Any) -> dict[int, dict[str, Any]]:
    """By touch: what it held, and by each model its part of the amount."""
    path = path_to(raw, deal)
    if not path:
        return {}
    held = {"first": path[0]}
    moments = {"lead": raw.by_id("leads.Lead")[deal.lead_id].created_at, "deal": deal.opened_at, "won": deal.closed_at}
    for milestone, moment in moments.items():
        held[milestone] = next((touch for touch in reversed(path) if touch.occurred_at <= moment), None)
    rows = {
        touch.id: {"milestones": [name for name, holder in held.items() if holder is touch]} for touch in path
    }  # fmt: skip
    for model in HUNDREDTHS:
        parts = in_cents(worth(raw, deal) or Decimal(0), weights(path, held, model))
        for touch, part in zip(path, parts, strict=True):
            rows[touch.id][model] = part
    return rows


def weights(path: list[Any], held: dict[str, Any], model: str) -> list[Fraction]:
    """What each touch weighs beside the others; not made to add up to anything."""
    of_milestones, of_others = HUNDREDTHS[model]
    found = dict.fromkeys((touch.id for touch in path), Fraction(0))
    holding = {held[name].id for name in of_milestones if held[name]}
    for name, weight in of_milestones.items():
        if held[name]:
            found[held[name].id] += weight
    others = [touch for touch in path if touch.id not in holding]
    for touch in others:
        age = path[-1].occurred_at - touch.occurred_at
        found[touch.id] += Fraction(2 ** -(age / WEEK)) if model == "time_decay" else Fraction(of_others, len(others))
    return list(found.values())


def in_cents(amount: Decimal, weighed: list[Fraction]) -> list[Decimal]:
    """Cut to the cent; the cents that are left go to those who lost most by that, of equals to the earlier."""
    whole = sum(weighed)
    exact = [Fraction(amount) * 100 * each / whole for each in weighed]
    cents = [floor(each) for each in exact]
    for _ in range(int(amount * 100) - sum(cents)):
        lost = [each - cut for each, cut in zip(exact, cents, strict=True)]
        cents[lost.index(max(lost))] += 1
    return [Decimal(each) / 100 for each in cents]


def all_credited(raw: Raw) -> dict[tuple[int, int], dict[str, Any]]:
    """By deal and touch, of all deals that are won."""
    won = [deal for deal in raw.all("leads.Opportunity") if deal.state == "won"]
    return {(deal.id, touch): row for deal in won for touch, row in credited(raw, deal).items()}


def revenue(raw: Raw) -> dict[int | None, dict[str, Decimal]]:
    """By campaign, and None for touches of no campaign: what it is credited with in the base currency."""
    deals, touches = raw.by_id("leads.Opportunity"), raw.by_id("leads.Touch")
    found: dict[int | None, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(HUNDREDTHS, Decimal(0)))
    for (deal, touch), row in all_credited(raw).items():
        if worth(raw, deals[deal]) is not None:
            for model in HUNDREDTHS:
                found[touches[touch].campaign_id][model] += row[model]
    return found


def payback(raw: Raw, campaign: Any) -> dict[str, Any]:
    """What a campaign cost by each who came by it first, and how long its customers took."""
    people = {lead.id: lead for lead in raw.all("leads.Lead") if lead.campaign_id == campaign.id}
    lives = [life for life in raw.all("leads.Episode") if life.lead_id in people]
    mqls = {life.lead_id for life in lives if life.mql_at}
    wins: dict[int, list] = defaultdict(list)
    for life in lives:
        if life.customer_at:
            wins[life.lead_id].append(life.customer_at - people[life.lead_id].created_at)
    days = [min(lengths) / timedelta(days=1) for lengths in wins.values()]
    counts = {"lead": len(people), "mql": len(mqls), "customer": len(wins)}
    spent = campaign.cost or 0
    each = {f"per_{name}": spent / count if spent and count else None for name, count in counts.items()}
    return each | {"leads": len(people), "mqls": len(mqls), "customers": len(wins), "days": days and median(days)}
