"""Deals: what they are worth, how long they take and how they end; and those that a rep found alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from accounts.models import User
from leads.freezing import Told, enter
from leads.intake import source_lead
from leads.models import Lead, Opportunity
from smarketing.demo import names
from smarketing.demo.agenda import Process
from smarketing.demo.chance import Chance
from smarketing.demo.judgement import chance_to_win, worth_it
from smarketing.demo.scene import Scene
from smarketing.demo.story import at
from smarketing.demo.world import Person

CURRENCIES = {"Switzerland": "CHF", "United Kingdom": "GBP"}
RATES = {"CHF": 1.06, "GBP": 1.15}  # in euros, about which each month's lies
WORTH = {"tiny": 3200, "small": 9800, "middling": 24500, "large": 46000}
DAY = timedelta(days=1)
MEDIAN_DAYS, SPREAD = 34, 0.5
LEADS_A_SELF_SOURCED_ONE = 250
TOLD_BY_THE_PERSON = ("email", "first_name", "last_name", "title", "phone", "city", "country", "company", "industry",
                      "employees", "company_country")  # fmt: skip


def deal(scene: Scene, lead: Lead, rep: User, person: Person, chance: Chance) -> Process:
    """Open it, change the amount once more is known, win or lose it."""
    now = scene.agenda.now
    lasts = timedelta(days=max(6, chance.around(MEDIAN_DAYS, SPREAD)))
    worth = chance.around(WORTH[person.firm.size], 0.4)
    closes_on = (now + lasts * chance.uniform(0.8, 1.2)).date()
    terms = {"amount": _round(worth), "currency": CURRENCIES.get(person.firm.country, "EUR"), "closes_on": closes_on}
    terms["estimated"] = chance.yes(0.25)
    opened = Opportunity.objects.open_for(lead, **terms, rating=worth_it(person), by=rep, at=now)
    ends = now + lasts
    if chance.yes(0.3):
        now = yield scene.working(rep, now + lasts / 2, 1)
        opened.edit(by=rep, at=now, amount=_round(worth * chance.uniform(0.75, 1.25)))
    now = yield scene.working(rep, ends, chance.uniform(0.1, 7))
    if chance.yes(chance_to_win(person, scene.cast.habit(rep).wins)):
        opened.win(by=rep, at=now)
    else:
        opened.lose(because=chance.choice(names.LOST_BECAUSE), by=rep, at=now)


def enter_rates(scene: Scene) -> Process:
    """In the first days of each month the head of sales enters what other currencies were worth in the last one."""
    chance, year = scene.chance("rates"), scene.year
    for day in (each for each in map(year.day, range(31, year.days)) if each.day == 1):
        now = yield at(year.working_day_before(day + 5 * DAY), "09:10")
        last = (day - DAY).replace(day=1)
        told = [
            Told(currency, last, Decimal(str(round(usual * chance.uniform(0.97, 1.03), 4))))
            for currency, usual in RATES.items()
        ]
        enter(told, by=scene.cast.nora, at=now)


def find_own(scene: Scene, number: int) -> Process:
    """A rep meets somebody alone: it starts with sales and enters no rate of marketing's."""
    chance = scene.chance("found alone", number)
    rep = chance.choice(scene.cast.reps)
    begins = scene.some_day(rep, scene.agenda.now, chance.randrange(30, 230), chance)
    person = scene.world.person("Website", begins, level="leads", size="middling", interest="reads")
    now = yield begins
    facts = person.facts()
    lead = source_lead({name: facts[name] for name in TOLD_BY_THE_PERSON if name in facts}, by=rep, at=now)
    person.lead_id, scene.person_of[lead.pk] = lead.pk, person
    now = yield scene.some_day(rep, now, chance.randrange(2, 12), chance)
    yield from deal(scene, lead, rep, person, chance)


def _round(amount: float) -> Decimal:
    return Decimal(round(amount / 100) * 100)
