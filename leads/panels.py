"""What this app shows in the menu and on the home page."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.access import SALES, Role, Side
from accounts.models import User
from accounts.models.calendar import hours_of
from agreements.models import OPEN, RULING, Focus, Persona, PersonaVersion, Sharing, StageMap, State
from agreements.personas import where_they_stand
from agreements.signing import on_its_way, on_trial
from campaigns.models import Campaign, ContentRequest
from common import clock as db_clock
from common import metrics
from common.badges import badge
from common.columns import columns
from common.panels import panel
from common.worktime import working_time_between
from leads import readings, release, tallies
from leads.beginnings import RECENT
from leads.buying import buying_stage
from leads.converted import reckoned, standing_out
from leads.converting import BECAME
from leads.facts import PERSONA
from leads.leaving import book_of
from leads.lifecycle import RECYCLED
from leads.models import Aside, Criteria, Handoff, HandoffReturn, Lead, Opportunity, Rule
from leads.models.beginning import By
from leads.models.criteria import DOCUMENT
from leads.models.tally import Of
from leads.payback import agreed_sharing, paybacks, shares_of_revenue
from leads.release import Release
from leads.stage_age import COUNTED, standings
from leads.views.queue import waiting_for
from leads.wins import wins, won
from notifications.things import handle_of

SHOWN = 8
SHOWN_WINS = 3
LATELY = timedelta(weeks=2)
SHOWN_CAMPAIGNS = 30
OWNERS = User.objects.select_related("calendar", "team__calendar").prefetch_related("absences")
SHOWN_OF_RETURN = [
    "result", "at", "note", "evidence", "reason__label", "by__name", "by__email", "handoff__lead",
    *(f"handoff__lead__{name}" for name in Lead.NAMED_BY),
]  # fmt: skip
SURELY = ("customer", "mql")


@badge("queue")
def waiting(user: User) -> str:
    """How many hand-offs want something from this rep today."""
    if not user.has_role(Role.REP):
        return ""
    return str(waiting_for(user, db_clock.now()) or "")


@panel("home", "leads/_marketings_work.html", order=40)
def marketings_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for marketing: returns that sales waits for, recycled leads without a plan, MQLs to hand over."""
    if Side.MARKETING not in user.sides:
        return None
    at = db_clock.now()
    awaited = HandoffReturn.objects.awaiting_marketing().select_related("handoff__lead", "by", "reason")
    recycled = Lead.objects.filter(stage=RECYCLED)
    unplanned = recycled.filter(planned_at=None).select_related("company")
    reviews = recycled.filter(review_on__lte=at.astimezone(user.tz).date())
    return {
        "awaited": awaited.only(*SHOWN_OF_RETURN).order_by("at")[:SHOWN],
        "unplanned": unplanned.only(*Lead.IN_SHORT, "stage_at").order_by("-stage_at")[:SHOWN],
        "reviews": reviews.only(*Lead.NAMED_BY, "plan", "review_on").order_by("review_on")[:SHOWN],
        "now": at,
    }


@panel("home", "leads/_converts_home.html", order=45)
def what_converts(object_id: int, user: User) -> dict[str, Any] | None:
    """The offer that surely brings most, for marketing."""
    found = reckoned(By.OFFER, period=RECENT) if Side.MARKETING in user.sides else None
    if found is None or not found.total.leads:
        return None
    told = (standing_out(found, stage) | {"reached": BECAME[stage], "stage": stage} for stage in SURELY)
    return next((each for each in told if "best" in each), {"few": found.total.leads})


@panel("home", "leads/_sales_work.html", order=40)
def sales_work(object_id: int, user: User) -> dict[str, Any] | None:
    """What waits for the head of sales: hand-offs that nobody owns, and those that are late."""
    if not user.has_role(Role.HEAD_OF_SALES):
        return None
    at = db_clock.now()
    late = _first(Handoff.objects.open().filter(due_at__lt=at), "due_at")
    waiting = Lead.objects.to_hand_over().count()
    return {
        "unassigned": _first(Handoff.objects.unassigned(), "made_at"),
        "late": _with_time_left(late.prefetch_related(Prefetch("owner", OWNERS)), at),
        "release": waiting and Release(waiting, release.a_day()),
        "now": at,
    }


def _first(handoffs: QuerySet[Handoff], by: str) -> QuerySet[Handoff]:
    """The first of many, as a line of a list; their leads are looked up for those alone."""
    few = handoffs.order_by(by, "pk").values("pk")[:SHOWN]
    first = Handoff.objects.filter(pk__in=few).select_related("lead").order_by(by, "pk")
    return first.only("due_at", "due_for", "why", "owner", *(f"lead__{name}" for name in Lead.NAMED_BY))


@panel("home", "leads/_set_aside.html", order=35)
def set_aside(object_id: int, user: User) -> dict[str, Any] | None:
    """Who is set aside from routing: the reader, and to the head of sales everybody."""
    asides = Aside.objects.standing().select_related("rep").order_by("from_at")
    shown = asides if user.has_role(Role.HEAD_OF_SALES) else asides.filter(rep=user)
    return {"asides": [(each, each.rep == user) for each in shown]} if user.has_role(*SALES) else None


def _with_time_left(handoffs: QuerySet[Handoff], at: datetime) -> list[tuple[Handoff, timedelta]]:
    """Each with the working time left, as its owner's own queue tells it; where no hours are known, by the clock."""
    owners = {handoff.owner for handoff in handoffs if handoff.owner}
    hours = {owner: hours_of(owner) for owner in owners if owner.calendar_id or owner.team_id}
    return [
        (row, working_time_between(at, row.due_at, hours[row.owner]) if row.owner in hours else row.due_at - at)
        for row in handoffs
    ]


@panel("persona", "leads/_persona.html")
def among_leads(version: int, user: User) -> dict[str, Any] | None:
    """Who fits a persona, what became of them, and which definitions ask for it."""
    shown = PersonaVersion.objects.newest_first().get(pk=version)
    at = db_clock.now()
    came = tallies.of_personas([shown], at=at)
    asked = {f"{PERSONA}{pk}": number for pk, number in shown.persona.versions.values_list("pk", "revision__number")}
    rules = Rule.objects.filter(field__in=asked, criteria__revision__state__in=[*RULING, State.DRAFT, *OPEN])
    rules = rules.select_related("criteria__revision").order_by("criteria__revision__number", "field")
    return {
        "everyone": came and came[0],
        "came": came and came[1][0],
        "pairs": came and list(zip(came[1][0].steps, came[0].steps, strict=True)),
        "counted_at": tallies.counted_at(Of.PERSONA, tallies.key_of(shown), at=at),
        "asked_in": list(dict.fromkeys((rule.criteria, asked[rule.field]) for rule in rules)),
    }


@panel("persona_worksheet", "leads/_persona_worksheet.html")
def counted_live(version: int, user: User) -> dict[str, Any]:
    """Who would fit with the traits that stand in the form."""
    return {}


@columns("personas", "Leads", "MQLs", "SQLs", "Customers")
def came_of_personas(ids: list[int], user: User) -> dict[int, tuple[int | None, ...]]:
    """Of the leads who fit each persona as it stands: how many, how many ever became MQLs, SQLs, customers."""
    found = where_they_stand(Persona.objects.filter(pk__in=ids).with_versions())
    shown = {each.persona.pk: each.shown for each in found if each.shown and each.shown.conditions}
    came = tallies.of_personas(list(shown.values()), at=db_clock.now()) if shown else None
    told = zip(shown, came[1], strict=True) if came else ()
    unknown = dict.fromkeys(ids, (None,) * 4)
    return unknown | {pk: (each.leads, each.mql, each.sql, each.customer) for pk, each in told}


@badge("criteria")
def criteria_coming(user: User) -> str:
    return on_its_way(DOCUMENT)


@panel("to_sign", "criteria/_to_sign.html")
def would_be_released(revision: int, user: User) -> dict[str, Any] | None:
    """How many would become MQLs by a definition that waits, and how long it takes to hand them over."""
    found = Criteria.objects.visible_to(user).filter(revision=revision).select_related("revision").first()
    return {"number": found.revision.number} if found else None


@panel("banner", "criteria/_trial.html")
def trial_runs(object_id: int, user: User) -> dict[str, Any] | None:
    """Says on every page that a trial runs."""
    revision = on_trial(DOCUMENT)
    return {"revision": revision} if revision else None


@panel("settings", "leads/_settings.html", order=20)
def settings(object_id: int, user: User) -> dict[str, Any]:
    """The pages of settings that belong to leads; everyone may read them."""
    return {}


@panel("leaving", "leads/_leaving.html")
def in_hand(object_id: int, user: User) -> dict[str, Any] | None:
    """What a person who leaves would leave behind: hand-offs, deals, leads, companies, rules that name them."""
    counts = book_of(User(pk=object_id), at=db_clock.now()).counts()
    return {"counts": counts} if any(counts.values()) else None


@panel("away", "leads/_away.html")
def what_would_move(object_id: int, user: User) -> dict[str, Any] | None:
    """What a rep's cover would get."""
    if not user.has_role(Role.REP):
        return None
    return {"open_handoffs": Handoff.objects.open().filter(owner=object_id).count()}


@columns("campaigns", "Leads", "MQLs", "Customers")
def figures_of_campaigns(ids: list[int], user: User) -> dict[int, tuple[int, int, int]]:
    """What came of each, by the leads that it brought first."""
    return {pk: tuple(told[:3]) for pk, told in tallies.of_campaigns(ids, at=db_clock.now()).items()}


@panel("home", "leads/_latest_wins.html", order=60)
def latest_wins(object_id: int, user: User) -> dict[str, Any] | None:
    """What was won in the last two weeks."""
    since = db_clock.now() - LATELY
    latest = won(Opportunity.objects.visible_to(user)).filter(closed_at__gte=since).order_by("-closed_at")
    return {"latest": found} if (found := wins(latest[:SHOWN_WINS])) else None


@panel("campaigns_counted", "leads/_counted.html")
def campaigns_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.CAMPAIGN, *_one(object_id), at=db_clock.now())}


@panel("content_counted", "leads/_counted.html")
def content_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.CONTENT, *_one(object_id), at=db_clock.now())}


@panel("personas_counted", "leads/_counted.html")
def personas_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.PERSONA, at=db_clock.now())}


def _one(object_id: int) -> list[str]:
    """The key of the row a page is of; none on the page of the list."""
    return [str(object_id)] if object_id else []


@panel("payback", "leads/_payback.html")
def paid_back(object_id: int, user: User) -> dict[str, Any]:
    """What the campaign cost and what came of it, by the agreed model and by the others."""
    sharing, is_agreed = agreed_sharing()
    told = tallies.of_campaigns([object_id], at=db_clock.now())
    payback = paybacks([Campaign.objects.get(pk=object_id)], told)[0]
    others = [(each, payback.revenue[each], payback.returned(each)) for each in Sharing]
    return {
        "payback": payback, "sharing": sharing, "is_agreed": is_agreed, "others": others,
        "revenue": payback.revenue[sharing], "returned": payback.returned(sharing),
    }  # fmt: skip


@panel("credit", "leads/_credit.html")
def by_each_model(object_id: int, user: User) -> dict[str, Any]:
    """What each model makes of the deals won, campaign by campaign."""
    parts, counted_at = tallies.of_credit(at=db_clock.now())
    shares = shares_of_revenue(parts)
    rows = [(campaign, [part.quantize(Decimal(1)) for part in parts.values()]) for campaign, parts in shares]
    more = len(rows) > SHOWN_CAMPAIGNS
    return {"models": list(Sharing), "shares": rows[:SHOWN_CAMPAIGNS], "more": more, "counted_at": counted_at}


@columns("content", "Hand-offs")
def brought_in(ids: list[int], user: User) -> dict[int, tuple[int]]:
    """How many hand-offs each piece pulled in."""
    return {pk: (count,) for pk, count in tallies.of_contents(ids, at=db_clock.now()).items()}


@panel("lead", "leads/_requests.html", order=60)
def asked_of_marketing(object_id: int, user: User) -> dict[str, Any]:
    """What was asked of marketing for this lead, and the way to ask."""
    lead = Lead(pk=object_id)
    found = ContentRequest.objects.visible_to(user).regarding(lead).select_related("asked_by", "taken_by")
    return {"requests": found.order_by("-asked_at")[:SHOWN], "handle": handle_of(lead)}


@panel("focus", "leads/_focus.html", order=10)
def share_in_focus(object_id: int, user: User) -> dict[str, Any] | None:
    """How much of what was handed over in the quarter is in its focus."""
    focus = Focus.objects.in_force().filter(pk=object_id).first()
    if focus is None:
        return None
    period = focus.span(user.zone)
    figures = {"share": "focus_share", "inside": "handoffs_in_focus"}
    with readings.from_kept([period], at=db_clock.now()) as kept:
        return {
            "period": period,
            "cases": metrics.cases("focus_share", period),
            "counted_at": kept.as_of,
            **{name: metrics.value(key, period) for name, key in figures.items()},
        }


@panel("stages", "leads/_standings.html")
def at_each_stage(object_id: int, user: User) -> dict[str, Any]:
    """How many leads are at each stage now, and how many for longer than the map allows."""
    stage_map = StageMap.objects.with_revision().get(pk=object_id)
    rows = standings(stage_map, at=db_clock.now())
    return {"standings": rows, "in_force": stage_map.revision.rules, "counted": COUNTED}


@panel("lead", "leads/_buying.html", order=30)
def how_far_in_buying(object_id: int, user: User) -> dict[str, Any] | None:
    """The buying stage of the lead, told by the content of the last 60 days."""
    buying = buying_stage(Lead(pk=object_id), at=db_clock.now())
    return {"buying": buying} if buying else None


@panel("lead", "leads/_worked.html", order=90)
@panel("handoff", "leads/_worked_here.html")
def worked_with_the_like(object_id: int, user: User) -> dict[str, Any] | None:
    """What worked with leads like this one, for whoever sells; fetched once the page stands."""
    return {"pk": object_id} if user.has_role(*SALES) else None
