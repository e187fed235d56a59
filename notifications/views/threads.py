"""The one door into every thread."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import may
from accounts.models import User
from common import clock as db_clock
from common.htmx import answer, wants_part
from notifications import threads


@require_POST
@may("comment.post")
def post_comment(request: HttpRequest, content_type: int, pk: int) -> HttpResponse:
    thing = _visible_thing(content_type, pk, request.user)
    comment = threads.post(thing, request.POST.get("text", ""), by=request.user, at=db_clock.now())
    if not wants_part(request):
        return redirect(f"{thing.get_absolute_url()}#comment-{comment.pk}")
    context = {"thread": threads.thread_on(thing)}
    return answer(request, "notifications/_thread.html", context, part="notifications/_thread.html")


def _visible_thing(content_type: int, pk: int, reader: User) -> Any:
    """The object, through its own scoped door. Raises Http404 for what has no door or no address of its own."""
    model = get_object_or_404(ContentType, pk=content_type).model_class()
    found = getattr(getattr(model, "objects", None), "visible_to", None)
    if found is None or not hasattr(model, "get_absolute_url"):
        raise Http404
    return get_object_or_404(found(reader), pk=pk)
