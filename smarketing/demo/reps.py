"""What a rep does with one hand-off, from the first look at it to its end."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta

from leads.models import Aside, Attempt, Handoff
from leads.models.attempt import Channel, Outcome
from leads.models.returns import Result
from smarketing.demo import judgement, today
from smarketing.demo.agenda import Process
from smarketing.demo.chance import Chance
from smarketing.demo.deals import deal
from smarketing.demo.judgement import Objection
from smarketing.demo.marketers import merge_double, nurture, repair
from smarketing.demo.remarks import remark
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE
from smarketing.demo.world import Person

MOST_ATTEMPTS = 6
HOT_HOURS = 0.28
SPREAD = 0.75
FORGETS, FORGOTTEN_HOURS = 0.025, 13
REMARKS = 0.12
TOLD_LATE = 0.3
REACHES = {"passes": 0.75, "reads": 1.0, "evaluates": 1.25}
SPOKE = (
    "Plans sixty trucks with two people; wants to see a tour with returns.",
    "Asked what it costs a vehicle. Sends last month's tours.",
    "Interested, but only once the second hub is open.",
    "Compares three vendors; we are the second.",
    "Their planner retires next year. That is the project.",
)
ANSWERS = (
    ("Empty runs on the way back", "The COO, with the fleet manager", "In the budget for next year", "Before summer"),
    ("Two planners, four hours a day each", "The managing director", "Yes, if it pays within a year", "Next quarter"),
    (
        "Changes during the day",
        "Head of transport; IT has a say",
        "Not yet, asks for our numbers",
        "When the hub opens",
    ),
)
STEPS = ("Show it with their tours", "Send the offer", "Meet them", "Call with their planner", "Send two references")

Answer = Generator[datetime, datetime, bool]


def follow_up(scene: Scene, handoff: Handoff, turn: int = 0) -> Process:
    """Look at it, return it or accept it, try to reach the person, and see what comes of that."""
    pk = handoff.pk
    person = scene.person_of[handoff.lead_id]
    chance = scene.chance("follow up", person.number, handoff.episode, turn)
    if not handoff.is_open or person.scene == "nobody":
        return
    if handoff.owner is None:
        yield from _find_owner(scene, handoff, chance)
        handoff = scene.handoff(pk)
    if today.lies_still(scene, handoff, person, chance):
        yield from today.play(scene, pk, person, chance)
        return
    yield _first_answer(scene, handoff, chance)
    handoff = scene.handoff(pk)
    if not handoff.is_open or handoff.repair_since:
        return
    if objection := _objection(person, chance, complete=turn > 0 or handoff.hot):
        send_back(scene, handoff, objection, turn=turn)
    elif (yield from _reach(scene, handoff, person, chance)):
        yield from _qualify(scene, handoff, person, chance)


def come_back(scene: Scene, aside: Aside) -> Process:
    """Who was set aside looks through what waits, and is back some time on the next working day."""
    now = yield scene.some_day(aside.rep, aside.from_at, 1, scene.chance("back", aside.rep.email, aside.from_at))
    aside.end(by=aside.rep, at=now)


def send_back(scene: Scene, handoff: Handoff, objection: Objection, *, turn: int) -> None:
    """Return it, and let those begin who have to act on that."""
    returned = handoff.send_back(
        scene.reasons[objection.reason],
        by=handoff.owner,
        at=scene.agenda.now,
        note=objection.note,
        evidence=objection.evidence,
        rating=objection.rating,
    )
    begin = scene.agenda.begin

    def go_on() -> None:
        begin(follow_up(scene, scene.handoff(handoff.pk), turn + 1))

    if returned.result == Result.REPAIR:
        begin(repair(scene, handoff.pk, then=go_on))
    elif returned.result == Result.MERGE:
        begin(merge_double(scene, handoff.lead_id, objection.evidence["lead"], then=go_on))
    elif returned.result == Result.REROUTE:
        go_on()
    elif returned.result == Result.RECYCLED:
        begin(nurture(scene, handoff.lead_id))


def _objection(person: Person, chance: Chance, *, complete: bool) -> Objection | None:
    if person.double_of and person.double_of.lead_id not in (None, person.lead_id):
        return Objection("duplicate", {"lead": person.double_of.lead_id})
    if not complete and (missing := judgement.clerical(person, chance)):
        return missing
    return judgement.before_talking(person, chance)


def _find_owner(scene: Scene, handoff: Handoff, chance: Chance) -> Process:
    """Nobody could be given it: the head of sales finds somebody."""
    nora = scene.cast.nora
    now = yield scene.working(nora, handoff.made_at, chance.around(2.2, 0.4))
    handoff = scene.handoff(handoff.pk)
    if handoff.owner is None:
        here = [rep for rep in scene.cast.reps if scene.is_here(rep, now)]
        handoff.reassign(to=chance.choice(here), because="Nobody of their team was there", by=nora, at=now)


def _first_answer(scene: Scene, handoff: Handoff, chance: Chance) -> datetime:
    rep, since = handoff.owner, scene.agenda.now
    habit = scene.cast.habit(rep)
    if habit.waits_after and since.astimezone(ZONE).hour >= habit.waits_after and chance.yes(0.9):
        return scene.next_afternoon(rep, since, chance)
    if chance.yes(FORGETS):
        return scene.working(rep, since, FORGOTTEN_HOURS + chance.random() * 6)
    return scene.working(rep, since, chance.around(HOT_HOURS if handoff.hot else habit.hours, SPREAD))


def _reach(scene: Scene, handoff: Handoff, person: Person, chance: Chance) -> Answer:
    """Try until somebody answers, six times at most over at least four days; whether one did."""
    reaches = scene.cast.habit(handoff.owner).reaches * REACHES[person.interest]
    for number in range(1, 20):
        attempt = _log(scene, handoff, number, reaches, chance)
        if attempt.outcome == Outcome.SPOKE:
            return True
        if attempt.call_back_at:
            yield attempt.call_back_at + timedelta(minutes=chance.randrange(1, 12))
        elif number >= MOST_ATTEMPTS:
            break
        else:
            yield scene.some_day(handoff.owner, scene.agenda.now, chance.choice((1, 1, 2)), chance)
        handoff = scene.handoff(handoff.pk)
        if not handoff.is_open:
            return False
    send_back(scene, handoff, Objection("unable_to_reach"), turn=0)
    return False


def _log(scene: Scene, handoff: Handoff, number: int, reaches: float, chance: Chance) -> Attempt:
    """One attempt: mostly a call; every third is a personal e-mail."""
    now, rep = scene.agenda.now, handoff.owner
    channel = Channel.EMAIL if number % 3 == 0 else Channel.CALL
    outcome = Outcome.SENT if channel == Channel.EMAIL else _outcome(reaches, chance)
    calls_back = outcome == Outcome.CALL_BACK
    synced = channel == Channel.CALL and chance.yes(0.35)
    return Attempt.objects.log(
        handoff,
        channel=channel,
        outcome=outcome,
        by=rep,
        at=now,
        note=chance.choice(SPOKE) if outcome == Outcome.SPOKE else "",
        call_back_at=scene.some_day(rep, now, chance.choice((1, 2, 3)), chance) if calls_back else None,
        synced=synced,
        made_at=_made_earlier(handoff, now, chance) if synced and number == 1 else None,
    )


def _made_earlier(handoff: Handoff, now: datetime, chance: Chance) -> datetime | None:
    """Now and then the telephone system tells late of a call that was made in time."""
    if not handoff.due_at or now <= handoff.due_at or not chance.yes(TOLD_LATE):
        return None
    return handoff.due_at - (handoff.due_at - handoff.made_at) * chance.uniform(0.05, 0.2)


def _outcome(reaches: float, chance: Chance) -> Outcome:
    if chance.yes(reaches):
        return Outcome.CALL_BACK if chance.yes(0.14) else Outcome.SPOKE
    return Outcome.NO_ANSWER if chance.yes(0.72) else Outcome.VOICEMAIL


def _qualify(scene: Scene, handoff: Handoff, person: Person, chance: Chance) -> Process:
    """The person was reached: is there a project, and does a deal come of it?"""
    now = yield scene.agenda.now + timedelta(minutes=chance.randrange(4, 25))
    if objection := judgement.after_talking(person, chance, now):
        send_back(scene, handoff, objection, turn=0)
        return
    if chance.yes(REMARKS):
        remark(scene, handoff, chance)
    answers = dict(zip(handoff.criteria.checklist, chance.choice(ANSWERS), strict=True))
    handoff.confirm(answers, by=handoff.owner, at=now)
    meets = scene.some_day(handoff.owner, now, chance.randrange(1, 8), chance)
    handoff.plan_next(step=chance.choice(STEPS), when=meets, by=handoff.owner, at=now)
    now = yield meets + timedelta(minutes=chance.randrange(10, 90))
    if objection := judgement.after_qualifying(person, chance, now):
        send_back(scene, handoff, objection, turn=0)
    else:
        yield from deal(scene, handoff.lead, handoff.owner, person, chance)
