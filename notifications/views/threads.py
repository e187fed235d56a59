"""The one door into every thread."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import may
from common import clock as db_clock
from common.htmx import answer, wants_part
from notifications import threads
from notifications.things import visible_thing


@require_POST
@may("comment.post")
def post_comment(request: HttpRequest, content_type: int, pk: int) -> HttpResponse:
    thing = visible_thing(content_type, pk, request.user)
    if thing is None:
        raise Http404
    comment = threads.post(thing, request.POST.get("text", ""), by=request.user, at=db_clock.now())
    if not wants_part(request):
        return redirect(f"{thing.get_absolute_url()}#comment-{comment.pk}")
    context = {"thread": threads.thread_on(thing)}
    return answer(request, "notifications/_thread.html", context, part="notifications/_thread.html")
