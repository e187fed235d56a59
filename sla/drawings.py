"""The two figures of the scorecard: what marketing delivered so far, and how long sales took."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import accumulate

from django.db.models import Count
from django.db.models.functions import TruncDate

from accounts.access import Side
from common.charts import Chart, histogram, pace_line
from common.hours import zone_named
from common.periods import Period, local_day
from leads.metrics import delivered
from sla.attainment import steps
from sla.models import Agreement, Commitment
from sla.pace import days_gone, pace
from sla.scorecard import first_begun_at

COLUMNS_IN_TIME = 8
COLUMNS = 12


def delivery(agreement: Agreement, commitment: Commitment, period: Period, *, at: datetime) -> Chart:
    """MQLs delivered by each day's beginning and now, against the line of the promise."""
    since = local_day(first_begun_at(), period.zone)
    due = pace(commitment.target, commitment.period, period, agreement.hours, since=since)
    of_day = TruncDate("handed_over_at", tzinfo=zone_named(period.zone))
    of_each = delivered(period).order_by().annotate(day=of_day).values_list("day").annotate(count=Count("pk"))
    counts = Counter(dict(of_each))
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
    labels = [_span(n * step, (n + 1) * step) for n in range(COLUMNS - 1)]
    return histogram(
        counts,
        [*labels, f"{_short((COLUMNS - 1) * step)} +"],
        title="Working time from hand-off to first attempt or return",
        side=Side.SALES,
        agreed=COLUMNS_IN_TIME,
        agreed_words=f"agreed: {_short(commitment.allowed)}",
        things="hand-offs",
    )


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
