"""Who works at the demo company: three teams, an admin, their hours and their holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from accounts.access import Role, Side
from accounts.models import Team, User, WorkCalendar
from common.hours import Hours
from smarketing.demo.story import ZONE, Year, at

DOMAIN = "smarketing.example"
UTRECHT = {str(weekday): [["09:00", "17:30"]] for weekday in range(5)}
DUISBURG = {str(weekday): [["08:00", "12:00"], ["13:00", "17:00"]] for weekday in range(5)}

# First name -> the day of the year on which they leave, for how many days, and who covers.
HOLIDAYS = {
    "sam": ((92, 5, "lukas"), (258, 11, "ines")),
    "rita": ((236, 12, "sam"),),
    "lukas": ((36, 6, "rita"), (270, 11, "sam")),
    "ines": ((150, 5, "rita"), (244, 11, "lukas")),
    "maya": ((250, 11, "jonas"),),
}


@dataclass(frozen=True)
class Habit:
    """How a rep works: the median working hours until the first answer, and how well they reach and convince.

    Who `waits_after` an hour of the day leaves what comes later until the next afternoon.
    """

    hours: float
    reaches: float
    wins: float
    waits_after: int | None = None


HABITS = {
    "sam": Habit(hours=1.9, reaches=0.42, wins=0.34),
    "rita": Habit(hours=1.7, reaches=0.44, wins=0.36, waits_after=15),
    "lukas": Habit(hours=2.3, reaches=0.38, wins=0.31),
    "ines": Habit(hours=2.0, reaches=0.40, wins=0.33),
    "emma": Habit(hours=3.0, reaches=0.46, wins=0.40),
}


class Cast:
    """The people by their first name, in lower case and without accents: `cast.maya`."""

    maya: User
    jonas: User
    theo: User
    sam: User
    rita: User
    lukas: User
    ines: User
    emma: User
    nora: User
    ada: User

    def __init__(self, first_day: date) -> None:
        self.ada = _person("Ada Smit", Role.ADMIN)
        years = range(first_day.year, first_day.year + 3)
        self.office = self._calendar("Utrecht", ZONE.key, UTRECHT, "NL", years)
        duisburg = self._calendar("Duisburg", "Europe/Berlin", DUISBURG, "DE", years)
        marketing = Team.objects.form("Marketing", Side.MARKETING, self.office, by=self.ada)
        self.sales = Team.objects.form("Sales", Side.SALES, self.office, by=self.ada)
        self.key_accounts = Team.objects.form("Key accounts", Side.SALES, self.office, by=self.ada)
        self.maya = _person("Maya Peters", Role.MARKETER, team=marketing)
        self.jonas = _person("Jonas Weber", Role.MARKETER, team=marketing)
        self.theo = _person("Theo Blom", Role.HEAD_OF_MARKETING, team=marketing)
        self.sam = _person("Sam de Wit", Role.REP, team=self.sales, daily_capacity=4)
        self.rita = _person("Rita Kok", Role.REP, team=self.sales, daily_capacity=4)
        self.lukas = _person(
            "Lukas Brandt", Role.REP, team=self.sales, calendar=duisburg, zone="Europe/Berlin", daily_capacity=4
        )
        self.ines = _person("Inès Lambert", Role.REP, team=self.sales, daily_capacity=4)
        self.emma = _person("Emma Lindqvist", Role.REP, team=self.key_accounts, daily_capacity=2)
        self.nora = _person("Nora Vos", Role.HEAD_OF_SALES, team=self.sales)
        User.objects.update(joined_at=at(first_day, "08:00"))  # they were here before the year began

    @cached_property
    def everyone(self) -> list[User]:
        """In the order in which the sign-in page shows them."""
        return list(User.objects.select_related("team").order_by("pk"))

    @property
    def reps(self) -> list[User]:
        """The reps of the pool that gets what belongs to nobody else."""
        return [self.sam, self.rita, self.lukas, self.ines]

    @cached_property
    def by_id(self) -> dict[int, User]:
        return {person.pk: person for person in vars(self).values() if isinstance(person, User)}

    @cached_property
    def name_of(self) -> dict[int, str]:
        """First names as the attributes of this cast, by id."""
        return {person.pk: name for name, person in vars(self).items() if isinstance(person, User)}

    def habit(self, person: User) -> Habit:
        """How a rep works; who is not on the list works like Sam."""
        return HABITS.get(self.name_of[person.pk], HABITS["sam"])

    def hours(self, person: User) -> Hours:
        """A person's working hours, less the absences entered by now."""
        return (person.calendar or person.team.calendar).hours(person)

    def plan_holidays(self, year: Year) -> None:
        """Enter everybody's holidays at the start of the year."""
        entered = at(year.first_day, "09:00")
        for name, stays in HOLIDAYS.items():
            person = getattr(self, name)
            for day, length, cover in stays:
                leaves = at(year.day(day), "00:00")
                back = at(year.day(day + length), "00:00")
                person.be_away(leaves, back, cover=getattr(self, cover), by=person, at=entered)

    def _calendar(self, name: str, zone: str, windows: dict, country: str, years: range) -> WorkCalendar:
        calendar = WorkCalendar.objects.draw_up(name, zone, windows=windows, by=self.ada)
        calendar.observe(country, years, by=self.ada)
        return calendar


def _person(name: str, role: Role, **details) -> User:
    first_name = name.split(maxsplit=1)[0].lower().replace("è", "e")
    details = {"zone": ZONE.key} | details
    return User.objects.create_user(f"{first_name}@{DOMAIN}", name=name, roles=[role], **details)
