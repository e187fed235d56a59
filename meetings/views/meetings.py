"""The meetings there were and the one to come, and when the teams meet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import may
from common import clock as db_clock
from common.htmx import back, toast
from meetings.forms.meetings import AgendaForm, SeriesForm
from meetings.links import check_link
from meetings.models import AgendaItem, Meeting, Series

A_PAGE = 26


@require_safe
@may("read")
def meetings(request: HttpRequest) -> HttpResponse:
    """The next meeting and those that were; before the first, the form that sets it up."""
    series = Series.objects.visible_to(request.user).weekly()
    if series is None:
        return render(request, "meetings/empty.html", {"form": SeriesForm(initial={"zone": request.user.zone})})
    every = Meeting.objects.visible_to(request.user)
    context = {"series": series, "next": every.next(), "over": every.with_counts().over()[:A_PAGE]}
    return render(request, "meetings/meetings.html", context)


@require_POST
@may("meeting.plan")
def set_up_meetings(request: HttpRequest) -> HttpResponse:
    form = SeriesForm(request.POST)
    if not form.is_valid():
        return render(request, "meetings/empty.html", {"form": form}, status=422)
    series = Series.objects.set_up(**form.cleaned_data, by=request.user, at=db_clock.now())
    toast(request, f"The teams meet every {series.day_name} at {series.time:%H:%M}.")
    return redirect("meetings")


@require_http_methods(["GET", "POST"])
@may("meeting.plan")
def change_meetings(request: HttpRequest) -> HttpResponse:
    series = get_object_or_404(Series.objects.visible_to(request.user))
    form = SeriesForm(request.POST or None, instance=Series.objects.get(pk=series.pk))
    if request.method == "POST" and form.is_valid():
        series.change(by=request.user, at=db_clock.now(), **form.cleaned_data)
        toast(request, f"The teams meet every {series.day_name} at {series.time:%H:%M}.")
        return redirect("meetings")
    return render(request, "meetings/change.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@may("meeting.minute")
def put_on_agenda(request: HttpRequest) -> HttpResponse:
    """Put something on the next meeting's agenda, from any page: `text`, and with `kind` and `about` a link."""
    form = AgendaForm(request.POST)
    coming = get_object_or_404(Meeting.objects.visible_to(request.user).to_come())
    if not form.is_valid():
        return render(request, "meetings/put_on_agenda.html", {"form": form, "meeting": coming}, status=422)
    check_link(form.cleaned_data["kind"], form.cleaned_data["about"], user=request.user)
    item = coming.put_on_agenda(**form.cleaned_data, by=request.user, at=db_clock.now())
    toast(request, f"It is on {coming.day_name}’s agenda.", undo=reverse("take_off_agenda", args=[item.pk]))
    return back(request, coming.get_absolute_url())


@require_POST
@may("meeting.minute")
def take_off_agenda(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Meeting.objects.visible_to(request.user)
    item = get_object_or_404(AgendaItem.objects.filter(meeting__in=visible).select_related("meeting"), pk=pk)
    item.take_off(by=request.user, at=db_clock.now())
    toast(request, "It is off the agenda.")
    return back(request, item.meeting.get_absolute_url())
