"""For admins: what could not be delivered, and mail that was kept instead of sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from notifications.mail import is_kept
from notifications.models import Delivery, KeptMail

A_PAGE = 100


@require_safe
@may("delivery.replay")
def dead_deliveries(request: HttpRequest) -> HttpResponse:
    every = Delivery.objects.visible_to(request.user)
    context = {
        "dead": every.dead().select_related("user").order_by("-dead_at")[:A_PAGE],
        "waiting": every.late(at=db_clock.now()).count(),
    }
    return render(request, "notifications/dead_deliveries.html", context)


@require_POST
@may("delivery.replay")
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    delivery.replay(by=request.user, at=db_clock.now())
    toast(request, f"It is tried again: {delivery.recipient}.")
    return redirect("dead_deliveries")


@require_POST
@may("delivery.replay")
def replay_all(request: HttpRequest) -> HttpResponse:
    every = Delivery.objects.visible_to(request.user)
    count = every.replay_all(by=request.user, at=db_clock.now())
    toast(request, f"{count} tried again." if count else "Nothing could be tried again.")
    return redirect("dead_deliveries")


@require_safe
@may("mail.read_kept")
def kept_mail(request: HttpRequest) -> HttpResponse:
    mails = KeptMail.objects.visible_to(request.user).order_by("-kept_at", "-pk")[:A_PAGE]
    return render(request, "notifications/kept_mail.html", {"mails": mails, "is_kept": is_kept()})


@require_safe
@may("mail.read_kept")
def one_kept_mail(request: HttpRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(KeptMail.objects.visible_to(request.user), pk=pk)
    return render(request, "notifications/one_kept_mail.html", {"mail": mail})
