"""A draft of the criteria as a minor change: whether it may be one, and proposing it so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import allowed, may
from common import clock as db_clock
from common.htmx import answer, toast
from leads.models import Criteria
from sla import minor


@require_GET
@may("read")
def minor_change(request: HttpRequest, number: int) -> HttpResponse:
    """What stands for and against it, and from when on it would be in force."""
    draft = _version(request, number)
    context = {
        "criteria": draft,
        "offer": minor.offer(draft, at=db_clock.now()) if draft.revision.is_draft else None,
        "may_propose": allowed(request.user, "criteria.propose"),
    }
    return answer(request, "sla/minor.html", context, part="sla/_minor.html")


@require_POST
@may("criteria.propose")
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Let it take effect unless a head objects."""
    change = minor.propose(_version(request, number), by=request.user, at=db_clock.now())
    toast(request, "The heads are told. It takes effect by itself unless one of them objects.")
    return redirect("criteria_version", change.revision.number)


def _version(request: HttpRequest, number: int) -> Criteria:
    return get_object_or_404(Criteria.objects.visible_to(request.user).with_rules(), revision__number=number)


urls = [
    path("criteria/<int:number>/minor/", minor_change, name="minor_change"),
    path("criteria/<int:number>/minor/propose/", propose, name="propose_minor_change"),
]
