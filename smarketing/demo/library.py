"""What sales misses and asks marketing for, and the brief on the campaign that is still to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agreements.models import Persona
from campaigns.models import Brief, BuyingStage, Campaign, Content, ContentRequest
from leads.models import Handoff
from notifications.threads import post
from smarketing.demo.agenda import Process
from smarketing.demo.market import COMING
from smarketing.demo.scene import Scene
from smarketing.demo.story import at

SHEET = {
    "title": "Tolls in Germany: a worked example",
    "kind": "sheet",
    "url": "https://smarketing.example/tolls",
    "buying_stage": BuyingStage.DECISION,
    "talking_points": "Take their own routes: tolls are a seventh of the cost of a kilometre there.",
}
STORY = {
    "title": "Halden: 60 trucks instead of 74",
    "kind": "story",
    "url": "https://smarketing.example/halden",
    "buying_stage": BuyingStage.CONSIDERATION,
    "talking_points": "They planned by hand as well. Ask who would have to learn it.",
}
BRIEF = {
    "what": "A webinar of 40 minutes: three hubs planned as one, live, with questions. They are asked for a call.",
    "whom": "Fleet managers of hauliers with two hubs or more, in the Benelux and the Ruhr.",
    "why_now": "Contracts are renegotiated in January; whoever plans a third hub decides on it before.",
    "talking_points": "Ask which hub was the last to open, and who plans what runs between them.",
}


def ask(scene: Scene) -> Process:
    """In the last weeks six things are missed: two were made, one was refused, one took too long, two wait."""
    cast = scene.cast
    now = yield _days_ago(scene, 32, "11:20")
    tolls = _miss("A page on tolls in Germany", cast.ines, now, objection="Tolls eat what it saves",
                  why="Three calls this week. A page with **one worked example** would do.")  # fmt: skip
    now = yield _days_ago(scene, 30, "10:05")
    tolls.accept(by=cast.maya, at=now)
    story = _miss("A story of a haulier who plans by hand", cast.sam, now, buying_stage=BuyingStage.CONSIDERATION)
    now = yield _days_ago(scene, 26, "16:10")
    tolls.deliver(content=_add(SHEET, scene), words="Page 2 is the one to send.", by=cast.maya, at=now)
    now = yield _days_ago(scene, 20, "14:30")
    film = _miss("A film about the planner", cast.rita, now, why="They would rather watch than read.")
    story.deliver(content=_add(STORY, scene), by=cast.jonas, at=now)  # ten working days: too late
    now = yield _days_ago(scene, 18, "09:40")
    film.decline("Too dear this year; the webinar shows the planner from minute 12 on.", by=cast.jonas, at=now)
    yield from _of_these_days(scene)


def _of_these_days(scene: Scene) -> Process:
    """What still waits: overdue, asked back, and fresh from a lead."""
    cast = scene.cast
    now = yield _days_ago(scene, 8, "15:20")
    offer = _miss("Two sentences on data protection for an offer", cast.lukas, now, objection="Where does it run?",
                  buying_stage=BuyingStage.DECISION)  # fmt: skip
    post(offer, "The lawyer asks again, @Maya. Even half a page helps.", by=cast.lukas, at=now + timedelta(hours=1))
    now = yield _days_ago(scene, 3, "10:30")
    food = _miss("An example from food", cast.nora, now, buying_stage=BuyingStage.AWARENESS)
    now = yield now + timedelta(hours=4)
    food.ask_back("Chilled or dry? We have numbers of a dairy, and none of a mill.", by=cast.maya, at=now)
    now = yield _days_ago(scene, 1, "11:10")
    worked = Handoff.objects.open().filter(owner=cast.sam).select_related("lead").order_by("-made_at", "-pk").first()
    _miss("What a third hub changes, on one page", cast.sam, now, about=worked and worked.lead)


def brief(scene: Scene) -> Process:
    """A week and a half before it starts, sales is told what to say in the next webinar."""
    now = yield _days_ago(scene, 1, "13:40")
    Brief.objects.give(Campaign.objects.get(name=COMING), **BRIEF, by=scene.cast.jonas, at=now)


def _days_ago(scene: Scene, days: int, clock: str) -> datetime:
    """A time on the nth working day before the last."""
    return at(scene.year.working_day_before(scene.year.last_day, days), clock)


def _miss(what: str, by: Any, now: datetime, **more: Any) -> ContentRequest:
    return ContentRequest.objects.ask(what, persona=Persona.objects.order_by("pk").first(), by=by, at=now, **more)


def _add(piece: dict[str, Any], scene: Scene) -> Content:
    return Content.objects.add(by=scene.cast.maya, persona=Persona.objects.order_by("pk").first(), **piece)
