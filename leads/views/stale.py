"""The leads that have been at a stage for longer than both sides agreed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import may
from agreements.models import StageMap
from common import clock as db_clock
from common.keyset import oldest_first
from leads.stage_age import stale


@require_GET
@may("read")
def stale_leads(request: HttpRequest) -> HttpResponse:
    """Of one stage, by the map in force, those who have waited longest first."""
    at = db_clock.now()
    ruling = StageMap.objects.visible_to(request.user).ruling().first()
    limited = [each for each in ruling.on_map if each.days is not None] if ruling else []
    asked = request.GET.get("stage")
    shown = next((each for each in limited if each.key == asked), limited[0] if limited else None)
    page = shown and oldest_first(
        stale(shown, at=at).select_related("company", "owner"), "stage_at", cursor=request.GET.get("cursor", "")
    )
    return render(request, "leads/stale.html", {"stages": limited, "shown": shown, "page": page})


urls = [path("stages/stale/", stale_leads, name="stale_leads")]
