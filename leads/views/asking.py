"""Changes asked for beside a rule of the definition: asked, answered, settled."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import back, toast, wants_part
from leads.models import ChangeRequest
from leads.views.criteria import changed, version_of


@require_POST
@may("revision.discuss")
def ask_for_change(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a change of the rule named, or else of the points and steps."""
    shown, pk, text = version_of(request, number), request.POST.get("rule", ""), request.POST.get("text", "")
    rule = get_object_or_404(shown.rules.all(), pk=pk) if pk.isdecimal() and len(pk) < 19 else None
    asked = ChangeRequest.objects.ask(shown, text, rule=rule, by=request.user, at=db_clock.now())
    return _shown(request, asked, number, "Whoever proposed it reads that.")


@require_POST
@may("revision.discuss")
def reply_to_change(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    asked.reply(request.POST.get("text", ""), by=request.user, at=db_clock.now())
    return _shown(request, asked, number, "Answered.")


@require_POST
@may("criteria.edit")
def settle_change(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    asked = _asked(request, pk)
    asked.settle(by=request.user, at=db_clock.now())
    return _shown(request, asked, number, "Settled.")


def _asked(request: HttpRequest, pk: int) -> ChangeRequest:
    return get_object_or_404(ChangeRequest.objects.visible_to(request.user), pk=pk)


def _shown(request: HttpRequest, asked: ChangeRequest, number: int, done: str) -> HttpResponse:
    toast(request, done)
    return (
        changed(request, version_of(request, number))
        if wants_part(request)
        else back(request, asked.get_absolute_url())
    )


urls = [
    path("criteria/<int:number>/changes/", ask_for_change, name="ask_for_change"),
    path("criteria/<int:number>/changes/<int:pk>/reply/", reply_to_change, name="reply_to_change"),
    path("criteria/<int:number>/changes/<int:pk>/settle/", settle_change, name="settle_change"),
]
