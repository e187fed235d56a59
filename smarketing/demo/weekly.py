"""The weekly meeting of the last weeks: frozen pages, minutes, decisions, actions; the next one planned."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from meetings.models import Meeting, Series
from smarketing.demo.agenda import Process
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE, at


class Told(NamedTuple):
    """What one meeting talked about, decided and gave somebody to do (who, what, the number it should move)."""

    minutes: str
    decision: str = ""
    document: str = ""
    action: tuple[str, str, str] | None = None
    done: bool = True


MEETINGS = (
    Told(
        "# First round\nWe look at the same page from now on. Acceptance is up since version 2; “too small” is rare.",
        "Keep version 2 for the quarter.", "criteria",
        ("jonas", "Send sales the list of webinar guests the evening before", "acceptance_rate"),
    ),
    Told(
        "# Late answers\nNora: most misses are hand-offs that come after three. Theo: the customers wait overnight.",
        "The promise of 8 working hours stays.", "agreement",
        ("nora", "Look at who is on the phone after three", "first_attempt_attainment"),
    ),
    Told(
        "# The prize draw\nMost leads of the year, no customer worth naming. Maya: the fair wants it again.",
        "No prize draw next spring.", "",
        ("theo", "Move the prize draw's budget to the webinars", "acceptance_rate"),
    ),
    Told(
        "# Company size\nHalf of the fair's leads came without it, and some were returned for it.",
        "", "", ("maya", "Make size a required field on fair forms", "acceptance_rate"),
    ),
    Told(
        "# Repairs\nNumbers are missing on one lead in ten. Maya completes them within the day.",
        "", "", ("maya", "Ask for a number in the second form, not in the first", "returns"),
    ),
    Told(
        "# Winter rates\nThe newsletter goes out on Thursday. Sales wants two sentences to say.",
        "", "", ("jonas", "Write the talking points for winter rates", "mqls_delivered"),
    ),
    Told(
        "# Late answers, again\nRita keeps her afternoons for renewals. Nora: then somebody else takes the new ones.",
        "After three, new hand-offs go round Rita until the new year.", "",
        ("nora", "Second person on the late shift, Tuesday and Thursday", "first_attempt_attainment"), False,
    ),
    Told(
        "# Version 3\nMaya: a fleet of 25 says more than a visit to the stand. Nora wants to see the numbers first.",
        "Decide on version 3 next week.", "criteria",
        ("maya", "Write the case of the second hub", "mqls_delivered"), False,
    ),
)  # fmt: skip


def meet(scene: Scene) -> Process:
    """Every Monday at ten up to the last; on a holiday it is skipped."""
    year, cast = scene.year, scene.cast
    last_monday = year.last_day - timedelta(days=year.last_day.weekday())
    agreed = last_monday - timedelta(weeks=len(MEETINGS) - 1, days=3)
    now = yield at(agreed, "09:30")
    series = Series.objects.set_up(weekday=0, time=time(10), zone=ZONE.key, minutes=30, by=cast.theo, at=now)
    meeting = series.meetings.get()
    for told in MEETINGS:
        now = yield meeting.starts_at + timedelta(minutes=2)
        if not year.hours.is_working_day(now.astimezone(ZONE).date()):
            meeting = meeting.skip(by=cast.theo, at=now)
            now = yield meeting.starts_at + timedelta(minutes=2)
        meeting.open(by=cast.theo, at=now)
        now = yield now + timedelta(minutes=24)
        meeting = _hold(scene, meeting, told, now)
        if meeting.starts_at > year.until:
            _put_on_agenda(scene, meeting)


def _hold(scene: Scene, meeting: Meeting, told: Told, now: datetime) -> Meeting:
    """What was said, and the next meeting."""
    cast = scene.cast
    meeting.write_minutes(told.minutes, version=0, by=cast.maya, at=now)
    if told.decision:
        meeting.decide(told.decision, document=told.document, by=cast.nora, at=now)
    if told.action:
        name, text, metric = told.action
        owner, due_on = getattr(cast, name), meeting.next_on - timedelta(days=1)
        action = meeting.give(text, owner=owner, due_on=due_on, metric=metric, by=cast.theo, at=now)
        if told.done:
            scene.agenda.begin(_do(scene, action))
    return meeting.close(by=cast.theo, at=now + timedelta(minutes=2))


def _do(scene: Scene, action) -> Process:
    chance = scene.chance("action", action.text)
    now = yield scene.some_day(action.owner, scene.agenda.now, chance.choice((2, 3, 4)), chance)
    action.close(by=action.owner, at=now)


def _put_on_agenda(scene: Scene, meeting: Meeting) -> None:
    now, cast = scene.agenda.now, scene.cast
    meeting.put_on_agenda("Criteria version 3 waits for sales", kind="criteria", by=cast.maya, at=now)
    meeting.put_on_agenda("Was “not really interested yet” right for the webinar's guests?", by=cast.theo, at=now)
