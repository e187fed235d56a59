"""How one wants to be told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import may
from common.htmx import toast
from notifications.forms import PreferencesForm
from notifications.models import Preferences


@require_http_methods(["GET", "POST"])
@may("notice.choose")
def preferences(request: HttpRequest) -> HttpResponse:
    """What comes by which channel, and when; the inbox keeps everything."""
    chosen = Preferences.objects.of(request.user)
    form = PreferencesForm(chosen, request.POST if request.method == "POST" else None)
    if form.is_valid():
        within_hours = form.cleaned_data["hours"] == "mine"
        chosen.choose(form.answers, within_hours=within_hours, by=request.user)
        toast(request, "Saved.")
        return redirect("preferences")
    return render(request, "notifications/preferences.html", {"form": form}, status=422 if form.errors else 200)
