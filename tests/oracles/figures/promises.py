"""The figures of promises: how many were kept, how long it took, what stands between both sides and their reward.

When a clock is due and what ends it is compared with an oracle of its own; here its rows are counted.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import ceil, sqrt
from types import SimpleNamespace
from typing import Any

from campaigns.models import Campaign
from common.periods import Period, month_of, quarter_of, week_of, year_of
from sla.models import Agreement
from tests.oracles.figures import leads
from tests.oracles.figures.raw import DAY, Raw, closing
from tests.oracles.figures.told import ORACLE, Told, counted, figure, ids, shared

FIRST = ("first_attempt_attainment", "first_attempt_attainment_hot")
WITH_CLOCKS = (
    *FIRST, "repair_attainment", "plan_attainment", "decision_attainment", "disposition_attainment",
    "attempts_attainment",
)  # fmt: skip
AROUND = {"week": week_of, "month": month_of, "quarter": quarter_of, "year": year_of}


def customers(raw: Raw) -> list[Any]:
    return [row for row in raw.all("sla.Clock") if row.kind == "customer" and raw.so_far(row.due_at)]


def measures(raw: Raw, clock: Any) -> str:
    """The figure that counts a clock."""
    return raw.by_id("sla.Commitment")[clock.commitment_id].metric


def fell_due(raw: Raw, *figures: str) -> list[Any]:
    due = [row for row in customers(raw) if row.void_at is None and row.waived_at is None]
    return [row for row in due if measures(raw, row) in figures]


def is_kept(clock: Any) -> bool:
    return clock.done_at is not None and clock.done_at <= clock.due_at


for each in WITH_CLOCKS:
    ORACLE[each] = lambda raw, each=each: shared(fell_due(raw, each), is_kept)


def answered_by(raw: Raw) -> list[Any]:
    """First attempts that fell due, however they were answered."""
    return fell_due(raw, *FIRST)


def tried_by(raw: Raw) -> list[Any]:
    """First attempts that fell due, but for those that a return answered."""
    returned = {(row.handoff_id, row.at) for row in raw.returns}
    return [row for row in fell_due(raw, *FIRST) if (row.handoff_id, row.done_at) not in returned]


def within_which(share: float, cases: Callable[[Raw], list[Any]]) -> Callable[[Raw], Told]:
    """The least time within which so many of all cases were answered; None where so many were not."""

    def calculation(raw: Raw) -> Told:
        due = cases(raw)
        took = sorted(row.took for row in due if row.took is not None)
        needed = max(ceil(share * len(due)), 1)
        return Told(took[needed - 1] if len(took) >= needed else None, ids(due))

    return calculation


ORACLE["response_median"], ORACLE["response_p90"] = within_which(0.5, answered_by), within_which(0.9, answered_by)
ORACLE["speed_to_lead"], ORACLE["speed_to_lead_p90"] = within_which(0.5, tried_by), within_which(0.9, tried_by)


@figure("response_coverage")
def _coverage(raw: Raw) -> Told:
    return shared(answered_by(raw), lambda row: row.took is not None)


@figure("speed_to_lead_coverage")
def _tried(raw: Raw) -> Told:
    return shared(tried_by(raw), lambda row: row.took is not None)


@figure("excused")
def _excused(raw: Raw) -> Told:
    return counted(row for row in customers(raw) if row.waived_at)


@figure("put_off")
def _put_off(raw: Raw) -> Told:
    return counted(row for row in raw.all("leads.PutOff") if row.undone_at is None and raw.so_far(row.at))


@figure("data_complete")
def _complete(raw: Raw) -> Told:
    rows = [row for row in raw.all("sla.DataCheck") if raw.so_far(raw.handoff(row).made_at)]
    rows = [row for row in rows if not raw.handoff(row).withdrawn]
    checks = (SimpleNamespace(id=row.handoff_id, missing=row.missing) for row in rows)
    return shared(checks, lambda row: not row.missing)


@figure("requests_answered")
def _answers(raw: Raw) -> Told:
    rows = [row for row in raw.all("campaigns.ContentRequest") if raw.so_far(row.due_at) and row.state != "withdrawn"]
    rows = [row for row in rows if not (row.stopped_at and row.stopped_at <= row.due_at)]
    return shared(rows, lambda row: row.answered_at and row.answered_at <= row.due_at)


def agreement_at(at: datetime) -> Agreement | None:
    """The version that was in force at a moment."""
    found = [each for each in Agreement.objects.with_terms() if each.revision.in_force_at]
    ruled = [
        each
        for each in found
        if each.revision.in_force_at <= at and (each.revision.ended_at is None or at < each.revision.ended_at)
    ]
    return ruled[0] if ruled else None


def first_begun_at(raw: Raw) -> datetime:
    documents = {row.revision_id for row in raw.all("sla.Agreement")}
    begun = [row.in_force_at for row in raw.all("agreements.Revision") if row.id in documents and row.in_force_at]
    return min(begun)


@figure("briefs_in_time")
def _briefs(raw: Raw) -> Told:
    until = min(raw.period.end, raw.now)
    agreement = agreement_at(until)
    promise = agreement and agreement.promise("briefs_in_time")
    if not promise:
        return Told(None, None)
    given = {row.campaign_id: row.given_at for row in raw.all("campaigns.Brief")}
    kept = []
    for campaign in Campaign.objects.exclude(starts_on=None):
        day, left = campaign.starts_on, promise.within_days
        while left:
            day -= DAY
            left -= agreement.hours.is_working_day(day)
        due_at = closing(day, agreement.hours)
        if max(raw.period.start, first_begun_at(raw)) <= due_at < until:
            kept.append(campaign.pk in given and given[campaign.pk] <= due_at)
    return Told(sum(kept) / len(kept) if kept else None, None)


# The scorecard


def is_a_count(commitment: Any) -> bool:
    return commitment.metric in ("mqls_delivered", "customers", "meetings_held")


def due_by_now(raw: Raw, commitment: Any, hours: Any, until_on: Any) -> float:
    """What is due of a count by a morning: each working day since the first agreement carries the same part."""
    due, since = 0.0, raw.local_day(first_begun_at(raw))
    for day in raw.period.days():
        if day < until_on and day >= since and hours.is_working_day(day):
            around = _around(commitment.period, day, raw.period.zone)
            due += float(commitment.target) / raw.working_days(around.start_on, around.end_on, hours)
    return due


def _around(kind: str, day: Any, zone: str) -> Period:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return AROUND[kind](noon, zone)


def promises(raw: Raw) -> Iterator[tuple[Any, float | None, float, float]]:
    """Each promise of the agreement with what was reached, what is due by now, and what in the end."""
    agreement = agreement_at(min(raw.now, raw.period.end - timedelta(seconds=1)))
    for commitment in agreement.commitments.all() if agreement else ():
        value = ORACLE[commitment.metric](raw).value
        wanted = due = float(commitment.wanted)
        if is_a_count(commitment):
            wanted = due_by_now(raw, commitment, agreement.hours, raw.period.end_on)
            due = due_by_now(raw, commitment, agreement.hours, raw.local_day(raw.now))
        yield commitment, value, due, wanted


@figure("alignment")
def _alignment(raw: Raw) -> Told:
    attained: dict[str, list[float]] = {"marketing": [], "sales": []}
    found = list(promises(raw))
    for commitment, value, due, _ in found:
        if value is not None and due:
            for side, parts in attained.items():
                if commitment.side in (side, "both"):
                    parts.append(min(1.0, value / due))
    if not all(attained.values()):
        return Told(None, None)
    ours, theirs = (sum(each) / len(each) for each in attained.values())
    formula = found[0][0].agreement.formula
    return Told(min(ours, theirs) if formula == "weaker" else sqrt(ours * theirs), None)


@figure("reward_missing")
def _missing(raw: Raw) -> Told:
    is_closed = raw.period.end <= raw.now
    missing = [
        commitment
        for commitment, value, due, wanted in promises(raw)
        if value is not None and value < (wanted if is_closed else due) - 1e-9
    ]
    return Told(len(missing), None)


# What holds it back


@figure("held_back")
def _held_back(raw: Raw) -> Told:
    late, reasons = _late_attempts(raw), _most_given_reason(raw)
    return Told(len(late) + len(reasons), sorted([*late, *reasons]))


def _late_attempts(raw: Raw) -> list[int]:
    """The misses of the group with the most beyond what everybody else's rate would give it."""
    due = fell_due(raw, *FIRST)
    misses = [row for row in due if not is_kept(row)]
    best: tuple[float, str, list[int]] = (0.0, "", [])
    for words, belongs in _groups(raw, misses):
        group, missed = [row for row in due if belongs(row)], [row for row in misses if belongs(row)]
        others = len(due) - len(group)
        enough = len(misses) >= 5 and len(missed) >= max(5, 0.4 * len(misses))
        if not enough or not others:
            continue
        elsewhere = (len(misses) - len(missed)) / others
        excess = len(missed) - len(group) * elsewhere
        if len(missed) / len(group) >= 1.5 * elsewhere and excess > 0:
            best = max(best, (excess, words, ids(missed)), key=lambda each: each[:2])
    return best[2]


def _groups(raw: Raw, misses: list[Any]) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    def began(clock: Any) -> datetime:
        return clock.started_at.astimezone(raw.zone)

    for hour in range(12, 18):
        yield f"on hand-offs made after {hour}:00", lambda row, hour=hour: began(row).hour >= hour
    for day, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")):
        yield f"on {name}’s hand-offs", lambda row, day=day: began(row).weekday() == day
    for source in sorted({_source(raw, row) for row in misses} - {""}):
        yield f"on hand-offs from “{source}”", lambda row, source=source: _source(raw, row) == source
    yield "on hand-offs that nobody owned in time", lambda row: not _was_owned(raw, row)


def _source(raw: Raw, clock: Any) -> str:
    handoff = raw.handoff(clock)
    campaign = raw.by_id("campaigns.Campaign").get(handoff.campaign_id)
    return campaign.name if campaign else raw.by_id("leads.Lead")[handoff.lead_id].source


def _was_owned(raw: Raw, clock: Any) -> bool:
    given = raw.all("leads.Assignment")
    return any(row.handoff_id == clock.handoff_id and row.from_at < clock.due_at for row in given)


def _most_given_reason(raw: Raw) -> list[int]:
    returned = leads.quality_returns(raw)
    by_reason: dict[int, list[int]] = {}
    for row in returned:
        by_reason.setdefault(row.reason_id, []).append(row.id)
    most = min(by_reason, key=lambda reason: (-len(by_reason[reason]), reason), default=None)
    found = by_reason.get(most, [])
    return found if len(found) >= max(5, 0.4 * len(returned)) else []
