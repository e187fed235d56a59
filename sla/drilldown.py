"""The rows behind a figure, each as one line: whose it is, when, and what it says."""

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime

from campaigns.models import Campaign, Content, ContentRequest
from common.metrics import Part
from common.templatetags.words import calendar_time, in_unit, money, plural, points, working
from goals.ledger import Entry
from leads.models import (
    Assignment,
    Attempt,
    Contribution,
    Correction,
    Episode,
    Handoff,
    HandoffReturn,
    Lead,
    Opportunity,
    PutOff,
    Transition,
)
from sla.briefs import Due
from sla.models import Clock, DataCheck, Dispute, Review
from sla.scorecard import Line as Promise

# What a cohort says of an episode: by whether it has come so far, and whether it still may.
COHORT = {(True, False): "has come so far", (False, True): "still matures", (False, False): "has not"}


@dataclass(frozen=True)
class Line:
    """One row: `about` names it and `url` opens it; `mark` is a chip's state where it was not as it should be."""

    about: str
    url: str = ""
    at: datetime | None = None
    beside: str = ""
    words: str = ""
    mark: str = ""


@singledispatch
def line_of(row: Any) -> Line:
    """A row of any figure as a line; apps below and above may have kinds of rows that only name themselves."""
    address = getattr(row, "get_absolute_url", None)
    return Line(str(row), address() if address else "")


def _of_lead(lead: Lead, at: datetime | None, words: str, mark: str = "") -> Line:
    return Line(str(lead), lead.get_absolute_url(), at, str(lead.company or ""), words, mark)


@line_of.register
def _lead(row: Lead) -> Line:
    return _of_lead(row, row.created_at, row.get_stage_display())


@line_of.register
def _episode(row: Episode) -> Line:
    """Of a cohort when it began, and whether it has come so far."""
    if hasattr(row, "began_at"):
        return _of_lead(row.lead, row.began_at, COHORT[row.is_reached, row.is_maturing])
    again = "" if row.number == 1 else f", time {row.number}"
    return _of_lead(
        row.lead, row.handed_over_at or row.mql_at or row.lead_at, f"{row.lead.get_stage_display()} now{again}"
    )


@line_of.register
def _handoff(row: Handoff) -> Line:
    """With what its figure measures of it: how long it waited, how often somebody tried, why it was refused."""
    accepted = row.accepted_at is not None and row.accepted_at == row.decided_at
    words = "accepted" if accepted else row.get_state_display().lower()
    if hasattr(row, "waited"):
        words = f"after {calendar_time(row.waited)}"
    elif hasattr(row, "tried"):
        words = plural(row.tried, "attempt")
    elif hasattr(row, "refused"):
        return _of_lead(row.lead, row.answered_at, f"returned, {row.refused}" if row.refused else "accepted")
    return _of_lead(row.lead, row.decided_at or row.made_at, words)


@line_of.register
def _returned(row: HandoffReturn) -> Line:
    said = ": ".join(filter(None, [str(row.reason), row.shown_by or row.note]))
    return _of_lead(row.handoff.lead, row.at, said)


@line_of.register
def _clock(row: Clock) -> Line:
    if row.waived_at:
        words, mark = f"excused by {row.waived_by}: {row.waived_because}", ""
    elif row.is_met:
        words, mark = f"in {working(row.took)}", ""
    else:
        words, mark = (f"late, after {working(row.took)}" if row.done_at else "not yet"), "missed"
    return _of_lead(row.handoff.lead, row.due_at, words, mark)


@line_of.register
def _promise(row: Promise) -> Line:
    words = f"{row.words}, {row.standing.label}"
    return Line(row.commitment.title, beside=row.commitment.get_side_display(), words=words, mark=row.alarm)


@line_of.register
def _part(row: Part) -> Line:
    """A figure that another is reckoned from; it opens its own rows."""
    asked = f"?period={row.period.key}" + (f"&{row.only}" if row.only else "")
    words = in_unit(row.value, row.metric.unit)
    return Line(row.metric.name, reverse("report", args=[row.metric.key]) + asked, beside=row.period.label, words=words)


@line_of.register
def _put_off(row: PutOff) -> Line:
    return _of_lead(row.handoff.lead, row.at, f"until {localtime(row.until_at):%-d %B}, says {row.by}")


@line_of.register
def _given(row: Assignment) -> Line:
    """One given to a rep: what they turned to first."""
    kept = row.answered_at is not None and (row.own_at is None or row.answered_at <= row.own_at)
    words = f"{row.owner.short_name}, {'first' if kept else 'after own work'}"
    return _of_lead(row.handoff.lead, row.first_at, words, "" if kept else "missed")


@line_of.register
def _attempt(row: Attempt) -> Line:
    return _of_lead(row.lead, row.at, str(row))


@line_of.register
def _transition(row: Transition) -> Line:
    return _of_lead(row.lead, row.at, f"{row.get_from_stage_display() or 'new'} to {row.get_to_stage_display()}")


@line_of.register
def _checked(row: DataCheck) -> Line:
    return _of_lead(row.handoff.lead, row.handoff.made_at, str(row), "missed" if row.missing else "")


@line_of.register
def _request(row: ContentRequest) -> Line:
    in_time = row.answered_at is not None and row.answered_at <= row.due_at
    words = "answered in time" if in_time else "answered late" if row.answered_at else "not answered yet"
    return Line(str(row), row.get_absolute_url(), row.due_at, str(row.asked_by), words, "" if in_time else "missed")


@line_of.register
def _brief(row: Due) -> Line:
    words = "in time" if row.is_kept else "late" if row.given_at else "none yet"
    return Line(
        str(row), row.campaign.get_absolute_url(), row.due_at, words=words, mark="" if row.is_kept else "missed"
    )


@line_of.register
def _deal(row: Opportunity) -> Line:
    words = f"{row.get_state_display()}, {money(row.amount, row.currency)}"
    return Line(str(row), row.get_absolute_url(), row.closed_at or row.opened_at, str(row.lead), words)


@line_of.register
def _campaign(row: Campaign) -> Line:
    """What it cost in the period, of what it cost in all."""
    words = f"{money(row.spent)} of {money(row.cost)}" if hasattr(row, "spent") else money(row.cost)
    return Line(str(row), row.get_absolute_url(), words=words)


@line_of.register
def _content(row: Content) -> Line:
    words = ("used" if row.is_used else "not used") if hasattr(row, "is_used") else ""
    return Line(str(row), row.get_absolute_url(), beside=row.kind, words=words)


@line_of.register
def _credit(row: Contribution) -> Line:
    words = money(row.credited) if hasattr(row, "credited") else ""
    return Line(str(row.campaign or row.touch), row.deal.get_absolute_url(), row.at, f"towards {row.deal}", words)


@line_of.register
def _correction(row: Correction) -> Line:
    lead = row.returned.handoff.lead if row.returned_id else row.delivered.lead
    what = "return" if row.returned_id else "delivery"
    return _of_lead(lead, row.at, f"{what} found wrong: {row.because}")


@line_of.register
def _dispute(row: Dispute) -> Line:
    return Line(str(row), row.get_absolute_url(), row.at, f"contested by {row.side}", row.get_state_display())


@line_of.register
def _review(row: Review) -> Line:
    """Both sides have spoken by the time a figure counts it."""
    words, mark = ("the sides differ", "risk") if row.differs else (f"both found it {row.opinions.all()[0]}", "")
    return Line(str(row), row.get_absolute_url(), row.returned.at, "", words, mark)


@line_of.register
def _entry(row: Entry) -> Line:
    """A line of a ledger: what it gave or took, and under which version."""
    return _of_lead(row.lead, row.at, f"{row.words}, {points(row.points)} (v{row.version})")
