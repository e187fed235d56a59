"""People and teams: everyone sees them, an admin changes them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may
from accounts.forms.people import InviteForm, PersonForm, TeamEditForm, TeamForm
from accounts.models import Team, User
from common import clock as db_clock
from common.htmx import toast


@require_safe
@may("read")
def settings(request: HttpRequest) -> HttpResponse:
    """What can be set up, by those who may; apps above add their own rows."""
    return render(request, "accounts/settings.html")


@require_safe
@may("read")
def people(request: HttpRequest) -> HttpResponse:
    everyone = User.objects.visible_to(request.user).select_related("team").order_by("-is_active", "team__side", "name")
    return render(request, "accounts/people.html", {"people": everyone.with_absence(at=db_clock.now())})


@require_http_methods(["GET", "POST"])
@may("user.invite")
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = User.objects.invite(by=request.user, at=db_clock.now(), **form.cleaned_data)
        toast(request, f"{user} is invited; the mail with the link is on its way.")
        return redirect("people")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may("user.edit")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    form = PersonForm(request.POST or None, instance=User.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        user.edit(by=request.user, **form.cleaned_data)
        toast(request, f"{user} is saved.")
        return redirect("person", pk)
    context = {"person": user, "form": form, "absences": user.absences.to_come(at=db_clock.now())}
    return render(request, "accounts/person.html", context, status=422 if form.errors else 200)


@require_POST
@may("user.invite")
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    user.invite(by=request.user, at=db_clock.now())
    toast(request, f"A new link is on its way to {user.email}.")
    return redirect("person", pk)


@require_POST
@may("user.edit")
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    user.deactivate(by=request.user, at=db_clock.now())
    toast(request, f"{user} can no longer sign in.")
    return redirect("person", pk)


@require_POST
@may("user.edit")
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    user.reactivate(by=request.user)
    toast(request, f"{user} can sign in again.")
    return redirect("person", pk)


@require_safe
@may("read")
def teams(request: HttpRequest) -> HttpResponse:
    every = Team.objects.visible_to(request.user).select_related("calendar").prefetch_related("members")
    return render(request, "accounts/teams.html", {"teams": every.order_by("side", "name")})


@require_http_methods(["GET", "POST"])
@may("team.edit")
def new_team(request: HttpRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = Team.objects.form(by=request.user, **form.cleaned_data)
        toast(request, f"The team {team} is there.")
        return redirect("teams")
    return render(request, "accounts/team.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may("team.edit")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Team.objects.visible_to(request.user), pk=pk)
    form = TeamEditForm(request.POST or None, instance=Team.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        found.edit(by=request.user, **form.cleaned_data)
        toast(request, f"{found} is saved.")
        return redirect("teams")
    return render(request, "accounts/team.html", {"form": form, "team": found}, status=422 if form.errors else 200)
