"""Hand-offs with all that happened to them, read in a handful of statements, however many they are."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.access import Side
from accounts.models import Team, User, hours_of
from common.hours import Hours
from leads.models import Assignment, Attempt, Episode, Handoff, HandoffReturn, Opportunity, PutOff
from leads.models.attempt import CONNECTED
from leads.models.returns import Result
from sla.models.agreement import Agreement
from sla.reckoning import Case, Key, Stint, counts_at

Handoffs = list[int] | QuerySet[Handoff]  # ids, or of many the query that finds them

ENDINGS = [Result.RECYCLED, Result.DISQUALIFIED]
WITH_MARKETING = [Result.REPAIR, Result.MERGE]  # until it is completed, or found to be no double


def cases_of(handoffs: Iterable[int], *, lock: bool = True) -> list[Case]:
    """The cases of these hand-offs; locks their rows, so that two events on one hand-off are settled in turn.

    Who only looks takes no `lock`.
    """
    found = Handoff.objects.filter(pk__in=handoffs).order_by("pk")
    cases = _begun(found.select_for_update(no_key=True) if lock else found)
    _add_stints(cases)
    return _happened(cases, list(cases))


def customers_cases_of(handoffs: QuerySet[Handoff]) -> list[Case]:
    """The cases of many hand-offs, in their order, without who owned them: the customer's clocks ask for no more."""
    return _happened(_begun(handoffs), handoffs.values("pk"))


def _begun(handoffs: QuerySet[Handoff]) -> dict[int, Case]:
    columns = ("pk", "made_at", "hot", "pool_id", "grade", "withdrawn", "closed_at", "decided_at")
    return {
        pk: Case(pk, made_at, hot, pool, closed_at if withdrawn else None, closed_at is None, decided_at, grade=grade)
        for pk, made_at, hot, pool, grade, withdrawn, closed_at, decided_at in handoffs.values_list(*columns)
    }


def _happened(cases: dict[int, Case], handoffs: Handoffs) -> list[Case]:
    _add_attempts(cases, handoffs)
    _add_put_offs(cases, handoffs)
    _add_returns(cases, handoffs)
    _add_next_lives(cases)
    _add_deals(cases, handoffs)
    for case in cases.values():
        case.attempts.sort()
        case.reached.sort()
        case.endings.sort()
    return list(cases.values())


def _add_stints(cases: dict[int, Case]) -> None:
    rows = Assignment.objects.filter(handoff__in=cases).order_by("from_at", "pk")
    for pk, *stint in rows.values_list("handoff_id", "owner_id", "from_at", "until_at"):
        cases[pk].stints.append(Stint(*stint))


def _add_attempts(cases: dict[int, Case], handoffs: Handoffs) -> None:
    rows = Attempt.objects.standing().filter(handoff__in=handoffs)
    for pk, made_at, recorded_at, synced, zone, outcome in rows.values_list(
        "handoff_id", "at", "recorded_at", "synced", "by__zone", "outcome"
    ):
        at = counts_at(made_at, recorded_at, synced=synced, zone=zone)
        if at >= cases[pk].made_at:  # a call before the hand-off does not follow it up
            cases[pk].attempts.append(at)
            cases[pk].reached += [at] if outcome in CONNECTED else []


def _add_put_offs(cases: dict[int, Case], handoffs: Handoffs) -> None:
    for each in PutOff.objects.standing().filter(handoff__in=handoffs).order_by("at", "pk"):
        cases[each.handoff_id].put_offs.append((each.at, each.over_at))


def _add_returns(cases: dict[int, Case], handoffs: Handoffs) -> None:
    rows = HandoffReturn.objects.standing().filter(handoff__in=handoffs).order_by("at")
    for each in rows.only("handoff_id", "result", "was_accepted", "at", "repaired_at", "planned_at"):
        if each.result in ENDINGS:
            cases[each.handoff_id].endings.append(each.at)
        if each.result == Result.RECYCLED:
            cases[each.handoff_id].plans.append((each.at, each.planned_at))
        elif each.result in WITH_MARKETING and not each.was_accepted:
            cases[each.handoff_id].repairs.append((each.at, each.repaired_at))


def _add_next_lives(cases: dict[int, Case]) -> None:
    """When those for whom marketing had no plan became MQLs anew."""
    waiting = [pk for pk, case in cases.items() if any(planned is None for _, planned in case.plans)]
    if not waiting:
        return
    following = Episode.objects.filter(lead=OuterRef("lead"), number=OuterRef("episode") + 1)
    rows = Handoff.objects.filter(pk__in=waiting).annotate(went_on_at=Subquery(following.values("lead_at")))
    for pk, at in rows.values_list("pk", "went_on_at"):
        cases[pk].went_on_at = at


def _add_deals(cases: dict[int, Case], handoffs: Handoffs) -> None:
    for pk, at in Opportunity.objects.filter(handoff__in=handoffs).values_list("handoff_id", "opened_at"):
        cases[pk].endings.append(at)


class CurrentHours:
    """The working hours that clocks starting now begin under: the pool's or the owner's, as entered today.

    `of` a person without working hours are those of the pool; of a hand-off without a pool, and of
    what marketing promised, those of the agreement.
    """

    def __init__(self, agreement_of: dict[int, Agreement], cases: Iterable[Case]) -> None:
        self.agreement_of = agreement_of
        self.pool_of = {case.handoff_id: case.pool_id for case in cases}
        self.known: dict[tuple[type, int], Hours] = {}
        self.marketings = {
            pk for each in {agreement.pk: agreement for agreement in agreement_of.values()}.values()
            for pk in each.promised_by(Side.MARKETING)
        }  # fmt: skip

    def of(self, key: Key) -> Hours:
        return self._owners(key) if key.owner_id else self._pools(key)

    def _owners(self, key: Key) -> Hours:
        if (User, key.owner_id) not in self.known:
            person = User.objects.select_related("calendar", "team__calendar").get(pk=key.owner_id)
            try:
                self.known[User, key.owner_id] = _without_past(hours_of(person), key.started_at)
            except ValueError:
                return self._pools(key)
        return self.known[User, key.owner_id]

    def _pools(self, key: Key) -> Hours:
        agreement = self.agreement_of[key.handoff_id]
        pool_id = None if key.commitment_id in self.marketings else self.pool_of[key.handoff_id]
        source = (Team, pool_id) if pool_id else (Agreement, agreement.pk)
        if source not in self.known:
            pool = Team.objects.select_related("calendar").filter(pk=pool_id).first()
            self.known[source] = pool.calendar.hours() if pool else agreement.hours
        return self.known[source]


def _without_past(hours: Hours, at: datetime) -> Hours:
    """Without absences that were over, so that the hours many clocks keep are the same value."""
    return Hours(hours.zone, hours.week, hours.holidays, tuple(span for span in hours.absences if span[1] > at))
