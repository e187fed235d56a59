"""What the promises show on other pages: a lead's clocks, and the menu's word beside the agreement."""

from typing import Any

from accounts.models import User
from agreements.signing import on_its_way
from campaigns.models import Campaign, ContentRequest
from common import clock as db_clock
from common.badges import badge
from common.columns import columns
from common.panels import panel
from leads.one_lead import lead_shown_to
from sla import briefs
from sla.clocks_of_lead import clocks_of_lead
from sla.disputable import of_lead, of_returns
from sla.models import Agreement
from sla.models.agreement import DOCUMENT

A_FEW = 25


@panel("lead", "sla/_clocks.html", order=40)
def clocks(lead: int, user: User) -> dict[str, Any] | None:
    shown = clocks_of_lead(lead_shown_to(user, lead), at=db_clock.now())
    return {"clocks": shown} if shown else None


@panel("lead", "sla/_disputable.html", order=45)
def what_counts(lead: int, user: User) -> dict[str, Any] | None:
    """What of a lead counts for or against a side, with the way to contest it."""
    rows = of_lead(lead_shown_to(user, lead), user)
    return {"rows": rows} if rows else None


@columns("returns", "Contested")
def contested(returns: list[int], user: User) -> dict[int, tuple]:
    return of_returns(returns, user)


@panel("criteria_draft", "sla/_minor_panel.html")
def as_a_minor_change(number: int, user: User) -> dict[str, Any] | None:
    """Whether a draft of the criteria may take effect without objection, where the agreement knows such changes."""
    return {"number": number} if Agreement.objects.filter(minor_changes=True).in_force().exists() else None


@panel("late_marketing", "sla/_late_answers.html", order=20)
def late_answers(object_id: int, user: User) -> dict[str, Any]:
    """The requests that wait for an answer too long, and the campaigns without a brief."""
    at = db_clock.now()
    requests = ContentRequest.objects.visible_to(user).overdue(at=at).select_related("asked_by")
    return {"late_requests": requests[:A_FEW], "late_briefs": briefs.overdue(at=at)[:A_FEW]}


@panel("campaign", "sla/_brief_due.html")
def brief_due(campaign: int, user: User) -> dict[str, Any] | None:
    """When sales has to have the brief of a campaign, by the agreement in force."""
    found, agreement = Campaign.objects.select_related("brief").get(pk=campaign), Agreement.objects.ruling()
    promise = agreement and agreement.promise(briefs.BRIEFED)
    if not promise or not found.starts_on:
        return None
    due_at, brief = briefs.due_at(found.starts_on, promise), getattr(found, "brief", None)
    return {"due_at": due_at, "brief": brief, "late": bool(due_at and brief and brief.given_at > due_at)}


@badge("agreement")
def agreement(user: User) -> str:
    return on_its_way(DOCUMENT)
