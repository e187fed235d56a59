"""Any figure of the catalogue: what it means, how it went, and the rows it counts."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, may
from common import clock as db_clock
from common import metrics
from common.metrics import Metric
from common.periods import Period
from leads.breakdown import DIMENSIONS, narrowed
from sla.asked import asked
from sla.drilldown import line_of

TREND = 6
A_PAGE = 200


@require_GET
@may("read")
def reports(request: HttpRequest) -> HttpResponse:
    """Every figure, the two sides' beside each other, with its value in the period and in the one before."""
    picked = asked(request, at=db_clock.now())
    rows = [
        (metric, metric.value(picked.period), metric.value(picked.period.previous())) for metric in metrics.catalogue()
    ]
    groups = [(title, [row for row in rows if row[0].side == side]) for side, title in (*_SIDES, ("", "Together"))]
    return render(request, "sla/reports.html", {"asked": picked, "period": picked.period, "groups": groups})


_SIDES = [(side.value, side.label) for side in Side]


@require_GET
@may("read")
def report(request: HttpRequest, key: str) -> HttpResponse:
    """One figure with its definition, its last periods, and the rows behind its value."""
    try:
        metric = metrics.metric(key)
    except KeyError as error:
        raise Http404("There is no such figure.") from error
    at = db_clock.now()
    picked = asked(request, at=at)
    context = {"asked": picked, "period": picked.period, "metric": metric}
    context |= _group(request, metric, picked.period, at) if "by" in request.GET else _whole(metric, picked.period)
    return render(request, "sla/report.html", context)


def _whole(metric: Metric, period: Period) -> dict[str, Any]:
    """The figure as it is, with its last periods."""
    lines, more = _lines(metric.rows(period))
    trend = _trend(metric, period)
    return {
        "value": trend[-1][1],
        "trend": trend,
        "spark": [_size(value) for _, value in trend if value is not None],
        "lines": lines,
        "more": more,
        "dimensions": [each for each in DIMENSIONS.values() if each.suits(metric)],
    }


def _group(request: HttpRequest, metric: Metric, period: Period, at: datetime) -> dict[str, Any]:
    """The figure of one source, persona or campaign. Raises Http404 for what is not broken down."""
    dimension = DIMENSIONS.get(request.GET["by"])
    if dimension is None or not dimension.suits(metric):
        raise Http404("This figure is not broken down by that.")
    key = request.GET.get("is", "")
    rows = narrowed(metric, dimension, key, period, at=at)
    lines, more = _lines(rows)
    only = (dimension, dimension.label(key))
    return {"value": metric.measure.of(rows).value, "lines": lines, "more": more, "only": only}


def _lines(rows: Any) -> tuple[list[Any], bool]:
    """The first rows as lines, and whether there are more."""
    first = list(rows[: A_PAGE + 1])
    return [line_of(row) for row in first[:A_PAGE]], len(first) > A_PAGE


def _trend(metric: Metric, period: Period) -> list[tuple[Period, Any]]:
    """The figure in the periods up to this one, the oldest first."""
    periods = [period]
    while len(periods) < TREND:
        periods.append(periods[-1].previous())
    return [(each, metric.value(each)) for each in reversed(periods)]


def _size(value: Any) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


urls = [
    path("reports/", reports, name="reports"),
    path("reports/<slug:key>/", report, name="report"),
]
