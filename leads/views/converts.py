"""What converts: offers, media, sources and campaigns, by how far the leads came that began with them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from common import clock as db_clock
from leads.converted import reckoned, standing_out
from leads.converting import BECAME, ranked, top_of
from leads.forms.converts import asked
from leads.models.beginning import WINDOW


@require_GET
@may("read")
def converts(request: HttpRequest) -> HttpResponse:
    """The surest first, as it was reckoned last night."""
    question = asked(request.GET, at=db_clock.now())
    found = reckoned(question.by, period=question.span.key, persona=question.persona.pk if question.persona else 0)
    context: dict[str, Any] = {"asked": question, "found": found, "window": WINDOW.days}
    if found:
        rows, stage = ranked(found.rows, found.total, question.order), question.stage
        context |= {"rows": rows, "top": top_of(rows, stage), "reached": BECAME[stage]}
        context |= standing_out(found, stage)
    return render(request, "leads/converts.html", context)


urls = [path("campaigns/converts/", converts, name="converts")]
