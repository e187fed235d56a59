"""The hand-offs behind what worked for leads of a kind."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from leads.alike import behind
from leads.models import Worked
from leads.worked import EVERYBODY, LISTED, Question

ALL_WON = {"group": EVERYBODY, "question": Question.DAYS, "answer": "won"}  # what is shown unless asked otherwise


@require_GET
@may("read")
def worked_handoffs(request: HttpRequest) -> HttpResponse:
    """The latest that went well and that did not; nothing of whose they were. 404 for what last night found no more."""
    row = Worked.objects.filter(**{name: request.GET.get(name, everyone) for name, everyone in ALL_WON.items()}).first()
    if row is None and request.GET:
        raise Http404("What worked is reckoned each night, and this was not found any more.")
    return render(request, "leads/worked.html", {"behind": row and behind(row, request.user), "listed": LISTED})


urls = [path("leads/worked/", worked_handoffs, name="worked_handoffs")]
