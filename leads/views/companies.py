"""A company: who of it we know, who owns it, and what it bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from accounts import access
from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from leads.forms.facts import CompanyFacts
from leads.models import Company

SHOWN = 100


@require_GET
@may("read")
def company(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Company.objects.visible_to(request.user).select_related("owner"), pk=pk)
    people = found.leads.select_related("owner", "score").order_by("-stage_at")[:SHOWN]
    deals = found.opportunities.select_related("lead", "owner").order_by("-opened_at")[:SHOWN]
    context = {
        "company": found,
        "people": people,
        "deals": deals,
        "may_edit": access.allowed(request.user, "company.edit", found),
    }
    return render(request, "leads/company.html", context)


@require_http_methods(["GET", "POST"])
@may("company.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    access.check(request.user, "company.edit", found)
    form = CompanyFacts(found, request.POST or None, by=request.user)
    if not form.is_valid():
        context = {"form": form, "company": Company.objects.get(pk=pk)}
        return render(request, "leads/edit_company.html", context, status=422 if form.is_bound else 200)
    found.edit(form.changes, by=request.user, at=db_clock.now())
    toast(request, f"{found} saved; the scores of its people follow in a moment.")
    return redirect(found)


urls = [
    path("companies/<int:pk>/", company, name="company"),
    path("companies/<int:pk>/edit/", edit, name="edit_company"),
]
