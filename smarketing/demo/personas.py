"""Whom the demo company sells to: two personas, written by both sides in their first weeks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agreements.models import Persona, PersonaVersion
from smarketing.demo.agenda import Process
from smarketing.demo.cast import Cast
from smarketing.demo.scene import Scene
from smarketing.demo.story import SCRIPT, at

BENELUX_AND_DACH = ["Netherlands", "Belgium", "Germany", "Austria", "Switzerland"]
WIDE_OPEN = dict.fromkeys(("people_from", "people_to", "revenue_from", "revenue_to"))
HEAD_OF_OPERATIONS, FLEET_MANAGER = "Head of operations", "Fleet manager"
SALES_PARTS = ("people", "doubts")

WRITTEN: dict[str, dict[str, dict[str, Any]]] = {
    HEAD_OF_OPERATIONS: {
        "companies": WIDE_OPEN
        | {
            "industries": ["Road freight", "Logistics", "Wholesale", "Food", "Retail"],
            "people_from": 200,
            "people_to": 2000,
            "countries": BENELUX_AND_DACH,
        },
        "people": {"titles": [], "seniority": ["Executive", "Vice president", "Director", "Manager"], "functions": []},
        "wants": {
            "goals": ["Fewer kilometres for the same deliveries", "One plan for all hubs"],
            "triggers": ["A second hub opens", "A large customer asks for tighter windows"],
            "channels": ["Trade fairs", "Case studies of firms their size", "Their peers"],
        },
        "doubts": {
            "pains": ["Every fourth run comes back empty", "The plan lives in one planner’s head"],
            "objections": ["Our planners will not use it", "We have just bought a transport system"],
            "questions": ["Who of our size works with it?", "How long until the first route is better?"],
        },
        "story": {"story": "Runs two hubs on one planner’s spreadsheet and is asked why the trucks come back empty."},
    },
    FLEET_MANAGER: {
        "companies": WIDE_OPEN | {"industries": ["Road freight", "Couriers"], "people_from": 50, "countries": []},
        "people": {"titles": ["fleet", "transport"], "seniority": [], "functions": []},
        "wants": {
            "goals": ["Keep every truck on the road", "Drivers who stay"],
            "triggers": ["Diesel or tolls go up", "A contract for trucks runs out"],
            "channels": ["Search", "Webinars at the end of the working day"],
        },
        "doubts": {
            "pains": ["Drivers leave for steadier hours"],
            "objections": ["Too dear for sixty trucks"],
            "questions": ["Does it know about tolls and driving times?"],
        },
        "story": {"story": "Plans sixty trucks by hand and loses a driver a month to steadier hours."},
    },
}


def agree(scene: Scene) -> Process:
    """Maya and Sam write them the week after the definition is drafted; both heads sign, sales some days later."""
    year, cast = scene.year, scene.cast
    now = yield at(year.working_day(SCRIPT.personas_written), "14:20")
    drafts = [_write(name, cast, now) for name in WRITTEN]
    now = yield now.replace(hour=16)
    for draft in drafts:
        draft.propose(by=cast.maya, at=now)
        draft.sign(by=cast.theo, at=now)
    now = yield at(year.working_day(SCRIPT.personas_written + 3), "09:10")
    for draft in drafts:
        draft.sign(by=cast.nora, at=now)


def _write(name: str, cast: Cast, now: datetime) -> PersonaVersion:
    draft = Persona.objects.draw_up(name, by=cast.maya, at=now)
    for part, answers in WRITTEN[name].items():
        draft.edit(part, by=cast.sam if part in SALES_PARTS else cast.maya, at=now, **answers)
    return draft
