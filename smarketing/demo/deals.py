"""Deals: what they are worth, how long they take and how they end."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from leads.models import Handoff
from smarketing.demo import names
from smarketing.demo.agenda import Process
from smarketing.demo.chance import Chance
from smarketing.demo.judgement import chance_to_win
from smarketing.demo.scene import Scene
from smarketing.demo.world import Person

CURRENCY = "EUR"
WORTH = {"tiny": 3200, "small": 9800, "middling": 24500, "large": 61000}
MEDIAN_DAYS, SPREAD = 34, 0.5


def deal(scene: Scene, handoff: Handoff, person: Person, chance: Chance) -> Process:
    """Open it, change the amount once more is known, win or lose it."""
    rep, now = handoff.owner, scene.agenda.now
    lasts = timedelta(days=max(6, chance.around(MEDIAN_DAYS, SPREAD)))
    worth = chance.around(WORTH[person.firm.size], 0.4)
    opened = handoff.open_deal(
        amount=_round(worth), currency=CURRENCY, closes_on=(now + lasts * chance.uniform(0.8, 1.2)).date(),
        estimated=chance.yes(0.25), by=rep, at=now,
    )  # fmt: skip
    if chance.yes(0.3):
        now = yield scene.working(rep, now + lasts / 2, 1)
        opened.edit(by=rep, at=now, amount=_round(worth * chance.uniform(0.75, 1.25)))
    now = yield _decided(scene, handoff, now, lasts, chance)
    if chance.yes(chance_to_win(person, scene.cast.habit(rep).wins)):
        opened.win(by=rep, at=now)
    else:
        opened.lose(because=chance.choice(names.LOST_BECAUSE), by=rep, at=now)


def _decided(scene: Scene, handoff: Handoff, now: datetime, lasts: timedelta, chance: Chance) -> datetime:
    return scene.working(handoff.owner, now + lasts, chance.uniform(0.1, 7))


def _round(amount: float) -> Decimal:
    return Decimal(round(amount / 100) * 100)
