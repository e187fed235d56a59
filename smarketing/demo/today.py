"""The last two working days: the queue a stranger finds has to be alive.

Whatever the year brought, each rep then has hand-offs that are new, with time left, one or two
that are overdue, somebody who asked to be called back, and a next step. A hot one came in minutes
ago; for two of a named account nobody is there, because who owns it fell ill.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from common.worktime import add_working_time, working_time_between
from leads.models import Attempt, Handoff
from leads.models.attempt import Channel, Outcome
from smarketing.demo.accounts import accounts_of
from smarketing.demo.agenda import Process
from smarketing.demo.behaviour import Act
from smarketing.demo.chance import Chance
from smarketing.demo.market import WEBINARS
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE
from smarketing.demo.world import Person

NEW, OLDER = timedelta(hours=6), timedelta(hours=14)
STAYS_NEW, STAYS_OLDER = 0.4, 0.05


class Visit(NamedTuple):
    """Working hours before the end at which some come back to the site, how many do, and what becomes of them."""

    hours: float
    people: int
    scene: str
    kind: str = "pricing_page"


VISITS = (
    Visit(13.0, 4, "calls back"),
    Visit(12.2, 4, "next step"),
    Visit(10.4, 4, "overdue"),
    Visit(6.1, 2, "nobody"),
    Visit(5.3, 4, "new"),
    Visit(3.4, 4, "new"),
    Visit(1.1, 4, "new"),
    Visit(0.35, 2, "new", "demo_request"),
)
ONE_VISITOR_IN = 14  # leads; a small demo has fewer


def visits_in(leads: int) -> list[Visit]:
    """One entry a visitor; the newest first, as far as so many leads allow."""
    everybody = [visit for visit in reversed(VISITS) for _ in range(visit.people)]
    return everybody[: leads // ONE_VISITOR_IN]


def visitors(scene: Scene) -> list[Act]:
    """Add those who come back in the last two days, and return what they do."""
    firms = accounts_of(scene)
    acts: list[Act] = []
    for number, visit in enumerate(visits_in(scene.leads)):
        chance = scene.chance("visit", number)
        then = scene.year.before_the_end(visit.hours)
        first = then - timedelta(days=chance.randrange(6, 20), minutes=chance.randrange(300))
        traits = {"firm": chance.choice(firms)} if visit.scene == "nobody" and firms else {}
        person = scene.world.person("Webinar", first, level="leads", size="middling", interest="evaluates", **traits)
        person.scene = visit.scene
        acts += _comes_back(person, visit.kind, first, then, chance)
    return acts


def _comes_back(person: Person, kind: str, first: datetime, then: datetime, chance: Chance) -> Iterator[Act]:
    yield Act(first, person.number, "webinar_registered", WEBINARS, WEBINARS)
    just = then - timedelta(minutes=chance.randrange(3, 9))
    yield Act(just, person.number, "page_view", detail="Compare")
    yield Act(just + timedelta(minutes=1), person.number, "pricing_page")
    yield Act(just + timedelta(minutes=2), person.number, "download", WEBINARS, "Buying guide: planning software")
    yield Act(then, person.number, kind)


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
    if rep is None or person.scene not in ("calls back", "next step"):
        return
    now = yield scene.working(rep, scene.agenda.now, chance.uniform(0.3, 1.5))
    handoff = scene.handoff(pk)
    if person.scene == "calls back":
        log = {"outcome": Outcome.CALL_BACK, "call_back_at": _later_today(scene, chance), "note": "In a meeting."}
        Attempt.objects.log(handoff, channel=Channel.CALL, by=rep, at=now, **log)
        return
    note = "Wants to see it with their own tours."
    Attempt.objects.log(handoff, channel=Channel.CALL, outcome=Outcome.SPOKE, by=rep, at=now, note=note)
    now = yield now + timedelta(minutes=9)
    scene.handoff(pk).plan_next(step="Show it with their tours", when=_later_today(scene, chance), by=rep, at=now)


def _later_today(scene: Scene, chance: Chance) -> datetime:
    """Some time in the next working hours, to the quarter."""
    soon = add_working_time(scene.year.desk_time, timedelta(minutes=chance.randrange(15, 150)), scene.year.hours)
    local = soon.astimezone(ZONE)
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
