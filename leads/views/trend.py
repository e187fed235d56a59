"""The trend under one definition: what of a rise is the leads, and what the definition."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from leads.drawings import trend as draw
from leads.trend import changes, months
from leads.views.criteria import version_of


@require_GET
@may("read")
def trend(request: HttpRequest, number: int) -> HttpResponse:
    """MQLs and their conversion by month, as if this version had always been in force."""
    criteria = version_of(request, number)
    backtest = criteria.backtests.done().select_related("criteria").order_by("pk").last()
    context = {"criteria": criteria, "backtest": backtest}
    if backtest:
        rows, begun = months(backtest), changes(backtest)
        context |= {"months": rows, "changes": begun, "chart": draw(rows, begun, number=number)}
    return render(request, "criteria/trend.html", context)


urls = [path("criteria/<int:number>/trend/", trend, name="criteria_trend")]
