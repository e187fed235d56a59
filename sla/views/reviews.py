"""The weekly review: some returns drawn by lot, which each side looks at before it sees what the other found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Side, allowed, may
from common import clock as db_clock
from common.errors import Incomplete
from common.htmx import toast
from sla.models import Review, Sample
from sla.reviewing import rows_for

WEEKS = 8


@require_GET
@may("read")
def review(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refused: Incomplete | None = None) -> HttpResponse:
    """The lots of the last weeks, the newest first."""
    samples = list(Sample.objects.order_by("-week_on")[:WEEKS])
    found = Review.objects.visible_to(request.user).standing().with_opinions().filter(sample__in=samples)
    rows = rows_for(found.order_by("pk"), request.user)
    context = {
        "weeks": [(sample, [row for row in rows if row.review.sample_id == sample.pk]) for sample in samples],
        "to_do": sum(bool(row.to_say) for row in rows),
        "refused": refused,
        "typed": {key: request.POST.get(key, "") for key in ("review", "note")},
        "may_contest": allowed(request.user, "dispute.contest") and Side.MARKETING in request.user.sides,
    }
    return render(request, "sla/review.html", context, status=refused.status if refused else 200)


@require_POST
@may("review.give")
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Say for one's side whether the return was right."""
    drawn = get_object_or_404(Review.objects.visible_to(request.user).standing().with_opinions(), pk=pk)
    side, found = request.POST.get("side", ""), request.POST.get("found", "")
    if side not in Side.values or found not in ("right", "wrong"):
        return _page(request, Incomplete("Say whether the return was right or wrong."))
    try:
        note = request.POST.get("note", "")
        drawn.say(side, is_right=found == "right", note=note, by=request.user, at=db_clock.now())
    except Incomplete as refused:
        return _page(request, refused)
    both = drawn.opinions.count() == len(Side)
    toast(request, "Both sides have looked at it now." if both else "Kept. It is shown once the other side has looked.")
    return redirect("review")


urls = [
    path("sla/review/", review, name="review"),
    path("sla/review/<int:pk>/", give, name="give_review"),
]
