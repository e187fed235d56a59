"""For admins: the Slack channel and the programs that notices go to. Secrets are shown once, when they are made."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may
from common import clock as db_clock
from common.htmx import toast
from notifications.channels import webhook
from notifications.channels.carrying import try_out
from notifications.forms import SlackForm, ToldForm, WebhookForm
from notifications.models import Channel, Endpoint


@require_safe
@may("channel.edit")
def channels(request: HttpRequest) -> HttpResponse:
    return _list(request, SlackForm(), WebhookForm())


@require_POST
@may("channel.edit")
def add_slack(request: HttpRequest) -> HttpResponse:
    form = SlackForm(request.POST)
    if not form.is_valid():
        return _list(request, form, WebhookForm(), status=422)
    made = {"name": "Slack", "url": form.cleaned_data["url"], "told": []}
    endpoint = Endpoint.objects.set_up(Channel.SLACK, **made, by=request.user, at=db_clock.now())
    toast(request, "Slack is set up. Try it out.")
    return redirect("channel", endpoint.pk)


@require_POST
@may("channel.edit")
def add_webhook(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _list(request, SlackForm(), form, status=422)
    endpoint = Endpoint.objects.set_up(Channel.WEBHOOK, **form.cleaned_data, by=request.user, at=db_clock.now())
    return _secret(request, endpoint)


@require_safe
@may("channel.edit")
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    context = {
        "endpoint": endpoint,
        "form": ToldForm(initial={"told": endpoint.told}),
        "waiting": endpoint.deliveries.open().count(),
        "dead": endpoint.deliveries.dead().count(),
    }
    return render(request, "notifications/channel.html", context)


@require_POST
@may("channel.edit")
def tell_channel(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint, form = _endpoint(request, pk), ToldForm(request.POST)
    if not form.is_valid():
        return render(request, "notifications/channel.html", {"endpoint": endpoint, "form": form}, status=422)
    endpoint.tell_of(form.cleaned_data["told"], by=request.user)
    toast(request, "Saved.")
    return redirect("channel", pk)


@require_POST
@may("channel.edit")
def try_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a test now and say what truly came of it; this takes as long as the other side does."""
    toast(request, try_out(_endpoint(request, pk), by=request.user, at=db_clock.now()))
    return redirect("channel", pk)


@require_POST
@may("channel.edit")
def change_secret(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    endpoint.change_secret(by=request.user, at=db_clock.now())
    return _secret(request, endpoint)


@require_POST
@may("channel.edit")
def switch_channel_on(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    endpoint.switch_on(by=request.user)
    toast(request, f"{endpoint} is on.")
    return redirect("channel", pk)


@require_POST
@may("channel.edit")
def switch_channel_off(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    endpoint.switch_off(by=request.user, at=db_clock.now())
    toast(request, f"{endpoint} is off. What was on its way waits.")
    return redirect("channel", pk)


@require_POST
@may("channel.edit")
def remove_channel(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = _endpoint(request, pk)
    endpoint.remove(by=request.user)
    toast(request, f"{endpoint} is removed.")
    return redirect("channels")


def _endpoint(request: HttpRequest, pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.visible_to(request.user), pk=pk)


def _list(request: HttpRequest, slack: SlackForm, webhook: WebhookForm, status: int = 200) -> HttpResponse:
    endpoints = Endpoint.objects.visible_to(request.user).order_by("channel", "name")
    has_slack = any(not each.is_webhook for each in endpoints)
    context = {"endpoints": endpoints, "slack_form": None if has_slack else slack, "webhook_form": webhook}
    return render(request, "notifications/channels.html", context, status=status)


def _secret(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": webhook.in_words(endpoint.key)}
    return render(request, "notifications/channel_secret.html", context, status=201)
