"""A draft divided in segments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from goals.forms.segments import SegmentForms, rows_of
from goals.models import Plan


@require_http_methods(["GET", "POST"])
@may("plan.edit")
def divide_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Divide a draft; without a row it is whole again."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).with_terms(), pk=pk)
    forms = SegmentForms(request.POST or None, initial=rows_of(plan))
    wrong = ""
    if request.method == "POST" and forms.is_valid():
        try:
            plan.divide(forms.segments(), by=request.user, at=db_clock.now())
        except Incomplete as error:
            wrong = str(error)
        else:
            toast(request, "The segments are saved." if plan.segments else "The draft is not divided.")
            return redirect(plan)
    status = 422 if request.method == "POST" else 200
    return render(request, "goals/divide.html", {"plan": plan, "forms": forms, "wrong": wrong}, status=status)
