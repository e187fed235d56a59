"""The year's script: what happens when.

The company signs its first definition of an MQL three weeks into the year. It is too loose: it
knows nothing of a firm's size, and a prize draw in spring fills it with people from firms too
small to need the product. Sales returns them one by one, "size, too small", until both sides
sign a second version in summer. Acceptance rises. What is left to find out is the rep who answers
late whatever comes after three, and the campaign that brings most leads and fewest customers.

Everything hangs on the last moment, `until`: the year is the 52 weeks before it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from common.hours import Hours
from common.worktime import (
    add_working_days,
    add_working_time,
    closing_time,
    next_opening,
    working_time_between,
)

ZONE = ZoneInfo("Europe/Amsterdam")
WEEKS = 52

# How busy the market is, by month and by weekday from Monday on; 1 is an ordinary day.
SEASON = {1: 0.9, 2: 1.0, 3: 1.15, 4: 1.1, 5: 1.05, 6: 1.0, 7: 0.75, 8: 0.5, 9: 1.15, 10: 1.25, 11: 1.2, 12: 0.55}
WEEK = (1.1, 1.25, 1.2, 1.1, 0.8, 0.12, 0.1)
HOLIDAY = 0.15


@dataclass(frozen=True)
class Script:
    """On which day of the year each thing happens, counted from its first day, 0; `weeks_ago` from its last."""

    roles_asked: int = 3
    definition_drafted: int = 9
    definition_signed: int = 20
    personas_written: int = 13
    stages_mapped: int = 27
    agreement_declined: int = 34
    agreement_signed: int = 41
    agreement_renewed: int = 286
    accounts_named: int = 62
    credit_agreed: int = 76
    second_definition_drafted: int = 196
    second_definition_signed: int = 210
    plan_signed_before_quarter: int = 9
    third_definition_proposed_before_the_end: int = 2
    fourth_agreement_proposed_before_the_end: int = 3


SCRIPT = Script()


@dataclass(frozen=True)
class Year:
    """The 52 weeks up to `until`, as the sales desk with these hours lives them."""

    until: datetime
    hours: Hours

    @cached_property
    def last_day(self) -> date:
        return self.until.astimezone(ZONE).date()

    @cached_property
    def first_day(self) -> date:
        return self.last_day - timedelta(weeks=WEEKS)

    @cached_property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    @cached_property
    def desk_time(self) -> datetime:
        """The last moment at which the desk was open: `until` itself while it is."""
        day = self.until.astimezone(ZONE).date()
        if self.hours.is_working_day(day):
            if next_opening(self.until, self.hours) == self.until:
                return self.until
            if working_time_between(at(day, "00:00"), self.until, self.hours):
                return closing_time(day, self.hours)
        return closing_time(self.working_day_before(day), self.hours)

    def day(self, number: int) -> date:
        """The date of the year's nth day."""
        return self.first_day + timedelta(days=number)

    def working_day(self, number: int) -> date:
        """The nth day, or the next on which the desk is open."""
        return add_working_days(self.day(number) - timedelta(days=1), 1, self.hours)

    def working_day_before(self, day: date, count: int = 1) -> date:
        """The working day that lies `count` working days before a date."""
        while count:
            day -= timedelta(days=1)
            count -= self.hours.is_working_day(day)
        return day

    def before_the_end(self, hours: float) -> datetime:
        """The moment that lies so many working hours before the desk's last one."""
        left, day = timedelta(hours=hours), self.desk_time.astimezone(ZONE).date()
        while (worked := working_time_between(at(day, "00:00"), self.desk_time, self.hours)) < left:
            day = self.working_day_before(day)
        return add_working_time(at(day, "00:00"), worked - left, self.hours)

    def busy(self, day: date) -> float:
        """How many leads a day brings, an ordinary one being 1."""
        closed = day.weekday() < 5 and not self.hours.is_working_day(day)
        return SEASON[day.month] * WEEK[day.weekday()] * (HOLIDAY if closed else 1)


def at(day: date, clock: str) -> datetime:
    """A time on the office's wall, such as "09:30", as a moment."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)
