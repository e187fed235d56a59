"""Campaigns and their briefs: everyone reads what marketing runs, marketing writes it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import may
from campaigns.forms.campaigns import BriefForm, CampaignForm, FindForm
from campaigns.models import Brief, Campaign
from common import clock as db_clock
from common.columns import columns_for
from common.htmx import toast

SHOWN = 100


@require_GET
@may("read")
def campaigns(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = Campaign.objects.visible_to(request.user).filter(name__icontains=words).latest_first()
    rows = list(found[: SHOWN + 1])
    labels, values = columns_for("campaigns", [each.pk for each in rows[:SHOWN]], request.user)
    shown = [(each, values[each.pk]) for each in rows[:SHOWN]]
    context = {"rows": shown, "labels": labels, "words": words, "more": len(rows) > SHOWN}
    return render(request, "campaigns/campaigns.html", context)


@require_GET
@may("read")
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    found = _campaign(request, pk)
    labels, values = columns_for("campaigns", [pk], request.user)
    context = {
        "campaign": found,
        "figures": list(zip(labels, values[pk], strict=True)),
        "contents": found.contents.order_by("title"),
        "brief": Brief.objects.filter(campaign=pk).select_related("given_by").first(),
        "serves": found.serves.select_related("revision").order_by("quarter"),
    }
    return render(request, "campaigns/campaign.html", context)


@require_http_methods(["GET", "POST"])
@may("campaign.edit")
def new_campaign(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    if not form.is_valid():
        return _form(request, form, "campaigns/edit_campaign.html")
    drawn = Campaign.objects.draw_up(by=request.user, **form.cleaned_data)
    toast(request, f"The campaign {drawn} is there.")
    return redirect("campaign", drawn.pk)


@require_http_methods(["GET", "POST"])
@may("campaign.edit")
def edit_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    found = _campaign(request, pk)
    form = CampaignForm(request.POST or None, instance=_campaign(request, pk))
    if not form.is_valid():
        return _form(request, form, "campaigns/edit_campaign.html", campaign=found)
    found.edit(by=request.user, **form.cleaned_data)
    toast(request, f"{found} is saved.")
    return redirect("campaign", pk)


@require_http_methods(["GET", "POST"])
@may("campaign.brief")
def brief_sales(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell sales of a campaign before it starts."""
    found = _campaign(request, pk)
    written = Brief.objects.filter(campaign=pk).first()
    form = BriefForm(request.POST or None, instance=written, initial={"talking_points": found.talking_points})
    if not form.is_valid():
        return _form(request, form, "campaigns/edit_brief.html", campaign=found)
    Brief.objects.give(found, **form.cleaned_data, by=request.user, at=db_clock.now())
    toast(request, "The brief is changed." if written else f"Sales is told of {found}.")
    return redirect("campaign", pk)


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)


def _form(request: HttpRequest, form: CampaignForm | BriefForm, page: str, **thing: Campaign) -> HttpResponse:
    """The form to fill in; with what is wrong in it once it was sent."""
    return render(request, page, {"form": form, **thing}, status=422 if form.errors else 200)


urls = [
    path("campaigns/", campaigns, name="campaigns"),
    path("campaigns/new/", new_campaign, name="new_campaign"),
    path("campaigns/<int:pk>/", campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", edit_campaign, name="edit_campaign"),
    path("campaigns/<int:pk>/brief/", brief_sales, name="brief_sales"),
]
