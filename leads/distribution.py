"""How hand-offs were shared out over a period: what each rep and each pool was given, and what would have been fair.

Fair to a rep is their part of what routing gave in the pool, by capacity times the days they were here; to a pool,
its weight in each rule it shares. What the owner of a company got, what a rule sent to one person, and what people
moved among themselves is told apart: that is why somebody has more or less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from django.db.models import Count, QuerySet

from accounts.access import Role, Side
from accounts.models import Team, User
from common.periods import Period
from leads.models import Assignment, Handoff, RoutingRule
from leads.models.assignment import ROUTED, How
from leads.models.turns import DAY, days_here

MOVED = tuple(how for how in How if how not in ROUTED)
WENT_ON = "went_on"
WAYS = {
    How.TURN.value: (How.TURN,),
    How.OWNER.value: (How.OWNER,),
    How.PERSON.value: (How.PERSON,),
    "routed": ROUTED,
    "moved": MOVED,
}


@dataclass(frozen=True)
class Part:
    """One rep's part of what a pool was given. Of the `whole` days of the period so far they were here on `days`."""

    rep: User
    counts: Mapping[str, int]
    went_on: int
    fair: float
    days: float
    whole: float

    @property
    def routed(self) -> int:
        return sum(self.counts[how] for how in ROUTED)

    @property
    def moved(self) -> int:
        return sum(self.counts[how] for how in MOVED)

    @property
    def more(self) -> float:
        """What routing gave beyond what was fair; negative where it gave less."""
        return self.routed - self.fair

    @property
    def because(self) -> str:
        """Why that is so, in words."""
        told = [
            (self.counts[How.OWNER], "as owner of the company"),
            (self.counts[How.PERSON], "named in a rule"),
        ]
        said = [f"{count} {words}" for count, words in told if count]
        if self.whole - self.days >= 1:
            said.append(f"here {self.days:.0f} of {self.whole:.0f} days, so less is fair")
        said += [f"{self.moved} from colleagues on top"] if self.moved else []
        said += [f"{self.went_on} went on to colleagues"] if self.went_on else []
        return ", ".join(said)


@dataclass(frozen=True)
class PoolPart:
    """What a pool was given: by the rules, because of the owner of the company, and what the weights would give."""

    pool: Team
    parts: list[Part]
    made: int
    by_owner: int
    fair: float

    @property
    def by_rules(self) -> int:
        return self.made - self.by_owner

    @cached_property
    def most(self) -> float:
        """Where the bars of its reps end."""
        return max([1.0, *(max(part.routed, part.fair) for part in self.parts)])


def shared_out(period: Period, *, at: datetime) -> list[PoolPart]:
    """Every sales team with its part and those of its reps: a fixed number of queries."""
    pools = list(Team.objects.filter(side=Side.SALES).order_by("pk"))
    counts, went_on = _counts(period), _went_on(period)
    reps = _reps(pools, counts)
    until = min(max(at, period.start), period.end)
    days = days_here({rep.pk: max(period.start, min(rep.joined_at, until)) for rep in reps}, at=until)
    whole = Fraction((until - period.start) // DAY)
    made_of = _made(pools, period)
    fair = _fair_of_pools(made_of)
    return [
        PoolPart(
            pool=pool,
            parts=_parts(pool, reps, counts, went_on, days, whole),
            made=made_of[pool.pk].total(),
            by_owner=made_of[pool.pk][None],
            fair=fair[pool.pk],
        )
        for pool in pools
    ]


def given(period: Period, pool: Team, *, rep: User | None = None, way: str = "") -> QuerySet[Assignment]:
    """The assignments behind a figure: of a rep by a way of WAYS or what went on, the latest first."""
    rows = Assignment.objects.filter(handoff__pool=pool)
    if way == WENT_ON:
        rows = rows.filter(until_at__gte=period.start, until_at__lt=period.end)
    else:
        rows = rows.filter(from_at__gte=period.start, from_at__lt=period.end, how__in=WAYS.get(way, tuple(How)))
    rows = rows.filter(owner=rep) if rep else rows
    return rows.select_related("handoff__lead__company", "owner", "by").order_by("-from_at", "-pk")


def made(period: Period, pool: Team) -> QuerySet[Handoff]:
    """The hand-offs behind the figure of a pool, the latest first."""
    rows = Handoff.objects.filter(pool=pool, made_at__gte=period.start, made_at__lt=period.end)
    return rows.select_related("lead__company", "owner", "rule").order_by("-made_at", "-pk")


def _parts(
    pool: Team,
    reps: list[User],
    counts: dict[tuple[int, int], Counter],
    went_on: dict[tuple[int, int], int],
    days: dict[int, Fraction],
    whole: Fraction,
) -> list[Part]:
    reps = [rep for rep in reps if (pool.pk, rep.pk) in counts or rep.team_id == pool.pk]
    routed = sum(counts.get((pool.pk, rep.pk), Counter())[how] for rep in reps for how in ROUTED)
    able = {rep.pk: rep.daily_capacity * days[rep.pk] * (rep.team_id == pool.pk and rep.is_active) for rep in reps}
    all_able = sum(able.values())
    return [
        Part(
            rep=rep,
            counts=counts.get((pool.pk, rep.pk), Counter()),
            went_on=went_on.get((pool.pk, rep.pk), 0),
            fair=float(routed * able[rep.pk] / all_able) if all_able else 0.0,
            days=float(days[rep.pk]),
            whole=float(whole),
        )
        for rep in reps
    ]


def _reps(pools: list[Team], counts: dict[tuple[int, int], Counter]) -> list[User]:
    """Who is in a pool now, and whoever was given something of one."""
    had = User.objects.filter(pk__in={rep for _, rep in counts})
    seated = User.objects.with_role(Role.REP).filter(team__in=pools)
    return list((had | seated).distinct().order_by("name", "pk"))


def _counts(period: Period) -> dict[tuple[int, int], Counter]:
    """By pool and owner, how many came by each way."""
    rows = Assignment.objects.filter(from_at__gte=period.start, from_at__lt=period.end, handoff__pool__isnull=False)
    found: dict[tuple[int, int], Counter] = {}
    counted = rows.order_by().values_list("handoff__pool", "owner", "how").annotate(n=Count("pk"))
    for pool, owner, how, n in counted:
        found.setdefault((pool, owner), Counter())[how] = n
    return found


def _went_on(period: Period) -> dict[tuple[int, int], int]:
    """By pool and owner, how many went on to somebody else."""
    rows = Assignment.objects.filter(until_at__gte=period.start, until_at__lt=period.end, handoff__pool__isnull=False)
    counted = rows.order_by().values_list("handoff__pool", "owner").annotate(n=Count("pk"))
    return {(pool, owner): n for pool, owner, n in counted}


def _made(pools: list[Team], period: Period) -> dict[int, Counter]:
    """By pool, how many hand-offs each rule made; None stands for the owner of the company."""
    found = {pool.pk: Counter() for pool in pools}
    rows = Handoff.objects.filter(made_at__gte=period.start, made_at__lt=period.end, pool__in=pools)
    for pool, rule, n in rows.order_by().values_list("pool", "rule").annotate(n=Count("pk")):
        found[pool][rule] = n
    return found


def _fair_of_pools(made_of: dict[int, Counter]) -> Counter:
    """By pool, its weight in each rule that several share, and all of the others, of what the rules made."""
    asked = {rule for each in made_of.values() for rule in each} - {None}
    rules = RoutingRule.objects.prefetch_related("shares").in_bulk(asked)
    found: Counter = Counter()
    for pool, each in made_of.items():
        for rule, n in each.items():
            weights = {share.team_id: share.weight for share in rules[rule].shares.all()} if rule else {}
            weights = weights if len(weights) > 1 else {pool: 1}
            for team, weight in weights.items():
                found[team] += n * weight / sum(weights.values())
    return found
