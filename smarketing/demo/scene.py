"""What every process of the demo sees: the year, the people, the time, and who is known by which lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from accounts.models import User
from common.hours import Hours
from common.worktime import add_working_days, add_working_time
from leads.models import Criteria, Handoff, ReturnReason
from smarketing.demo.agenda import Agenda
from smarketing.demo.cast import Cast
from smarketing.demo.chance import Chance
from smarketing.demo.story import ZONE, Year, at
from smarketing.demo.world import Person, World

HANDOFFS = Handoff.objects.select_related("lead").defer("ledger")


@dataclass
class Scene:
    """One year of the company, as far as it has come."""

    year: Year
    cast: Cast
    world: World
    agenda: Agenda
    leads: int
    person_of: dict[int, Person] = field(default_factory=dict)
    _hours: dict[int, Hours] = field(default_factory=dict)
    _criteria: dict[int, Criteria] = field(default_factory=dict)

    @cached_property
    def reasons(self) -> dict[str, ReturnReason]:
        """The return reasons by code."""
        return {reason.code: reason for reason in ReturnReason.objects.all()}

    @property
    def mqls_a_month(self) -> int:
        """What marketing can promise with so many leads."""
        return max(round(self.leads / 110), 3)

    @property
    def mqls_a_month_in_autumn(self) -> int:
        """And when the fairs and the webinars are on."""
        return max(round(self.leads / 90), 4)

    def chance(self, *names: object) -> Chance:
        return Chance(self.world.seed, *names)

    def hours(self, person: User) -> Hours:
        """A person's working hours. Forget them (`fall_ill`) when an absence is entered."""
        if person.pk not in self._hours:
            self._hours[person.pk] = self.cast.hours(person)
        return self._hours[person.pk]

    def fall_ill(self, person: User, *, days: int, at: datetime) -> None:
        """Enter an illness that begins now, without anybody to cover."""
        person.be_away(at, at + timedelta(days=days), cover=None, by=self.cast.nora, at=at)
        self._hours.pop(person.pk, None)

    def working(self, person: User, since: datetime, hours: float) -> datetime:
        """When so many working hours of a person have passed; always a little later than `since`."""
        return add_working_time(since, timedelta(hours=max(hours, 0.02)), self.hours(person))

    def some_day(self, person: User, since: datetime, days: int, chance: Chance) -> datetime:
        """Some time on the nth working day after a moment."""
        day = add_working_days(since.astimezone(ZONE).date(), days, self.hours(person))
        opens = add_working_time(at(day, "00:00"), timedelta(minutes=chance.randrange(5, 440)), self.hours(person))
        return max(opens, since + timedelta(minutes=1))

    def next_afternoon(self, person: User, since: datetime, chance: Chance) -> datetime:
        """Late on the next working day."""
        day = add_working_days(since.astimezone(ZONE).date(), 1, self.hours(person))
        late = at(day, "15:10") + timedelta(minutes=chance.randrange(0, 135))
        return add_working_time(late, timedelta(seconds=1), self.hours(person))

    def is_here(self, person: User, now: datetime) -> bool:
        """Whether a person is at work these days."""
        return not any(away <= now < back for away, back in self.hours(person).absences)

    def handoff(self, pk: int) -> Handoff:
        """A hand-off as it is now."""
        return self._with_people(HANDOFFS.get(pk=pk))

    def handoffs(self, *, since: int) -> list[Handoff]:
        """Those that were made after the one with this id."""
        return [self._with_people(handoff) for handoff in HANDOFFS.filter(pk__gt=since).order_by("pk")]

    def _with_people(self, handoff: Handoff) -> Handoff:
        """Its owner and its criteria are rows read once a year."""
        handoff.owner = self.cast.by_id.get(handoff.owner_id)
        if handoff.criteria_id:
            known = self._criteria.get(handoff.criteria_id)
            handoff.criteria = self._criteria[handoff.criteria_id] = known or handoff.criteria
        return handoff
