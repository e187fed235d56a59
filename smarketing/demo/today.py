"""The last days: the queue a stranger finds has to be alive.

Whatever the year brought, each rep then has hand-offs that are new, with time left; some have one
that is overdue, somebody who asked to be called back, a next step, or one that marketing has just
completed. A hot one came in minutes ago; for two of named accounts nobody is there, because who
owns them fell ill. They come in place of others, so that marketing delivers no more than usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import User
from common.worktime import add_working_time, working_time_between
from leads.models import Attempt, Handoff
from leads.models.attempt import Channel, Outcome
from smarketing.demo.accounts import accounts_of
from smarketing.demo.agenda import Process
from smarketing.demo.behaviour import Act, first_act
from smarketing.demo.chance import Chance
from smarketing.demo.judgement import DEAD_NUMBER
from smarketing.demo.market import BUYING_GUIDE, CONTENTS
from smarketing.demo.marketers import repair
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE, Year
from smarketing.demo.world import Person, moment_on

NEW, OLDER = timedelta(hours=6), timedelta(hours=14)
STAYS_NEW, STAYS_OLDER = 0.4, 0.05
# What could make an MQL of somebody: in the last days that is left to those whom the queue needs.
LOUD = frozenset({"pricing_page", "download", "demo_request", "price_request", "form"})
QUIET_HOURS = 60.0


class Visit(NamedTuple):
    """Working hours before the end at which some come back to the site, how many do, and what becomes of them."""

    hours: float
    people: int
    scene: str


VISITS = (
    Visit(47.0, 2, "next step"),
    Visit(37.4, 2, "calls back"),
    Visit(29.5, 2, "next step"),
    Visit(20.3, 2, "calls back"),
    Visit(10.4, 3, "overdue"),
    Visit(7.4, 2, "repaired"),
    Visit(6.1, 2, "nobody"),
    Visit(5.3, 2, "new"),
    Visit(3.4, 2, "new"),
    Visit(1.1, 2, "new"),
    Visit(0.35, 1, "asks for a demo"),
)
ONE_VISITOR_IN = 14  # leads; a small demo has fewer


class Guest(NamedTuple):
    """Who comes back, and what they do then; what they did at first is their campaign's."""

    source: str
    level: str
    size: str
    acts: tuple[str, ...]


GUESTS = (
    Guest("Search", "leads", "middling", ("page_view", "pricing_page")),
    Guest("LinkedIn", "manages", "middling", ("download", "pricing_page")),
    Guest("Webinar", "leads", "large", ("page_view", "download", "pricing_page", "pricing_page")),
    Guest("Referral", "manages", "middling", ("pricing_page", "pricing_page")),
    Guest("Newsletter", "leads", "middling", ("download", "pricing_page")),
    Guest("Content partner", "manages", "middling", ("page_view", "pricing_page", "pricing_page")),
    Guest("Search", "leads", "small", ("page_view", "download", "pricing_page", "pricing_page")),
    Guest("Webinar", "leads", "middling", ("page_view", "pricing_page", "download", "pricing_page")),
    Guest("Website", "manages", "middling", ("pricing_page", "page_view", "download")),
)
# Of a named account, whatever its size; and somebody who skips the points.
CERTAIN = Guest("Webinar", "leads", "large", ("page_view", "download", "pricing_page", "pricing_page"))
IN_A_HURRY = Guest("Search", "manages", "small", ("page_view", "demo_request"))
PLAYED_BY = {"nobody": CERTAIN, "asks for a demo": IN_A_HURRY}


def visits_in(leads: int) -> list[Visit]:
    """One entry a visitor; the newest first, as far as so many leads allow."""
    everybody = [visit for visit in reversed(VISITS) for _ in range(visit.people)]
    return everybody[: leads // ONE_VISITOR_IN]


def make_way(planned: list[Act], year: Year) -> list[Act]:
    """What people planned, but nothing in the last days that could make an MQL of somebody who has been here before."""
    quiet = year.before_the_end(QUIET_HOURS)
    first = {act.person: act.at for act in reversed(planned)}
    return [act for act in planned if act.at < quiet or act.kind not in LOUD or act.at == first[act.person]]


def visitors(scene: Scene) -> list[Act]:
    """Add those who come back in the last days, and return what they do."""
    firms = accounts_of(scene)
    acts: list[Act] = []
    for number, visit in enumerate(visits_in(scene.leads)):
        chance = scene.chance("visit", number)
        guest = PLAYED_BY.get(visit.scene) or GUESTS[number % len(GUESTS)]
        then = scene.year.before_the_end(visit.hours)
        day = scene.year.working_day_before(then.astimezone(ZONE).date(), chance.randrange(4, 14))
        first = moment_on(day, chance)
        traits = {"firm": firms[number % len(firms)]} if visit.scene == "nobody" and firms else {}
        person = scene.world.person(
            guest.source, first, level=guest.level, size=guest.size, interest="evaluates", **traits
        )
        person.scene = visit.scene
        acts += _comes_back(person, guest, first, then, chance)
    return acts


def _comes_back(person: Person, guest: Guest, first: datetime, then: datetime, chance: Chance) -> Iterator[Act]:
    yield first_act(person, first)
    since = then - timedelta(minutes=chance.randrange(3, 7))
    for place, kind in enumerate(guest.acts):
        detail = {"page_view": "Compare", "demo_request": "from the comparison page"}.get(kind, "")
        content = (CONTENTS[BUYING_GUIDE][1], BUYING_GUIDE) if kind == "download" else ("", "")
        yield Act(since + (then - since) * place / (len(guest.acts) - 1), person.number, kind, *content, detail)


def moments(scene: Scene) -> list[datetime]:
    """When they have just come back."""
    soon = timedelta(seconds=25)
    return sorted(scene.year.before_the_end(visit.hours) + soon for visit in VISITS)


def lies_still(scene: Scene, handoff: Handoff, person: Person, chance: Chance) -> bool:
    """Whether nobody has come to it by the end: most of what is new, and a little of what should be done."""
    if person.scene:
        return True
    open_for = working_time_between(handoff.assigned_at or handoff.made_at, scene.year.desk_time, scene.year.hours)
    if open_for < NEW:
        return chance.yes(STAYS_NEW)
    return open_for < OLDER and chance.yes(STAYS_OLDER)


def play(scene: Scene, pk: int, person: Person, chance: Chance) -> Process:
    """What has been done by the end with the hand-offs that show a day's work."""
    rep = scene.handoff(pk).owner
    if rep is None or person.scene not in DONE:
        return
    now = yield scene.working(rep, scene.agenda.now, chance.uniform(0.3, 1.5))
    yield from DONE[person.scene](scene, pk, rep, chance, now)


def _asks_to_be_called(scene: Scene, pk: int, rep: User, chance: Chance, now: datetime) -> Process:
    then, note = _later_today(scene, chance), chance.choice(BUSY)
    log = {"outcome": Outcome.CALL_BACK, "call_back_at": then, "note": note}
    Attempt.objects.log(scene.handoff(pk), channel=Channel.CALL, by=rep, at=now, **log)
    yield from ()


def _is_spoken_with(scene: Scene, pk: int, rep: User, chance: Chance, now: datetime) -> Process:
    note, step = chance.choice(NEXT)
    Attempt.objects.log(scene.handoff(pk), channel=Channel.CALL, outcome=Outcome.SPOKE, by=rep, at=now, note=note)
    now = yield now + timedelta(minutes=9)
    scene.handoff(pk).plan_next(step=step, when=_later_today(scene, chance), by=rep, at=now)


def _is_completed(scene: Scene, pk: int, rep: User, chance: Chance, now: datetime) -> Process:
    reason = scene.reasons[DEAD_NUMBER.reason]
    scene.handoff(pk).send_back(reason, by=rep, at=now, evidence=DEAD_NUMBER.evidence)
    yield from repair(scene, pk)


DONE = {"calls back": _asks_to_be_called, "next step": _is_spoken_with, "repaired": _is_completed}
BUSY = ("In a meeting.", "On the road until noon.", "Back from the depot later.", "Wants the planner on the call too.")
NEXT = (
    ("Wants to see it with their own tours.", "Show it with their tours"),
    ("Asked for two references of their size.", "Send the references, then call"),
    ("Three vendors; decides before the new year.", "Send the offer"),
    ("The COO has to see it.", "Call again with the COO"),
)


def _later_today(scene: Scene, chance: Chance) -> datetime:
    """Some time in the next working hours, to the quarter."""
    soon = add_working_time(scene.year.desk_time, timedelta(minutes=chance.randrange(15, 150)), scene.year.hours)
    local = soon.astimezone(ZONE)
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
