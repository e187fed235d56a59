"""The pools as people see them: who is in each, what they can take, what they were given, and what nobody was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Q

from accounts.access import Role
from accounts.models import Team, User
from leads.models import Aside, Assignment, Handoff
from leads.models.turns import LATELY, midnight_of, returners, sales_teams, seats_of_sales
from leads.routing import Candidate, choose

SHOWN = 25
WHO = ("first_name", "last_name", "email", "title", "company__name", "company__employees")
OF_NOBODYS = ("hot", "why", "due_at", *(f"lead__{name}" for name in WHO))


@dataclass(frozen=True)
class Seat:
    """One rep of a pool, with the hand-offs given to them today and lately, and those still open.

    `fair` is what would have been theirs of the pool's if capacity alone had decided; `aside` says
    that they are set aside.
    """

    rep: User
    given_today: int
    given_lately: int
    open: int
    fair: float
    aside: Aside | None = None


@dataclass(frozen=True)
class Pool:
    """A sales team with its reps, and whose turn it is: None while nobody is here."""

    team: Team
    seats: list[Seat]
    next_id: int | None

    @property
    def capacity(self) -> int:
        return sum(seat.rep.daily_capacity for seat in self.seats)

    @property
    def given_today(self) -> int:
        return sum(seat.given_today for seat in self.seats)

    @property
    def given_lately(self) -> int:
        return sum(seat.given_lately for seat in self.seats)

    @cached_property
    def most(self) -> float:
        """Where the bars of its reps end."""
        return max([1.0, *(max(seat.given_lately, seat.fair) for seat in self.seats)])


@dataclass(frozen=True)
class Book:
    """The open hand-offs of somebody who is in no pool: who left, or a head of sales."""

    owner: User
    open: int


@dataclass(frozen=True)
class Nobodys:
    """A hand-off that nobody owns, with who is here and has not sent it back."""

    handoff: Handoff
    takers: list[User]


def pools(*, at: datetime) -> tuple[list[Pool], list[Book]]:
    """Every sales team with its reps, and the books of those outside. A fixed number of queries."""
    teams = sales_teams()
    reps = User.objects.with_role(Role.REP).filter(team__in=teams).with_absence(at=at).order_by("name", "pk")
    given, books = _given(teams, at=at), _books()
    seated: dict[int, list[User]] = {team.pk: [] for team in teams}
    for rep in reps:
        seated[rep.team_id].append(rep)
    here, asides = seats_of_sales(at=at), {aside.rep_id: aside for aside in Aside.objects.standing()}
    found = [_pool(team, seated[team.pk], given, books, here[team.pk], asides) for team in teams]
    inside = {rep.pk for rep in reps}
    outside = User.objects.filter(pk__in=set(books) - inside).order_by("name", "pk")
    return found, [Book(owner, books[owner.pk]) for owner in outside]


def _pool(
    team: Team,
    reps: list[User],
    given: dict[int, tuple[int, int]],
    books: dict[int, int],
    here: dict[int, Candidate],
    asides: dict[int, Aside],
) -> Pool:
    capacity = sum(rep.daily_capacity for rep in reps)
    lately = sum(given.get(rep.pk, (0, 0))[1] for rep in reps)
    rows = [
        Seat(
            rep,
            *given.get(rep.pk, (0, 0)),
            open=books.get(rep.pk, 0),
            fair=lately * rep.daily_capacity / capacity if capacity else 0.0,
            aside=asides.get(rep.pk),
        )
        for rep in reps
    ]
    chosen = choose(here.values())
    return Pool(team, rows, chosen and chosen.user_id)


def _given(teams: list[Team], *, at: datetime) -> dict[int, tuple[int, int]]:
    """How many hand-offs each person was given since their pool's midnight, and lately."""
    today = Q(pk=None)
    for team in teams:
        today |= Q(owner__team=team, from_at__gte=midnight_of(team, at=at))
    lately = Assignment.objects.filter(owner__team__in=teams, from_at__gte=at - LATELY)
    counted = lately.values("owner").annotate(today=Count("pk", filter=today), lately=Count("pk"))
    return {row["owner"]: (row["today"], row["lately"]) for row in counted}


def _books() -> dict[int, int]:
    owned = Handoff.objects.open().filter(owner__isnull=False).order_by()
    return dict(owned.values_list("owner").annotate(count=Count("*")))


def nobodys(*, at: datetime) -> list[Nobodys]:
    """The hand-offs that nobody owns, the most urgent first, each with whom it could be given to."""
    waiting = Handoff.objects.unassigned().select_related("lead__company").only(*OF_NOBODYS)
    handoffs = list(waiting.order_by("due_at", "pk")[:SHOWN])
    if not handoffs:
        return []
    passed_over = returners({handoff.lead_id for handoff in handoffs})
    here = list(User.objects.with_role(Role.REP).present(at=at).order_by("name", "pk").only("name", "email"))
    return [Nobodys(each, [rep for rep in here if rep.pk not in passed_over[each.lead_id]]) for each in handoffs]
