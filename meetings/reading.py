"""A pack as it is read: its ids with the names they have today, its numbers in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from accounts.access import Side
from agreements.documents import Named, named
from agreements.models import Revision
from campaigns.models import Campaign
from common import metrics, periods
from common.periods import Period, between, local_day
from common.templatetags.words import money, plural
from goals.models import Plan
from leads.models import Opportunity, ReturnReason
from meetings.figures import Plain, in_words, known
from meetings.models import Action
from meetings.pack import DAY, Pack
from sla.models import Commitment, Dispute
from sla.models.dispute import State
from sla.scorecard import NEEDS_YOU, Standing


@dataclass(frozen=True)
class Promise:
    """One promise, or one figure of a side where nothing is promised yet, as it stood."""

    title: str
    url: str
    words: str
    note: str = ""
    chip: str = ""
    standing: str = ""


@dataclass(frozen=True)
class Moved:
    """An action, whether it was open then, and how its number stood when it was given and stood then, in words."""

    action: Action
    is_open: bool
    figure: str
    given: str
    now: str
    better: bool


@dataclass(frozen=True)
class Win:
    """A deal won, and what brought the person in."""

    deal: Opportunity
    amount: str
    campaign: Campaign | None


@dataclass(frozen=True)
class Topic:
    """Something to decide: what, how much, and where it is opened."""

    title: str
    text: str
    url: str
    button: str


@dataclass(frozen=True)
class Read:
    """The whole page of a meeting."""

    since: datetime
    made_at: datetime
    month: Period
    alignment: float | None
    sides: list[tuple[Side, list[Promise]]]
    returns: list[tuple[ReturnReason, int]]
    reviews: Pack | None
    wins: list[Win]
    actions: list[Moved]
    goal: tuple[Plan, list[Promise]] | None
    topics: list[Topic]

    @property
    def in_short(self) -> list[tuple[Side, str]]:
        """How each side stands, to follow its name: "keeps what it promised", "is behind on …"."""
        return [(side, _in_short(lines)) for side, lines in self.sides]

    @property
    def returned(self) -> int:
        return sum(count for _, count in self.returns)

    @property
    def won(self) -> str:
        """The wins in words: "4 customers won, € 98,000"."""
        sums: dict[str, Decimal] = {}
        for win in self.wins:
            sums[win.deal.currency] = sums.get(win.deal.currency, Decimal(0)) + win.deal.amount
        amounts = "".join(f", {money(amount, currency)}" for currency, amount in sums.items())
        return f"{plural(len(self.wins), 'deal')} won{amounts}"


def _in_short(lines: list[Promise]) -> str:
    promised = [line for line in lines if line.standing]
    missed = [f"{line.standing} on “{line.title}” ({line.words}, {line.note})" for line in promised if line.chip]
    if missed:
        return f"is {', and '.join(missed)}"
    if not promised:
        return "has promised nothing yet"
    due = [line for line in promised if line.standing != Standing.NOTHING.label]
    return "keeps what it promised" if due else "has nothing due yet"


def read(pack: Pack) -> Read:
    """Put names to the ids of a pack. What is no longer there is left out."""
    month = periods.parse(pack["month"], pack["zone"])
    week = _week(pack)
    sides = _sides(pack, month)
    returns = _returns(pack)
    return Read(
        since=datetime.fromisoformat(pack["since"]),
        made_at=datetime.fromisoformat(pack["made_at"]),
        month=month,
        alignment=pack["alignment"],
        sides=sides,
        returns=returns,
        reviews=pack.get("reviews"),
        wins=_wins(pack),
        actions=_actions(pack),
        goal=_goal(pack),
        topics=[
            *_missed(sides),
            *_disputed(pack),
            *_held_back(pack, month),
            *_sent_back(returns, week),
            *_to_sign(pack),
        ],
    )


def _week(pack: Pack) -> Period:
    """The days since the last meeting, with today."""
    zone = pack["zone"]
    first, last = (local_day(datetime.fromisoformat(pack[key]), zone) for key in ("since", "made_at"))
    return between(min(first, last), last + DAY, zone)


def _sides(pack: Pack, month: Period) -> list[tuple[Side, list[Promise]]]:
    kept = [line["commitment"] for lines in pack["sides"].values() for line in lines if "commitment" in line]
    commitments = Commitment.objects.in_bulk(kept)
    return [
        (side, [_promise(line, commitments.get(line.get("commitment")), month) for line in pack["sides"][side]])
        for side in Side
    ]


def _promise(line: Pack, commitment: Commitment | None, month: Period) -> Promise:
    key, words = line["metric"], in_words(line["metric"], line["value"])
    url = f"{reverse('report', args=[key])}?period={month.key}"
    if commitment is None:
        return Promise(metrics.metric(key).name if known(key) else key, url, words)
    standing = Standing(line["standing"])
    asked = in_words(key, line["wanted"] if line["due"] == line["wanted"] else round(line["due"]))
    due = f"{asked} due by then" if line["due"] != line["wanted"] else f"{asked} promised"
    return Promise(commitment.title, url, words, due, NEEDS_YOU.get(standing, ""), standing.label)


def _returns(pack: Pack) -> list[tuple[ReturnReason, int]]:
    reasons = ReturnReason.objects.in_bulk([row["reason"] for row in pack["returns"]])
    return [(reasons[row["reason"]], row["count"]) for row in pack["returns"] if row["reason"] in reasons]


def _wins(pack: Pack) -> list[Win]:
    deals = Opportunity.objects.select_related("lead", "company").in_bulk([row["deal"] for row in pack["wins"]])
    campaigns = Campaign.objects.in_bulk([row["campaign"] for row in pack["wins"] if row["campaign"]])
    return [
        Win(deals[row["deal"]], money(Decimal(str(row["amount"])), row["currency"]), campaigns.get(row["campaign"]))
        for row in pack["wins"]
        if row["deal"] in deals
    ]


def _actions(pack: Pack) -> list[Moved]:
    actions = Action.objects.with_people().in_bulk([row["action"] for row in pack["actions"]])
    return [
        moved(actions[row["action"]], row["now"], is_open=row["open"])
        for row in pack["actions"]
        if row["action"] in actions
    ]


def moved(action: Action, now: Plain, *, is_open: bool) -> Moved:
    """An action with its number, when it was given and as `now` says."""
    key = action.metric
    if not known(key):
        return Moved(action, is_open, "", "", "", better=False)
    given, metric = action.value_opened, metrics.metric(key)
    better = None not in (given, now) and (now > given if metric.better != metrics.Better.LOWER else now < given)
    return Moved(action, is_open, metric.name, in_words(key, given), in_words(key, now), better)


def _goal(pack: Pack) -> tuple[Plan, list[Promise]] | None:
    plan = pack["goal"] and Plan.objects.with_terms().filter(pk=pack["goal"]["plan"]).first()
    if not plan:
        return None
    lines = [
        Promise(
            metrics.metric(line["metric"]).name,
            f"{reverse('report', args=[line['metric']])}?period={plan.period}",
            in_words(line["metric"], line["value"]),
            f"{in_words(line['metric'], round(line['due']))} due, {in_words(line['metric'], line['wanted'])} in all",
            "risk" if line["value"] < line["due"] else "",
            "behind",
        )
        for line in pack["goal"]["lines"]
        if known(line["metric"])
    ]
    return plan, lines


def _missed(sides: list[tuple[Side, list[Promise]]]) -> list[Topic]:
    return [
        Topic(line.title, f"{side.label}: {line.words}, {line.note} · {line.standing}", line.url, "Open them")
        for side, line in {line.url: (side, line) for side, lines in sides for line in lines}.values()
        if line.chip
    ]


def _held_back(pack: Pack, month: Period) -> list[Topic]:
    url = f"{reverse('report', args=['held_back'])}?period={month.key}"
    return [
        Topic(
            f"{cause['sentence'][0].upper()}{cause['sentence'][1:]}",
            f"in {month.label}",
            url,
            f"Open the {cause['count']}",
        )
        for cause in pack["causes"]
    ]


def _sent_back(returns: list[tuple[ReturnReason, int]], week: Period) -> list[Topic]:
    if not returns:
        return []
    reason, count = returns[0]
    whole = sum(each for _, each in returns)
    url = f"{reverse('report', args=['returns'])}?period={week.key}"
    said = f"the most frequent of {plural(whole, 'return')} since the last meeting"
    return [Topic(f"{plural(count, 'lead')} came back as “{reason.label}”", said, url, f"Open the {whole}")]


def _disputed(pack: Pack) -> list[Topic]:
    """What is contested, as it stood; packs of earlier days knew of no disputes."""
    rows = pack.get("disputes", [])
    disputes = Dispute.objects.with_subject().in_bulk([row["dispute"] for row in rows])
    found = [(disputes[row["dispute"]], row["state"]) for row in rows if row["dispute"] in disputes]
    return [
        Topic(
            f"{dispute}: {dispute.side} contests it",
            f"{dispute.other_side} stands by it" if state == State.DENIED else f"{dispute.other_side} has not answered",
            dispute.get_absolute_url(),
            "Settle it",
        )
        for dispute, state in found
    ]


def _to_sign(pack: Pack) -> list[Topic]:
    revisions = Revision.objects.in_bulk([row["revision"] for row in pack["waiting"]])
    rows = [(_named(revisions.get(row["revision"])), " and ".join(row["missing"])) for row in pack["waiting"]]
    said = [(document, f"waits for the signature of {missing}") for document, missing in rows if document]
    return [Topic(document.name, waits, document.url, "Review and sign") for document, waits in said]


def _named(revision: Revision | None) -> Named | None:
    """A document as it is called; None where it is gone or no app knows its kind."""
    try:
        return named(revision) if revision else None
    except LookupError:
        return None
