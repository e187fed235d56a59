"""The points of both sides: what they come to, every line of it, and the joint reward."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from accounts.access import Side, may
from accounts.models import User
from campaigns.models import Campaign
from common import clock as db_clock
from common.htmx import wants_part
from common.periods import Period, month_of
from common.sheets import csv_lines
from goals.ledger import Ledger, Lines, Which, agreed
from goals.marketing_ledger import MARKETING
from leads import readings
from sla.asked import Asked, asked
from sla.clauses import CLAUSES
from sla.drafting import REWARDS
from sla.forms import LinesForm
from sla.models import Agreement
from sla.sales_ledger import SALES, may_see, reps_shown
from sla.scorecard import Scorecard, scorecard

LEDGERS = {Side.MARKETING: MARKETING, Side.SALES: SALES}
A_PAGE = 100
MONTHS = 6  # closed ones whose joint reward is shown


@dataclass(frozen=True)
class Wanted:
    """What an address asks for: lines of one ledger, of one kind, campaign or rep, or all; and which page of them."""

    ledger: Ledger
    kind: str
    campaign: Campaign | None
    rep: User | None
    page: int

    @property
    def which(self) -> Which:
        campaign, rep = self.campaign and self.campaign.pk, self.rep and self.rep.pk
        return Which(campaign=campaign, rep=rep, kind=self.kind or None)

    @property
    def query(self) -> str:
        """The same lines in an address, whatever page of them."""
        which = self.which
        told = {"side": self.ledger.side, "kind": which.kind, "campaign": which.campaign, "rep": which.rep}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def kind_label(self) -> str:
        return next((each.label for each in self.ledger.kinds if each.key == self.kind), "")


@require_GET
@may("read")
def ledgers(request: HttpRequest) -> HttpResponse:
    """Both totals by kind, and the lines of one ledger; without agreed points, what they are for."""
    picked = asked(request, at=db_clock.now())
    context = {"asked": picked, "period": picked.period}
    if not agreed():
        return render(request, "sla/no_ledgers.html", context)
    context |= _totals(request, picked) | _lines(request, _wanted(request), picked.period)
    return render(request, "sla/ledgers.html", context)


def _wanted(request: HttpRequest) -> Wanted:
    """The lines that the address names. Raises Http404 for what there is not, or is not for this reader."""
    own = request.user.sides[0] if request.user.sides else Side.MARKETING
    form = LinesForm(request.GET)
    if not form.is_valid():
        raise Http404("There are no such lines.")
    found = form.cleaned_data
    ledger, kind, rep = LEDGERS[found["side"] or own], found["kind"], found["rep"]
    if kind and kind not in {each.key for each in ledger.kinds}:
        raise Http404("There is no such kind of line.")
    if rep and not (ledger is SALES and may_see(request.user, rep.pk)):
        raise Http404("By rep it is for that rep and the head of sales.")
    return Wanted(ledger, kind, found["campaign"], rep, found["page"] or 1)


def _totals(request: HttpRequest, picked: Asked) -> dict[str, Any]:
    sides = [
        (side, f"credit_{side}", ledger.total(picked.period), ledger.subtotals(picked.period))
        for side, ledger in LEDGERS.items()
    ]
    return {
        "sides": sides,
        "credit": agreed()[-1],
        "reps": reps_shown(picked.period, request.user),
        "card": scorecard(picked.period, at=picked.at),
    }


def _lines(request: HttpRequest, wanted: Wanted, period: Period) -> dict[str, Any]:
    """One page of the lines, and what all of them come to."""
    lines = wanted.ledger.lines(period, wanted.which)
    count, first = lines.count(), (wanted.page - 1) * A_PAGE
    return {
        "wanted": wanted,
        "side": wanted.ledger.side,
        "campaigns": Campaign.objects.visible_to(request.user).order_by("name"),
        "lines": lines[first : first + A_PAGE],
        "count": count,
        "points": lines.total() or 0,
        "later": wanted.page - 1,
        "earlier": wanted.page + 1 if first + A_PAGE < count else 0,
        "shows_reps": wanted.ledger is SALES and request.user.signs_for(Side.SALES),
    }


@require_GET
@may("read")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The lines that the page shows, all of them, as CSV."""
    picked = asked(request, at=db_clock.now())
    wanted = _wanted(request)
    rows = _table(wanted.ledger.lines(picked.period, wanted.which), request.user.tz)
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    name = f"points-{wanted.ledger.side}-{picked.period.key}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _table(lines: Lines, zone: tzinfo) -> Iterator[list[str]]:
    """Points taken stand in a column of their own: a cell that begins with a minus is no number in a safe file."""
    yield ["When", "Lead number", "Lead", "Company", "What", "Given", "Taken back", "Version"]
    for line in lines:
        yield [
            f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}", str(line.lead.pk), str(line.lead),
            str(line.lead.company or ""), line.words,
            str(max(line.points, 0)), str(max(-line.points, 0)), str(line.version),
        ]  # fmt: skip


@require_GET
@may("read")
def rewards(request: HttpRequest) -> HttpResponse:
    """The joint reward of the latest closed months, each with what it lacked, and what the agreement says of it."""
    at = db_clock.now()
    ruling = Agreement.objects.ruling()
    zone = ruling.zone if ruling else request.user.zone
    context = {
        "months": _closed_months(month_of(at, zone), at),
        "reward": next((part for part in ruling.parts if part.key == REWARDS), None) if ruling else None,
    }
    part = "sla/_rewards.html" if wants_part(request) else "sla/rewards.html"
    return render(request, part, context)


def _closed_months(month: Period, at: datetime) -> list[tuple[Period, Scorecard]]:
    """The latest closed months in which an agreement was in force, the latest first."""
    closed = [month := month.previous() for _ in range(MONTHS)]
    with readings.from_settled(closed, at=at, of=CLAUSES):
        return [(month, card) for month in closed if (card := scorecard(month, at=at))]


urls = [
    path("goals/credit/", ledgers, name="ledgers"),
    path("goals/credit/export/", export, name="export_ledger"),
    path("goals/credit/rewards/", rewards, name="rewards"),
]
