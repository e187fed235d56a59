"""The signs worth a look."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sla.models import Agreement
from tests.oracles.figures import leads, promises
from tests.oracles.figures.raw import DAY, Raw
from tests.oracles.figures.told import Told, counted, figure

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@figure("by_hand_at_the_end")
def _by_hand_at_the_end(raw: Raw) -> Told:
    by_hand = [life for life in leads.delivered(raw) if leads.was_by_hand(raw, life)]
    return counted(life for life in by_hand if _is_near_the_end(raw, raw.handed_over_at(life)))


def _is_near_the_end(raw: Raw, at: datetime) -> bool:
    """On one of the last three working days of its month, or after them."""
    hours = _hours()
    if hours is None:
        return False
    day = raw.local_day(at)
    working_days_after, next_day = 0, day + DAY
    while next_day.month == day.month:
        working_days_after += hours.is_working_day(next_day)
        next_day += DAY
    return working_days_after < 3 if hours.is_working_day(day) else working_days_after < 3 and _has_begun(day, hours)


def _has_begun(day: Any, hours: Any) -> bool:
    """Whether the last three working days of a month have begun by a day on which nobody works."""
    month = [day.replace(day=1) + n * DAY for n in range(31)]
    working = [each for each in month if each.month == day.month and hours.is_working_day(each)][-3:]
    return bool(working) and day >= working[0]


def _hours() -> Any:
    agreement = Agreement.objects.ruling()
    return agreement and agreement.hours


@figure("returned_after_cut_off")
def _after_cut_off(raw: Raw) -> Told:
    return counted(row for row in leads.quality_returns(raw) if leads.came_late(raw, row))


@figure("attempts_by_hand")
def _attempts_by_hand(raw: Raw) -> Told:
    made = [row for row in raw.all("leads.Attempt") if row.undone_at is None and raw.so_far(row.at)]
    return counted(row for row in made if not row.synced and any(each.synced for each in made))


@figure("first_attempts_last_minute")
def _in_the_last_minutes(raw: Raw) -> Told:
    def allowed(clock: Any) -> timedelta:
        return raw.by_id("sla.Commitment")[clock.commitment_id].allowed

    kept = [row for row in promises.fell_due(raw, *promises.FIRST) if promises.is_kept(row) and allowed(row)]
    return counted(row for row in kept if row.took >= allowed(row) * 0.95)


def _accepted(raw: Raw) -> list[Any]:
    return [row for row in raw.all("leads.Handoff") if raw.so_far(row.accepted_at)]


@figure("accepted_untouched")
def _untouched(raw: Raw) -> Told:
    tried = {row.handoff_id for row in raw.all("leads.Attempt") if row.undone_at is None}
    became_a_deal = {row.handoff_id for row in raw.all("leads.Opportunity")}
    old = [row for row in _accepted(raw) if row.accepted_at < raw.now - 3 * DAY]
    return counted(row for row in old if row.id not in tried | became_a_deal)


def _given_back(raw: Raw) -> Iterator[Any]:
    return (row for row in raw.returns if row.result in ("recycled", "disqualified"))


@figure("dropped_soon")
def _dropped_soon(raw: Raw) -> Told:
    accepted, hours = {row.id: row for row in _accepted(raw)}, _hours()
    gone = {
        row.handoff_id
        for row in _given_back(raw)
        if row.was_accepted
        and row.handoff_id in accepted
        and hours
        and row.at - accepted[row.handoff_id].accepted_at < 14 * DAY
        and _worked(accepted[row.handoff_id].accepted_at, row.at, hours) <= HOUR
    }
    return counted(accepted[pk] for pk in gone)


def _worked(since: datetime, until: datetime, hours: Any) -> timedelta:
    """Working time between two moments, day by day by the wall clock; exact where no clock is changed on the way."""
    zone, worked = ZoneInfo(hours.zone), timedelta()
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        midnight = datetime.combine(day, datetime.min.time(), zone)
        for window in hours.week[day.weekday()] if hours.is_working_day(day) else ():
            opens, closes = max(midnight + window.opens, since), min(midnight + window.closes, until)
            worked += max(closes - opens, timedelta())
        day += DAY
    return worked


@figure("returned_then_won")
def _returned_then_won(raw: Raw) -> Told:
    won = [row for row in raw.all("leads.Opportunity") if row.state == "won"]
    return counted(
        row
        for row in _given_back(raw)
        if raw.within(row.at)
        and any(deal.lead_id == raw.handoff(row).lead_id and deal.closed_at > row.at for deal in won)
    )
