"""The trend under one definition: what of a rise is the leads, and what the definition."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from leads.drawings import trend as draw
from leads.models import Criteria
from leads.trend import changes, months


@require_GET
@may("read")
def trend(request: HttpRequest, number: int) -> HttpResponse:
    """MQLs and their conversion by month, as if this version had always been in force."""
    versions = Criteria.objects.visible_to(request.user).select_related("revision")
    criteria = get_object_or_404(versions, revision__number=number)
    backtest = criteria.backtests.done().select_related("criteria").order_by("pk").last()
    context = {"criteria": criteria, "backtest": backtest}
    if backtest:
        rows, begun = months(backtest), changes(backtest)
        context |= {"months": rows, "changes": begun, "chart": draw(rows, begun, number=number)}
    return render(request, "criteria/trend.html", context)


urls = [path("criteria/<int:number>/trend/", trend, name="criteria_trend")]
