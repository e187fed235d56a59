"""All that waits for signatures on one page, and the two answers to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import may
from agreements.documents import content_of, named
from agreements.models import MinorChange, Revision, State
from agreements.signing import changed_by, signing_context
from common import clock as db_clock
from common.htmx import back, toast


@require_GET
@may("read")
def to_sign(request: HttpRequest) -> HttpResponse:
    """Every proposal that is open with what it changes, those that wait for the reader first."""
    waiting = set(Revision.objects.waiting_for(request.user, at=db_clock.now()).values_list("pk", flat=True))
    revisions = Revision.objects.visible_to(request.user).filter(state__in=[State.PROPOSED, State.SIGNED])
    rows = [
        signing_context(revision, request.user) | {"named": named(revision)} | changed_by(revision)
        for revision in sorted(revisions.order_by("proposed_at"), key=lambda each: each.pk not in waiting)
    ]
    return render(request, "agreements/to_sign.html", {"rows": rows})


@require_POST
@may("revision.sign")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    content = content_of(_revision(request, pk))
    in_force = content.sign(by=request.user, at=db_clock.now())
    toast(request, "Signed by both sides: it is in force." if in_force else "Signed for your side.")
    return back(request, content.get_absolute_url())


@require_POST
@may("revision.decline")
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    content = content_of(_revision(request, pk))
    content.decline(by=request.user, because=request.POST.get("because", ""), at=db_clock.now())
    toast(request, "You asked for a change; whoever proposed it reads why.")
    return back(request, content.get_absolute_url())


@require_POST
@may("revision.object")
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a minor change needs both signatures."""
    revision = _revision(request, pk)
    get_object_or_404(MinorChange, revision=revision).object(by=request.user, at=db_clock.now())
    toast(request, "You objected: it needs both signatures now.")
    return back(request, content_of(revision).get_absolute_url())


def _revision(request: HttpRequest, pk: int) -> Revision:
    return get_object_or_404(Revision.objects.visible_to(request.user), pk=pk)


urls = [
    path("agreements/", to_sign, name="to_sign"),
    path("agreements/<int:pk>/sign/", sign, name="sign_revision"),
    path("agreements/<int:pk>/decline/", decline, name="decline_revision"),
    path("agreements/<int:pk>/object/", object_to, name="object_to_revision"),
]
