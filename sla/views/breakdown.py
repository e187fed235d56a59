"""The scorecard broken down, by rep too, the signs that are worth a look, and what is open between the sides."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, may
from accounts.models import User
from common import clock as db_clock
from common import metrics
from common.htmx import answer
from leads.breakdown import DIMENSIONS
from sla import worth_a_look
from sla.asked import asked
from sla.attainment import by_rep, of_rep
from sla.breakdown import groups
from sla.drilldown import line_of
from sla.findings import found
from sla.models import Dispute
from sla.signs import Sign

A_PAGE = 200


@require_GET
@may("read")
def broken_down(request: HttpRequest, dimension: str) -> HttpResponse:
    """Each figure of the scorecard by source, persona or campaign."""
    if dimension not in DIMENSIONS:
        raise Http404("Nothing is broken down by that.")
    at = db_clock.now()
    picked, by = asked(request, at=at), DIMENSIONS[dimension]
    known = found(dimension, picked.period, at=at)
    figures = [metrics.metric(key) for key in known.columns]
    context = {
        "asked": picked,
        "period": picked.period,
        "tab": dimension,
        "dimension": by,
        "sides": [(side, [figure for figure in figures if figure.side == side]) for side in Side],
        "groups": groups(by, known.columns, known.told),
        "counted_at": known.as_of,
    }
    return render(request, "sla/breakdown.html", context)


@require_GET
@may("read")
def standing_out(request: HttpRequest) -> HttpResponse:
    """All signs with their cases, those of reps too."""
    told, context = _signs(request)
    context |= {
        "tab": "signs",
        "sides": worth_a_look.seen(told),
        "fewest": worth_a_look.FEWEST,
        "of_reps": worth_a_look.OF_REPS,
        "reps": worth_a_look.by_rep(told, request.user),
    }
    return render(request, "sla/signs.html", context)


@require_GET
@may("read")
def between_us(request: HttpRequest) -> HttpResponse:
    """What is disputed now, how far the sides judge alike, and the signs that stand out; also a part of the
    scorecard.
    """
    told, context = _signs(request)
    context |= {
        "open": Dispute.objects.open().count(),
        "alike": metrics.metric("review_agreement").reading(context["period"]),
        "standing_out": [each for _, of_side in worth_a_look.seen(told) for each in of_side if each.stands_out],
    }
    return answer(request, "sla/between_us.html", context, part="sla/_between_us.html")


def _signs(request: HttpRequest) -> tuple[Any, dict[str, Any]]:
    """What is known of the signs in the period that is asked for, and what a page of it shows anyway."""
    picked = asked(request, at=db_clock.now())
    known = found("signs", picked.period, at=picked.at)
    return known.told, {"asked": picked, "period": picked.period, "counted_at": known.as_of}


@require_GET
@may("scorecard.by_rep")
def reps(request: HttpRequest) -> HttpResponse:
    """First attempts by rep, for that rep and the head of sales; also a part of the scorecard."""
    picked = asked(request, at=db_clock.now())
    context = {"asked": picked, "period": picked.period, "reps": by_rep(picked.period, request.user)}
    return answer(request, "sla/reps.html", context, part="sla/_reps.html")


@require_GET
@may("scorecard.by_rep")
def rep(request: HttpRequest, pk: int) -> HttpResponse:
    """The first attempts behind one rep's line, or with `?sign=` the cases of a sign; for that rep and the head of
    sales.
    """
    if pk != request.user.pk and not request.user.signs_for(Side.SALES):
        raise Http404
    picked, sign = asked(request, at=db_clock.now()), _sign(request)
    of = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    rows = sign.rows_of(of, picked.period) if sign else of_rep(picked.period, request.user, pk)
    lines = [line_of(row) for row in rows[:A_PAGE]]
    context = {"asked": picked, "period": picked.period, "rep": of, "sign": sign, "lines": lines}
    return render(request, "sla/rep.html", context)


def _sign(request: HttpRequest) -> Sign | None:
    """The sign that is asked for. Raises Http404 for none that is a rep's doing."""
    if "sign" not in request.GET:
        return None
    try:
        return next(sign for sign in worth_a_look.OF_REPS if sign.key == request.GET["sign"])
    except StopIteration as error:
        raise Http404("No such sign is a rep’s doing.") from error


urls = [
    path("sla/by/<slug:dimension>/", broken_down, name="broken_down"),
    path("sla/signs/", standing_out, name="signs"),
    path("sla/between-us/", between_us, name="between_us"),
    path("sla/reps/", reps, name="reps"),
    path("sla/reps/<int:pk>/", rep, name="rep_card"),
]
