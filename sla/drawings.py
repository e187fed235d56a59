"""The two figures of the scorecard: what marketing delivered so far, and how long sales took."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import accumulate

from accounts.access import Side
from common.charts import Chart, histogram, pace_line
from common.periods import Period, local_day
from leads.metrics.delivery import delivered_by_day
from sla.attainment import steps
from sla.backtest import Group, Outcome, Tried
from sla.clauses import Form
from sla.models import Agreement, Commitment
from sla.pace import days_gone, pace

COLUMNS_IN_TIME = 8
COLUMNS = 12


def delivery(agreement: Agreement, commitment: Commitment, period: Period, *, at: datetime) -> Chart:
    """MQLs delivered by each day's beginning and now, against the line of the promise."""
    since = local_day(agreement.promised_from(period), period.zone)
    due = pace(commitment.target, commitment.period, period, agreement.hours, since=since)
    counts = Counter({day: counted.delivered for day, counted in delivered_by_day(period).items()})
    gone = days_gone(period, at)
    actual = list(accumulate((counts[day] for day in period.days()[:gone]), initial=0))
    if period.start <= at < period.end:
        actual[-1] += counts[period.days()[gone]]
    labels = [f"{day.day} {day:%b}" for day in period.days()]
    return pace_line(
        actual,
        due,
        [*labels, labels[-1]],
        title="MQLs delivered, against the pace line in working days",
        side=Side.MARKETING,
        unit="MQLs",
    )


def responses(commitment: Commitment, period: Period) -> Chart:
    """Working time to the first attempt or return, in eighths of what was agreed, of the cases that were answered.

    What took exactly the agreed time stands before the line.
    """
    step = commitment.allowed / COLUMNS_IN_TIME
    counts = [0] * COLUMNS
    for begun, cases in steps(period, commitment.metric, step).items():
        counts[min(max(0, begun - 1), COLUMNS - 1)] += cases
    return histogram(
        counts,
        _eighths(step),
        title="Working time from hand-off to first attempt or return",
        side=Side.SALES,
        agreed=COLUMNS_IN_TIME,
        agreed_words=f"agreed: {_short(commitment.allowed)}",
        things="hand-offs",
    )


def tried_responses(tried: Tried) -> Chart:
    """How long past cases took, against the limit they are tried with: kept before the line, missed after it.

    A deadline goes in eighths of its limit, what is due in days by the day; at the end stands what was never done.
    """
    deadline = tried.terms.form == Form.DEADLINE
    step = tried.terms.allowed / COLUMNS_IN_TIME
    limit = COLUMNS_IN_TIME if deadline else tried.terms.within_days
    labels = _eighths(step) if deadline else _days(limit + max(2, limit // 2))
    columns = Counter(_column_of(each, tried.place(each, step), limit, len(labels)) for each in tried.due)
    words = _short(tried.terms.allowed) if deadline else f"{limit} working day{'' if limit == 1 else 's'}"
    return histogram(
        [columns[n] for n in range(len(labels) + 1)],
        [*labels, "not done"],
        title="Working time it took" if deadline else "Working days it took",
        side=tried.commitment.side,
        agreed=limit,
        agreed_words=f"limit: {words}",
        things="cases",
    )


def _column_of(outcome: Outcome, place: int | None, limit: int, columns: int) -> int:
    """What came after closing time on the last day took no longer than allowed, and is late all the same."""
    if place is None:
        return columns
    return min(place, limit - 1) if outcome.group == Group.KEPT else min(max(place, limit), columns - 1)


def _eighths(step: timedelta) -> list[str]:
    labels = [_span(n * step, (n + 1) * step) for n in range(COLUMNS - 1)]
    return [*labels, f"{_short((COLUMNS - 1) * step)} +"]


def _days(count: int) -> list[str]:
    return [*(f"day {n}" for n in range(1, count)), f"day {count} +"]


def _span(start: timedelta, end: timedelta) -> str:
    """ "0–1 h", "30–45 min", "45 min–1 h"."""
    first, last = _short(start), _short(end)
    number, _, unit = first.partition(" ")
    same = (last.endswith(f" {unit}") and last.count(" ") == 1) or not start
    return f"{number if same else first}–{last}"


def _short(length: timedelta) -> str:
    hours, rest = divmod(length, timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return " ".join(filter(None, [f"{hours} h" if hours or not minutes else "", f"{minutes} min" if minutes else ""]))
