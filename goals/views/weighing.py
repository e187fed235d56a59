"""Taking what MQLs of each grade are worth into the draft of how credit is given."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import may
from agreements.models import Credit
from agreements.models.credit import DOCUMENT
from agreements.models.points import GRADES
from common import clock as db_clock
from common.errors import Refused
from common.htmx import toast
from goals.mql_worth import count_by_grade, worths


@require_POST
@may("credit.edit")
def weigh_mqls(request: HttpRequest, number: int) -> HttpResponse:
    """Give each grade of a draft the points that its MQLs of the last year were worth."""
    draft = get_object_or_404(Credit.objects.visible_to(request.user).of(DOCUMENT), revision__number=number)
    found = worths(count_by_grade(at=db_clock.now()), points=draft.points_mql)
    if not found:
        raise Refused("Nothing was won from a hand-off in the last year, so no grade can be told from another.")
    draft.edit(by=request.user, **{GRADES[each.grade]: each.points for each in found})
    toast(request, "The draft has the points of each grade now.")
    return redirect(draft)
