"""The scorecard: both sides in one period, side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import allowed, may
from common import clock as db_clock
from common import metrics
from common.htmx import answer
from leads.readings import from_settled
from sla.asked import Asked, asked
from sla.attainment import responses as responses_of
from sla.clauses import CLAUSES
from sla.drafting import REWARDS
from sla.drawings import delivery, responses
from sla.findings import found
from sla.holdback import in_one_sentence
from sla.models import Agreement
from sla.scorecard import Scorecard, judged_by, scorecard

APART = {
    "mqls_by_hand": "qualified by hand",
    "mqls_again": "handed over again",
    "mqls_held": "waiting to be handed over",
    "mqls_adjusted": "returned after their month was closed",
    "excused": "excused",
    "put_off": "asked for later",
}


@require_GET
@may("read")
def card(request: HttpRequest) -> HttpResponse:
    at = db_clock.now()
    picked = asked(request, at=at)
    with from_settled([picked.period, picked.period.previous()], at=at, of=CLAUSES):
        return _card(picked, request)


def _card(picked: Asked, request: HttpRequest) -> HttpResponse:
    shown = scorecard(picked.period, at=picked.at)
    context = {"asked": picked, "period": picked.period, "card": shown, "now": picked.at}
    if shown is None:
        context |= {"may_edit": allowed(request.user, "agreement.edit"), "ruling": Agreement.objects.ruling()}
        return render(request, "sla/no_scorecard.html", context)
    return render(request, "sla/scorecard.html", context | _context(shown, picked, request))


def _context(shown: Scorecard, picked: Asked, request: HttpRequest) -> dict[str, Any]:
    causes = found("causes", shown.period, at=picked.at)
    before = scorecard(shown.period.previous(), at=picked.at)
    return {
        "agreement": shown.agreement,
        "sides": shown.sides,
        "before": before,
        "risen": _points(shown, before),
        "holds_back": in_one_sentence(causes.told),
        "held_back": sum(cause["count"] for cause in causes.told),
        "held_back_at": causes.as_of,
        "sees_reps": allowed(request.user, "scorecard.by_rep"),
        "reward": next((part for part in shown.agreement.parts if part.key == REWARDS), None),
        "is_baseline": shown.agreement.is_baseline(picked.at),
    }


def _points(shown: Scorecard, before: Scorecard | None) -> int | None:
    """By how many points of 100 the alignment has changed since the period before."""
    if shown.points is None or before is None or before.points is None:
        return None
    return shown.points - before.points


@require_GET
@may("read")
def beside(request: HttpRequest) -> HttpResponse:
    """What stands beside the promises: what is shown apart, what was delivered by day, and how long first attempts
    took. Also a part of the scorecard.
    """
    picked = asked(request, at=db_clock.now())
    period = picked.period
    with from_settled([period], at=picked.at, of=APART):
        apart = [(key, words, count) for key, words in APART.items() if (count := metrics.value(key, period))]
    context = {
        "asked": picked,
        "period": period,
        "apart": apart,
        "charts": _charts(judged_by(period, at=picked.at), picked),
        "spread": responses_of(period),
    }
    return answer(request, "sla/beside.html", context, part="sla/_beside.html")


def _charts(agreement: Agreement | None, picked: Asked) -> list[Any]:
    promised = {each.metric: each for each in agreement.commitments.all()} if agreement else {}
    found = []
    if count := promised.get("mqls_delivered"):
        found.append(delivery(agreement, count, picked.period, at=picked.at))
    if deadline := promised.get("first_attempt_attainment"):
        found.append(responses(deadline, picked.period))
    return found


urls = [path("sla/", card, name="scorecard"), path("sla/beside/", beside, name="beside")]
