"""Any figure of the catalogue: what it means, how it went, of whom, and the rows it counts."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, may
from common import clock as db_clock
from common import metrics
from common.htmx import answer
from common.metrics import Metric, Theme, View
from common.periods import Period
from common.sheets import csv_lines
from leads.breakdown import DIMENSIONS
from leads.readings import from_kept
from sla.asked import asked
from sla.drilldown import line_of
from sla.findings import groups_of
from sla.reporting import Shown, drawn, first_of, row_table, trend_table, went

A_PAGE, MOST = 50, 200  # rows shown at once, and when more are asked for
SIDES = [*((side.value, side.label) for side in Side), ("", "Together")]


@require_GET
@may("read")
def reports(request: HttpRequest) -> HttpResponse:
    """The figures of a theme, or those that are called so, each side's apart, now and in the period before."""
    at = db_clock.now()
    picked, words = asked(request, at=at), request.GET.get("q", "").strip()
    theme = _theme(request)
    found = [each for each in metrics.catalogue() if _is_called(each, words)] if words else metrics.of_theme(theme)
    before = picked.period.previous()
    with from_kept([picked.period, before], at=at) as known:
        rows = [(each, each.reading(picked.period), each.reading(before)) for each in found]
    context = {
        "asked": picked,
        "period": picked.period,
        "kept": [("q", words)] if words else [("theme", theme.value)],
        "words": words,
        "theme": None if words else theme,
        "themes": Theme,
        "count": len(metrics.catalogue()),
        "groups": [(side, title, [row for row in rows if row[0].side == side]) for side, title in SIDES],
        "found": len(found),
        "as_of": known.as_of,
    }
    return render(request, "sla/reports.html", context)


def _theme(request: HttpRequest) -> Theme:
    try:
        return Theme(request.GET.get("theme") or Theme.FUNNEL)
    except ValueError as error:
        raise Http404("There is no such theme.") from error


def _is_called(metric: Metric, words: str) -> bool:
    return all(word in f"{metric.name} {metric.definition}".lower() for word in words.lower().split())


@require_GET
@may("read")
def report(request: HttpRequest, key: str) -> HttpResponse:
    """One figure with its definition, its last periods and its groups; the rows behind its value follow."""
    at = db_clock.now()
    shown, picked = _shown(request, key), asked(request, at=at)
    period, metric = picked.period, shown.metric
    moments = went(shown, period, at=at)
    context = {
        "asked": picked,
        "period": period,
        "kept": _kept(request),
        "metric": metric,
        "shown": shown,
        "reading": moments[-1].reading,
        "is_cohort": metric.view == View.COHORT,
        "owner": Side(metric.side).label if metric.side else "Both sides",
        "trend": moments,
        "chart": drawn(shown, moments),
        **_groups(request, shown, period, at=at),
    }
    return render(request, "sla/report.html", context)


@require_GET
@may("read")
def counted(request: HttpRequest, key: str) -> HttpResponse:
    """The first rows behind a figure; also a part of its page."""
    at = db_clock.now()
    shown, picked = _shown(request, key), asked(request, at=at)
    limit = MOST if "more" in request.GET else A_PAGE
    first = first_of(shown.rows(picked.period, at=at), limit + 1)
    context = {
        "asked": picked,
        "period": picked.period,
        "kept": _kept(request),
        "metric": shown.metric,
        "shown": shown,
        "lines": [line_of(row) for row in first[:limit]],
        "more": len(first) > limit,
        "longer": MOST if limit < MOST else None,
    }
    return answer(request, "sla/counted.html", context, part="sla/_counted.html")


def _shown(request: HttpRequest, key: str) -> Shown:
    """The figure that is asked for, or one group of it. Raises Http404 for what there is not."""
    try:
        metric = metrics.metric(key)
    except KeyError as error:
        raise Http404("There is no such figure.") from error
    if "is" not in request.GET:
        return Shown(metric)
    dimension = DIMENSIONS.get(request.GET.get("by", ""))
    if dimension is None or not dimension.suits(metric):
        raise Http404("This figure is not broken down by that.")
    return Shown(metric, dimension, request.GET["is"])


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What the period picker keeps of the address."""
    return [(name, request.GET[name]) for name in ("by", "is") if name in request.GET]


def _groups(request: HttpRequest, shown: Shown, period: Period, *, at: datetime) -> dict[str, Any]:
    """The figure of each group, by the first thing it can be broken down by or by what is asked for."""
    if shown.dimension:
        return {}
    suited = [each for each in DIMENSIONS.values() if each.suits(shown.metric)]
    by = request.GET.get("by", "")
    if by and by not in [each.key for each in suited]:
        raise Http404("This figure is not broken down by that.")
    if not suited:
        return {}
    dimension = DIMENSIONS[by] if by else suited[0]
    groups, counted_at = groups_of(shown.metric, dimension, period, at=at)
    told = [each for each in groups if each.readings[0].value is not None or not shown.metric.made_of]
    return {"dimensions": suited, "dimension": dimension, "groups": told, "counted_at": counted_at}


@require_GET
@may("read")
def export(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The rows behind a figure as CSV, or with `?what=trend` its last periods."""
    at = db_clock.now()
    shown, period = _shown(request, key), asked(request, at=at).period
    is_trend = request.GET.get("what") == "trend"
    if is_trend:
        table = trend_table(shown.metric, went(shown, period, at=at))
    else:
        table = row_table(shown.rows(period, at=at), zone=request.user.tz)
    response = StreamingHttpResponse(csv_lines(table), content_type="text/csv; charset=utf-8")
    name = f"{key}-{'trend-to-' if is_trend else ''}{period.key}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urls = [
    path("reports/", reports, name="reports"),
    path("reports/<slug:key>/", report, name="report"),
    path("reports/<slug:key>/rows/", counted, name="report_rows"),
    path("reports/<slug:key>/export/", export, name="export_report"),
]
