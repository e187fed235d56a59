"""Changes asked for beside a clause of the agreement: asked, answered, settled."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import back, toast
from sla.models import Agreement, ClauseRequest


@require_POST
@may("revision.discuss")
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a change of the clause named, or else of how it is reckoned."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), revision__number=number)
    told = {"clause": request.POST.get("clause", ""), "text": request.POST.get("text", "")}
    asked = ClauseRequest.objects.ask(agreement, **told, by=request.user, at=db_clock.now())
    toast(request, "Whoever proposed it reads that.")
    return back(request, asked.get_absolute_url())


@require_POST
@may("revision.discuss")
def reply(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    asked.reply(request.POST.get("text", ""), by=request.user, at=db_clock.now())
    toast(request, "Answered.")
    return back(request, asked.get_absolute_url())


@require_POST
@may("agreement.edit")
def settle(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    asked.settle(by=request.user, at=db_clock.now())
    toast(request, "Settled.")
    return back(request, asked.get_absolute_url())


def _asked(request: HttpRequest, pk: int) -> ClauseRequest:
    return get_object_or_404(ClauseRequest.objects.visible_to(request.user), pk=pk)


urls = [
    path("sla/agreement/<int:number>/asked/", ask, name="ask_about_clause"),
    path("sla/agreement/<int:number>/asked/<int:pk>/reply/", reply, name="reply_about_clause"),
    path("sla/agreement/<int:number>/asked/<int:pk>/settle/", settle, name="settle_clause"),
]
