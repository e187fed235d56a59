"""A company: who of it we know, who owns it, and what it bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from leads.models import Company

SHOWN = 100


@require_GET
@may("read")
def company(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Company.objects.visible_to(request.user).select_related("owner"), pk=pk)
    people = found.leads.select_related("owner", "score").order_by("-stage_at")[:SHOWN]
    deals = found.opportunities.select_related("lead", "owner").order_by("-opened_at")[:SHOWN]
    return render(request, "leads/company.html", {"company": found, "people": people, "deals": deals})


urls = [path("companies/<int:pk>/", company, name="company")]
