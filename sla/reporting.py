"""One figure on its page: how it went, its groups, its rows, and all of that as tables for spreadsheets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from common.charts import Chart
from common.measures import Reading, Rows
from common.metrics import Metric, Unit, View
from common.periods import Period
from common.templatetags.words import calendar_time, in_unit, money_short, number, percent, working
from common.trends import Point, trend
from leads.breakdown import Dimension, narrowed
from leads.readings import from_settled
from sla.drilldown import line_of

TREND = 6  # periods
MOST = 100_000  # rows of a file
AT_ONCE = 2000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEADERS = ("About", "Company or part", "Moment", "What", "Address")


@dataclass(frozen=True)
class Shown:
    """A figure, of everything or of one group."""

    metric: Metric
    dimension: Dimension | None = None
    key: str = ""

    def rows(self, period: Period, *, at: datetime) -> Rows:
        """What it counts in a period."""
        if self.dimension is None:
            return self.metric.rows(period)
        return narrowed(self.metric, self.dimension, self.key, period, at=at)

    def reading(self, period: Period, *, at: datetime) -> Reading:
        """What that comes to."""
        if self.dimension is None:
            return self.metric.reading(period)
        return self.metric.measure.of(self.rows(period, at=at))

    @property
    def label(self) -> str:
        """What its group is called."""
        return self.dimension.label(self.key) if self.dimension else ""

    @property
    def only(self) -> str:
        """The part of an address that asks for its group; "" for everything."""
        return self.dimension.only(self.key) if self.dimension else ""


@dataclass(frozen=True)
class Moment:
    """A figure in one period of its trend."""

    period: Period
    reading: Reading
    is_open: bool


def first_of(rows: Rows, count: int) -> list[Any]:
    """The first rows. Which they are is found out before what belongs to them is fetched, so that it is for no more."""
    if not isinstance(rows, QuerySet):
        return list(rows[:count])
    return list(rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:count])))


def went(shown: Shown, period: Period, *, at: datetime) -> list[Moment]:
    """The figure in the periods up to this one, the oldest first; open is what may still change."""
    periods = [period]
    while len(periods) < TREND:
        periods.append(periods[-1].previous())
    with from_settled(periods[1:], at=at, of=shown.metric.behind):
        readings = [(each, shown.reading(each, at=at)) for each in reversed(periods)]
    return [Moment(each, reading, at < each.end or bool(reading.maturing)) for each, reading in readings]


def drawn(shown: Shown, moments: list[Moment]) -> Chart:
    """The trend as a chart in the figure's own unit."""
    metric = shown.metric
    points = [
        Point(each.period.label, _plain(each.reading.value), in_unit(each.reading.value, metric.unit), each.is_open)
        for each in moments
    ]
    return trend(
        points, title=metric.name, side=metric.side, say=_said(metric.unit), whole=metric.unit == Unit.COUNT
    )  # fmt: skip


def _plain(value: Any) -> float | None:
    """A value as the number an axis counts: lengths of working time in hours, on the calendar in days too."""
    if isinstance(value, timedelta):
        return value / HOUR
    return None if value is None else float(value)


def _said(unit: Unit) -> Any:
    """How the axis of a unit reads a number."""
    match unit:
        case Unit.SHARE | Unit.RATIO:
            return percent
        case Unit.CHANGE:
            return lambda change: in_unit(change, unit) if change else percent(0)
        case Unit.DURATION:
            return lambda hours: working(hours * HOUR)
        case Unit.DAYS:
            return lambda hours: calendar_time(hours * HOUR)
        case Unit.MONEY | Unit.MONEY_A_DAY:
            return lambda amount: money_short(Decimal(str(amount)))
    return number


# Tables for spreadsheets


def row_table(rows: Rows, *, zone: tzinfo) -> Iterator[list[str]]:
    """The headers, then each row of a figure, moments in the reader's zone; at most `MOST`."""
    yield list(HEADERS)
    some = rows[:MOST]
    for row in some if isinstance(some, list) else some.iterator(chunk_size=AT_ONCE):
        line = line_of(row)
        at = f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}" if line.at else ""
        yield [line.about, line.beside, at, line.words, line.url]


def trend_table(metric: Metric, moments: list[Moment]) -> Iterator[list[str]]:
    """The headers, then the figure in each period: plain numbers that a spreadsheet can count with.

    Shares run from 0 to 1, lengths of time are in hours, money is in the base currency.
    """
    is_cohort = metric.view == View.COHORT
    yield ["Period", "From", "To", metric.name, "Cases", *(["Still maturing"] if is_cohort else [])]
    for each in moments:
        value = each.reading.value
        told = value / HOUR if isinstance(value, timedelta) else value
        maturing = [str(each.reading.maturing)] if is_cohort else []
        days = (each.period.start_on.isoformat(), each.period.last_on.isoformat())
        yield [each.period.label, *days, "" if told is None else str(told), str(each.reading.cases), *maturing]
