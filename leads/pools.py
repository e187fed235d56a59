"""The pools as people see them: who is in each, what they can take, what they were given, and what nobody was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.access import Role
from accounts.models import Team, User
from common.once import once
from leads.models import Aside, Handoff
from leads.models.routing import sales_teams
from leads.models.turns import Load, loads, returners, seats_of_sales
from leads.routing import choose

SHOWN = 25
WHO = ("first_name", "last_name", "email", "title", "company__name", "company__employees")
OF_NOBODYS = ("hot", "why", "due_at", *(f"lead__{name}" for name in WHO))


@dataclass(frozen=True)
class Pool:
    """A sales team with its reps, each with what they were given."""

    team: Team
    reps: dict[User, Load]

    @property
    def capacity(self) -> int:
        return sum(rep.daily_capacity for rep in self.reps)

    @property
    def given_today(self) -> int:
        return sum(load.today for load in self.reps.values())

    @property
    def given_lately(self) -> int:
        return sum(load.lately for load in self.reps.values())

    def fair(self, rep: User) -> float:
        """What would have been theirs of the pool's if capacity alone had decided."""
        return self.given_lately * rep.daily_capacity / self.capacity if self.capacity else 0.0


@dataclass(frozen=True)
class Seat:
    """One rep of a pool, with the hand-offs given to them today and lately, and those still open.

    `fair` is what would have been theirs if capacity alone had decided; `aside` says that they are set
    aside.
    """

    rep: User
    given_today: int
    given_lately: int
    open: int
    fair: float
    aside: Aside | None = None


@dataclass(frozen=True)
class Book:
    """The open hand-offs of somebody who is in no pool: who left, or a head of sales."""

    owner: User
    open: int


@dataclass(frozen=True)
class Nobodys:
    """A hand-off that nobody owns, with those of the reps who sent it back."""

    handoff: Handoff
    sent_back_by: list[User]


@once
def reps(*, at: datetime) -> list[User]:
    """Every rep by name, with the end of the absence they are in."""
    found = User.objects.with_role(Role.REP).with_absence(at=at).order_by("name", "pk")
    return list(found.only("name", "email", "team", "daily_capacity"))


def pools(*, at: datetime) -> list[Pool]:
    """Every sales team with its reps. A fixed number of queries."""
    teams = sales_teams()
    given = loads(tuple(teams), at=at)
    seated: dict[int, dict[User, Load]] = {team.pk: {} for team in teams}
    for rep in reps(at=at):
        if rep.team_id in seated:
            seated[rep.team_id][rep] = given.get(rep.pk, Load())
    return [Pool(team, seated[team.pk]) for team in teams]


def seats_of(pool: Pool, *, at: datetime) -> tuple[list[Seat], int | None]:
    """The reps of a pool one by one, and whose turn it is: None while nobody is here."""
    books, asides = _books(), {aside.rep_id: aside for aside in Aside.objects.standing()}
    chosen = choose(seats_of_sales(at=at)[pool.team.pk].values())
    rows = [
        Seat(rep, load.today, load.lately, books.get(rep.pk, 0), pool.fair(rep), asides.get(rep.pk))
        for rep, load in pool.reps.items()
    ]
    return rows, chosen and chosen.user_id


def books_outside(found: list[Pool]) -> list[Book]:
    """The open hand-offs of those who are in none of these pools, by name."""
    inside = {rep.pk for pool in found for rep in pool.reps}
    books = {owner: count for owner, count in _books().items() if owner not in inside}
    return [Book(owner, books[owner.pk]) for owner in User.objects.filter(pk__in=books).order_by("name", "pk")]


def _books() -> dict[int, int]:
    owned = Handoff.objects.open().filter(owner__isnull=False).order_by()
    return dict(owned.values_list("owner").annotate(count=Count("*")))


def nobodys(*, at: datetime) -> list[Nobodys]:
    """The hand-offs that nobody owns, the most urgent first, each with who would not be given it."""
    waiting = Handoff.objects.unassigned().select_related("lead__company").only(*OF_NOBODYS)
    handoffs = list(waiting.order_by("due_at", "pk")[:SHOWN])
    passed_over = returners({handoff.lead_id for handoff in handoffs}) if handoffs else {}
    people = reps(at=at) if any(passed_over.values()) else []
    return [Nobodys(each, [rep for rep in people if rep.pk in passed_over[each.lead_id]]) for each in handoffs]
