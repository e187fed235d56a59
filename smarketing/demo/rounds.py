"""What machines do, a few times a day and for everybody at once: take in, score, hand over, release, sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from leads import draining
from leads.intake import receive_many, receive_touches
from leads.lifecycle import leads_changed
from leads.models import Aside, Lead
from leads.release import release_held
from sla.climbing import climb
from sla.models import Clock
from smarketing.demo import today
from smarketing.demo.behaviour import Act, acts_of
from smarketing.demo.reps import come_back, follow_up
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE, at

AT_ONCE = 10_000
CLOSELY = timedelta(weeks=4)
LEADS_FOR_A_DAILY_ROUND = 1600


class Rounds:
    """The machines' rounds through the year, and how far they have come."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        since = at(scene.year.first_day, "08:30")
        planned = [act for person in scene.world.people for act in acts_of(person, scene.year, scene.world.seed)]
        acts = today.make_way(planned, scene.year) + today.visitors(scene)
        self.acts = sorted(act for act in acts if act.at >= since)
        self.todays = today.moments(scene)
        self.taken = 0
        self.last_handoff = self.last_aside = 0
        self.every = max(LEADS_FOR_A_DAILY_ROUND // scene.leads, 1)

    def go_round(self, now: datetime, *, morning: bool) -> None:
        """Let people act until now, then do what has come up since the last round; clocks are reckoned once for all."""
        with leads_changed.as_one_batch():
            self.scene.agenda.live(now)
            self._take_in(now)
            if morning and self._is_close(now.astimezone(ZONE).date()):
                draining.expire(at=now)
            while draining.score_due(at=now, limit=AT_ONCE) == AT_ONCE:
                pass
            if morning and Lead.objects.to_hand_over().exists():
                release_held(at=now)
            for handoff in self.scene.handoffs(since=self.last_handoff):
                self.last_handoff = handoff.pk
                self.scene.agenda.begin(follow_up(self.scene, handoff))
        Clock.objects.flag_breaches(at=now)
        climb(at=now)
        for aside in Aside.objects.standing().filter(pk__gt=self.last_aside).select_related("rep").order_by("pk"):
            self.last_aside = aside.pk
            self.scene.agenda.begin(come_back(self.scene, aside))

    def told(self) -> str:
        """How far it has come, in words."""
        return f"{len(self.scene.person_of):,} leads, {self.last_handoff:,} hand-offs"

    def _take_in(self, now: datetime) -> None:
        """Everybody who came in or did something since the last round."""
        new: dict[int, list[Act]] = {}
        touches: list[dict[str, Any]] = []
        for act in self._acts_until(now):
            person = self.scene.world.people[act.person]
            if person.lead_id is None:
                new.setdefault(act.person, []).append(act)
            else:
                touches.append({"lead": person.lead_id, **act.told()})
        if new:
            self._receive(new, now)
        if touches:
            receive_touches(touches, at=now)

    def _acts_until(self, now: datetime) -> Iterator[Act]:
        while self.taken < len(self.acts) and self.acts[self.taken].at <= now:
            self.taken += 1
            yield self.acts[self.taken - 1]

    def _receive(self, new: dict[int, list[Act]], now: datetime) -> None:
        people = [self.scene.world.people[number] for number in new]
        rows = [
            person.facts() | {"touches": [act.told() for act in acts]}
            for person, acts in zip(people, new.values(), strict=True)
        ]
        received = receive_many(rows, at=now)
        for person, lead_id in zip(people, received.leads, strict=True):
            person.lead_id = lead_id
            self.scene.person_of[lead_id] = person

    def moments_of(self, day: date) -> list[datetime]:
        """The rounds of a working day: one at any time of it; in the last weeks one each half, and after each visit.

        Where few come in, there is not one every day.
        """
        year, often = self.scene.year, self._is_close(day)
        if not year.hours.is_working_day(day) or (not often and day.toordinal() % self.every):
            return []
        chance = self.scene.chance("rounds", day)
        morning = at(day, "09:02") + timedelta(seconds=chance.randrange(210 * 60))
        afternoon = at(day, "13:10") + timedelta(seconds=chance.randrange(250 * 60))
        usual = [morning, afternoon] if often else [morning if chance.yes(0.5) else afternoon]
        after_visits = [moment for moment in self.todays if moment.astimezone(ZONE).date() == day]
        return sorted(moment for moment in usual + after_visits if moment < year.until)

    def _is_close(self, day: date) -> bool:
        """Whether it is one of the last weeks. Only then does anybody look at points that run out unseen: whoever
        does something is scored anew at any time, and points that run out make no MQL.
        """
        return self.scene.year.last_day - day < CLOSELY
