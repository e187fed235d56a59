"""The past that a version of the agreement is tried on: what sales was handed in a stretch of weeks, and did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.memory import seldom_searched
from leads.lifecycle import Stage
from leads.models import Attempt, Handoff, Transition
from leads.models.attempt import CONNECTED
from sla.cases import customers_cases_of
from sla.reckoning import Case, counts_at

WEEKS = 13
LENGTHS = (4, 13, 26, 52)
MOST = 30_000  # hand-offs, the latest of a stretch: what a page replays in two seconds

Life = tuple[int, int]  # a lead and the number of its episode

DECIDED = {Stage.SAL, Stage.SQL, Stage.RECYCLED, Stage.DISQUALIFIED}
ENDED = {Stage.OPPORTUNITY, Stage.RECYCLED, Stage.DISQUALIFIED}


@dataclass(frozen=True)
class Past:
    """The cases of a stretch, by the customer's clock: `leads` names the lead of each, `found` counts them all.

    Where nothing was handed over, they are the MQLs of imported history: nobody knows which of them were hot, and
    `untold` are those left out because history has one moment for all their stages, and no attempt.
    """

    since: datetime
    until: datetime
    cases: list[Case]
    leads: dict[int, int]
    found: int
    imported: bool = False
    untold: int = 0

    @property
    def attempted(self) -> int:
        """How many have an attempt written down."""
        return sum(bool(case.attempts) for case in self.cases)

    @property
    def acted_on(self) -> int:
        """How many have an attempt, a return or a deal."""
        return sum(case.first_act is not None for case in self.cases)


def past(weeks: int, *, at: datetime) -> Past:
    """The hand-offs of the weeks up to a moment, else what was imported of them."""
    since = at - timedelta(weeks=weeks)
    made = Handoff.objects.filter(made_at__gte=since, made_at__lt=at).order_by("-made_at", "-pk")
    latest = made[:MOST]
    leads = dict(latest.values_list("pk", "lead_id"))
    if not leads:
        return _imported(since, at)
    found = len(leads) if len(leads) < MOST else made.count()
    with seldom_searched():
        return Past(since, at, customers_cases_of(latest), leads, found)


def _imported(since: datetime, until: datetime) -> Past:
    became = Transition.objects.counted().filter(imported=True, to_stage=Stage.MQL, at__gte=since, at__lt=until)
    rows = list(became.order_by("-at", "-pk").values_list("pk", "lead_id", "episode", "at")[:MOST])
    cases = {(lead, episode): Case(pk, at) for pk, lead, episode, at in rows}
    leads = {pk: lead for pk, lead, *_ in rows}
    jumped = _add_moves(cases)
    _add_attempts(cases)
    told = [case for life, case in cases.items() if case.attempts or life not in jumped]
    return Past(since, until, told, leads, became.count(), imported=True, untold=len(cases) - len(told))


def _add_moves(cases: dict[Life, Case]) -> set[Life]:
    """What was decided, and what ended them; return those that history has at one moment where they stand now."""
    jumped = set()
    moves = Transition.objects.counted().filter(lead__in=_leads(cases), to_stage__in=DECIDED | ENDED)
    for lead, episode, stage, at in moves.order_by("at", "pk").values_list("lead_id", "episode", "to_stage", "at"):
        case = cases.get((lead, episode))
        if case is None or at < case.made_at:
            continue
        if at == case.made_at:
            jumped.add((lead, episode))
            continue
        if stage in DECIDED:
            case.decided_at = case.decided_at or at
        if stage in ENDED:
            case.endings.append(at)
    return jumped


def _add_attempts(cases: dict[Life, Case]) -> None:
    """Attempts name no episode where there is no hand-off: each counts for the one that had begun last."""
    lives: dict[int, list[Case]] = defaultdict(list)
    for (lead, _), case in sorted(cases.items()):
        lives[lead].append(case)
    made = Attempt.objects.standing().filter(lead__in=_leads(cases)).order_by("at", "pk")
    for lead, at, recorded_at, synced, zone, outcome in made.values_list(
        "lead_id", "at", "recorded_at", "synced", "by__zone", "outcome"
    ):
        counts = counts_at(at, recorded_at, synced=synced, zone=zone)
        begun = [case for case in lives[lead] if case.made_at <= counts]
        if begun:
            begun[-1].attempts.append(counts)
            begun[-1].reached += [counts] if outcome in CONNECTED else []
    for case in cases.values():
        case.attempts.sort()
        case.reached.sort()


def _leads(cases: Iterable[Life]) -> set[int]:
    return {lead for lead, _ in cases}
