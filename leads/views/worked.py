"""What worked for leads like one, and the hand-offs behind it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from common import clock as db_clock
from common.htmx import answer
from leads.alike import behind, what_worked
from leads.models import Worked
from leads.one_lead import lead_shown_to
from leads.worked import EVERYBODY, LISTED, Question

ALL_WON = {"group": EVERYBODY, "question": Question.DAYS, "answer": "won"}  # what is shown unless asked otherwise


@require_GET
@may("read")
def worked_with_the_like(request: HttpRequest, pk: int) -> HttpResponse:
    """What worked with leads like this one, also as a part of its page and of the queue."""
    lead = lead_shown_to(request.user, pk)
    worked = what_worked(lead, at=db_clock.now())
    return answer(request, "leads/worked_like.html", {"lead": lead, "worked": worked}, part="leads/_what_worked.html")


@require_GET
@may("read")
def worked_handoffs(request: HttpRequest) -> HttpResponse:
    """The latest that went well and that did not; nothing of whose they were. 404 for what last night found no more."""
    row = Worked.objects.filter(**{name: request.GET.get(name, everyone) for name, everyone in ALL_WON.items()}).first()
    if row is None and request.GET:
        raise Http404("What worked is reckoned each night, and this was not found any more.")
    return render(request, "leads/worked.html", {"behind": row and behind(row, request.user), "listed": LISTED})


urls = [
    path("leads/worked/", worked_handoffs, name="worked_handoffs"),
    path("leads/<int:pk>/worked/", worked_with_the_like, name="worked_with_the_like"),
]
