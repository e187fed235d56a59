"""Leads that a rep found alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from accounts.access import may
from common import clock as db_clock
from common.errors import Refused
from common.htmx import toast
from leads.forms.sourcing import SourceForm
from leads.intake.sourcing import source_lead


@require_http_methods(["GET", "POST"])
@may("lead.source")
def source(request: HttpRequest) -> HttpResponse:
    """Enter a lead of one's own; who is known already is refused, and what was typed is kept."""
    form = SourceForm(request.POST or None)
    status = 422 if form.errors else 200
    if form.is_valid():
        stage = form.cleaned_data["stage"]
        try:
            lead = source_lead(form.facts, stage=stage, deal=form.deal, by=request.user, at=db_clock.now())
        except Refused as refusal:
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, str(refusal))
            status = refusal.status
        else:
            toast(request, f"{lead} is yours, at {lead.get_stage_display()}.")
            return redirect("lead", lead.pk)
    return render(request, "leads/source.html", {"form": form}, status=status)


urls = [path("leads/source/", source, name="source_lead")]
