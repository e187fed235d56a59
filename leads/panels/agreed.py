"""What leads have to say on the pages of what both sides agreed: personas, criteria, focus, stages, credit."""

from decimal import Decimal
from typing import Any

from accounts.models import User
from agreements.models import OPEN, RULING, Focus, Persona, PersonaVersion, Sharing, StageMap, State
from agreements.personas import where_they_stand
from agreements.signing import on_its_way, on_trial
from common import clock as db_clock
from common import metrics
from common.badges import badge
from common.columns import columns
from common.panels import panel
from leads import readings, tallies
from leads.facts import PERSONA
from leads.models import Criteria, Rule
from leads.models.criteria import DOCUMENT
from leads.models.tally import Of
from leads.payback import shares_of_revenue
from leads.stage_age import COUNTED, standings

SHOWN_CAMPAIGNS = 30


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


@panel("personas_counted", "leads/_counted.html")
def personas_counted(object_id: int, user: User) -> dict[str, Any]:
    return {"counted_at": tallies.counted_at(Of.PERSONA, at=db_clock.now())}


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


@panel("credit", "leads/_credit.html")
def by_each_model(object_id: int, user: User) -> dict[str, Any]:
    """What each model makes of the deals won, campaign by campaign."""
    parts, counted_at = tallies.of_credit(at=db_clock.now())
    shares = shares_of_revenue(parts)
    rows = [(campaign, [part.quantize(Decimal(1)) for part in parts.values()]) for campaign, parts in shares]
    more = len(rows) > SHOWN_CAMPAIGNS
    return {"models": list(Sharing), "shares": rows[:SHOWN_CAMPAIGNS], "more": more, "counted_at": counted_at}
