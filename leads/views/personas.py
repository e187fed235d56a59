"""Who fits a persona, counted live while its traits are written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from agreements.models import PART_OF, PersonaVersion
from agreements.worksheet import traits_typed
from common import clock as db_clock
from common.htmx import answer
from leads import personas


@require_GET
@may("read")
def count(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Who fits now; with a `part` of the worksheet, by what stands in its form, of which nothing is kept."""
    versions = PersonaVersion.objects.visible_to(request.user).newest_first()
    shown = get_object_or_404(versions, persona=pk, revision__number=number)
    part = request.GET.get("part", "")
    typed = traits_typed(shown, part, request.GET) if part in PART_OF else shown
    context = {"version": shown, "typed": typed, "count": typed and personas.count(typed, at=db_clock.now())}
    return answer(request, "leads/persona_count.html", context, part="leads/_persona_count.html")


urls = [path("personas/<int:pk>/versions/<int:number>/count/", count, name="count_persona")]
