"""One target of a plan: by week and by month, and where it is heading."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import may
from common import clock as db_clock
from goals.deals import DEALS
from goals.heading import Outlook
from goals.models import Target
from goals.progress import chart, line, parts
from goals.spread import months, weeks
from goals.standing import ways


@require_safe
@may("read")
def target(request: HttpRequest, pk: int) -> HttpResponse:
    """What a target asks and what was reached, week by week and month by month."""
    shown, at = get_object_or_404(Target.objects.visible_to(request.user).of_whole_periods(), pk=pk), db_clock.now()
    plan, outlook = shown.plan, Outlook(shown.plan, at=at)
    going, days = line(shown, plan, at=at, outlook=outlook), outlook.brought(shown.metric)
    context = {
        "plan": plan,
        "line": going,
        "outlook": outlook,
        "ways": ways(plan, going, outlook),
        "with_deals": shown.metric in DEALS,
        "chart": chart(going, plan, days, at=at),
        "months": parts(shown, plan, months(plan.span), days, at=at),
        "weeks": parts(shown, plan, weeks(plan.span), days, at=at),
    }
    return render(request, "goals/target.html", context)
