"""The figures of leads: what reached each stage, what was delivered, decided, sent back, found good, in focus."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

from leads.kinds import NOT_ACTS
from tests.oracles.figures.raw import DAY, Raw
from tests.oracles.figures.told import ORACLE, Told, counted, figure, ids, shared


def came_to(stage: str, raw: Raw) -> list[Any]:
    """Lives that first reached a stage in the period, without those that sales found."""
    lives = [life for life in raw.all("leads.Episode") if not life.self_sourced]
    return [life for life in lives if raw.within(raw.at(life, stage))]


for key, stage in (
    ("mqls", "mql"),
    ("sals", "sal"),
    ("sqls", "sql"),
    ("opportunities", "opportunity"),
    ("customers", "customer"),
):
    ORACLE[key] = lambda raw, stage=stage: counted(came_to(stage, raw))


@figure("leads_created")
def _created(raw: Raw) -> Told:
    return counted(life for life in came_to("lead", raw) if life.number == 1)


def delivered(raw: Raw) -> list[Any]:
    """Lives first handed over in the period that neither came back for their quality nor were found wrong in time."""
    closed = raw.books_close_at()
    wrong = {row.delivered_id for row in raw.corrections(closed)}
    returned = {
        (raw.handoff(row).lead_id, raw.handoff(row).episode)
        for row in raw.returns
        if row.at <= closed and raw.counts_against(row, closed)
    }
    lives = [life for life in raw.all("leads.Episode") if raw.within(raw.handed_over_at(life))]
    return [life for life in lives if life.id not in wrong and (life.lead_id, life.number) not in returned]


def was_by_hand(raw: Raw, life: Any) -> bool:
    return raw.handed_over[life.lead_id, life.number].by_hand


@figure("mqls_delivered")
def _delivered(raw: Raw) -> Told:
    return counted(delivered(raw))


@figure("mqls_by_hand")
def _by_hand(raw: Raw) -> Told:
    return counted(life for life in delivered(raw) if was_by_hand(raw, life))


@figure("mqls_again")
def _again(raw: Raw) -> Told:
    return counted(life for life in delivered(raw) if life.number > 1)


@figure("mqls_held")
def _held(raw: Raw) -> Told:
    leads = raw.by_id("leads.Lead")
    return counted(
        life
        for life in came_to("mql", raw)
        if raw.handed_over_at(life) is None
        and (leads[life.lead_id].stage, leads[life.lead_id].episode) == ("mql", life.number)
    )


def quality_returns(raw: Raw) -> list[Any]:
    closed = raw.books_close_at()
    return [row for row in raw.returns if raw.within(row.at) and raw.counts_against(row, closed)]


def came_late(raw: Raw, returned: Any) -> bool:
    """Whether the books of the period of its hand-off were closed when it came."""
    return returned.at > raw.books_close_at(raw.period_around(raw.handoff(returned).made_at))


@figure("quality_returns")
def _quality_returns(raw: Raw) -> Told:
    return counted(quality_returns(raw))


@figure("mqls_adjusted")
def _adjusted(raw: Raw) -> Told:
    return counted(row for row in quality_returns(raw) if came_late(raw, row))


def decided(raw: Raw) -> list[Any]:
    """Hand-offs whose first decision fell in the period, without what was found wrong in time."""
    closed, returned = raw.books_close_at(), raw.by_id("leads.HandoffReturn")
    wrong = {
        (returned[row.returned_id].handoff_id, returned[row.returned_id].at)
        for row in raw.corrections(closed)
        if row.returned_id
    }
    rows = [row for row in raw.all("leads.Handoff") if raw.within(row.decided_at)]
    return [row for row in rows if (row.id, row.decided_at) not in wrong]


@figure("acceptance_rate")
def _acceptance(raw: Raw) -> Told:
    return shared(decided(raw), lambda row: row.accepted_at == row.decided_at)


@figure("quality_return_rate")
def _quality_return_rate(raw: Raw) -> Told:
    closed = raw.books_close_at()
    poor = {(row.handoff_id, row.at) for row in raw.returns if raw.counts_against(row, closed)}
    return shared(decided(raw), lambda row: (row.id, row.decided_at) in poor)


def waited(share: float, raw: Raw) -> Told:
    """The least time within which so many were accepted, of those whose first decision that was."""
    taken = [row for row in decided(raw) if row.accepted_at == row.decided_at]
    times = sorted(row.accepted_at - row.made_at for row in taken)
    return Told(times[max(ceil(share * len(times)), 1) - 1] if times else None, ids(taken))


ORACLE["time_to_accept"], ORACLE["time_to_accept_p90"] = partial(waited, 0.5), partial(waited, 0.9)


def sent_back(raw: Raw) -> list[Any]:
    return [row for row in raw.returns if raw.within(row.at)]


def is_explained(raw: Raw, returned: Any) -> bool:
    """Whether it gives what its reason asks for."""
    asked = raw.reason(returned).evidence
    if asked == "note":
        return bool(returned.note)
    return asked in ("none", "attempts") or asked in returned.evidence


@figure("returns")
def _returns(raw: Raw) -> Told:
    return counted(sent_back(raw))


@figure("reasons_given")
def _reasons_given(raw: Raw) -> Told:
    return shared(sent_back(raw), partial(is_explained, raw))


@figure("corrections")
def _corrections(raw: Raw) -> Told:
    return counted(row for row in raw.corrections() if raw.within(row.at))


def made(raw: Raw) -> list[Any]:
    return [row for row in raw.all("leads.Handoff") if raw.within(row.made_at)]


@figure("handoffs")
def _handoffs(raw: Raw) -> Told:
    return counted(row for row in made(raw) if not row.withdrawn)


@figure("mqls_delivered_gross")
def _gross(raw: Raw) -> Told:
    return counted(life for life in raw.all("leads.Episode") if raw.within(raw.handed_over_at(life)))


# Attempts


def tries(raw: Raw) -> list[Any]:
    return [row for row in raw.all("leads.Attempt") if row.undone_at is None]


@figure("attempts")
def _attempts(raw: Raw) -> Told:
    return counted(row for row in tries(raw) if raw.within(row.at))


@figure("attempts_a_handoff")
def _attempts_a_handoff(raw: Raw) -> Told:
    closed = [row for row in raw.all("leads.Handoff") if raw.within(row.closed_at) and not row.withdrawn]
    made_on = Counter(row.handoff_id for row in tries(raw))
    mean = float(sum(made_on[row.id] for row in closed)) / len(closed) if closed else None
    return Told(mean, ids(closed))


# Content


def uses(raw: Raw) -> list[Any]:
    """Touches with which somebody used a piece of the library themselves."""
    return [row for row in raw.all("leads.Touch") if row.content_id and row.kind not in NOT_ACTS]


@figure("content_use")
def _content_use(raw: Raw) -> Told:
    def used(life: Any) -> bool:
        until = raw.at(life, "mql")
        return any(row.lead_id == life.lead_id and until - 90 * DAY < row.occurred_at <= until for row in uses(raw))

    return shared(came_to("mql", raw), used)


@figure("content_touched")
def _content_touched(raw: Raw) -> Told:
    used = {row.content_id for row in uses(raw) if raw.within(row.occurred_at)}
    return shared(raw.all("campaigns.Content"), lambda row: row.id in used)


@figure("found_good")
def _found_good(raw: Raw) -> Told:
    return shared((row for row in made(raw) if row.rating and not row.withdrawn), lambda row: row.rating == 1)


# The focus


def focus_of(raw: Raw, at: datetime) -> Any:
    """The focus that was signed for the quarter of a moment, or None."""
    day = raw.local_day(at)
    states = raw.by_id("agreements.Revision")
    found = [row for row in raw.all("agreements.Focus") if row.quarter == f"{day.year}-Q{(day.month + 2) // 3}"]
    return next((row for row in found if states[row.revision_id].state == "in_force"), None)


def is_asked_for(raw: Raw, handoff: Any, focus: Any) -> bool:
    lead = raw.by_id("leads.Lead")[handoff.lead_id]
    company = raw.by_id("leads.Company").get(lead.company_id)
    if company is None:
        return False
    names, industry = {company.name.lower(), company.domain.lower()}, company.industry.lower()
    not_wanted = {name.lower() for name in focus.not_wanted}
    if names & not_wanted or industry in not_wanted:
        return False
    if names & {name.lower() for name in focus.companies}:
        return True
    country = (lead.country or company.country).lower()
    return any(
        (not segment["industries"] or industry in [each.lower() for each in segment["industries"]])
        and (not segment["countries"] or country in [each.lower() for each in segment["countries"]])
        and (segment["least"] is None or (company.employees is not None and company.employees >= segment["least"]))
        and (segment["most"] is None or (company.employees is not None and company.employees <= segment["most"]))
        for segment in focus.segments
    )


def under_a_focus(raw: Raw) -> Iterator[tuple[Any, bool]]:
    """Hand-offs of quarters with a focus, and whether it asks for them."""
    for handoff in made(raw):
        if focus := focus_of(raw, handoff.made_at):
            yield handoff, is_asked_for(raw, handoff, focus)


@figure("handoffs_in_focus")
def _in_focus(raw: Raw) -> Told:
    return counted(handoff for handoff, is_in in under_a_focus(raw) if is_in)


@figure("focus_share")
def _focus_share(raw: Raw) -> Told:
    found = {handoff.id: is_in for handoff, is_in in under_a_focus(raw)}
    return shared((raw.by_id("leads.Handoff")[pk] for pk in found), lambda row: found[row.id])


# What a rep turned to first


def first_of(moments: Iterator[datetime]) -> datetime | None:
    return min(moments, default=None)


def turned_to(raw: Raw, given: Any) -> tuple[datetime | None, datetime | None]:
    """When its owner first did something with what they were given, and when with somebody they found themselves."""
    attempts = [row for row in raw.all("leads.Attempt") if row.undone_at is None and row.by_id == given.owner_id]
    theirs = [row.at for row in attempts if row.handoff_id == given.handoff_id]
    theirs += [row.at for row in raw.returns if (row.handoff_id, row.by_id) == (given.handoff_id, given.owner_id)]
    deals = raw.all("leads.Opportunity")
    theirs += [row.opened_at for row in deals if (row.handoff_id, row.owner_id) == (given.handoff_id, given.owner_id)]
    leads = raw.by_id("leads.Lead")
    own = [row.at for row in attempts if row.handoff_id is None and leads[row.lead_id].origin == "sales"]
    since = given.from_at
    return first_of(at for at in theirs if at >= since), first_of(at for at in own if at >= since)


@figure("fresh_first")
def _fresh_first(raw: Raw) -> Told:
    rows, kept = [], {}
    for given in raw.all("leads.Assignment"):
        handoff, end = raw.handoff(given), min(raw.period.end, raw.now)
        if given.owner_id is None or (handoff.decided_at and handoff.decided_at < given.from_at):
            continue
        answered, own = turned_to(raw, given)
        first = first_of(at for at in (answered, own) if at)
        if first is None or not raw.period.start <= first < end:
            continue
        if (given.until_at and first >= given.until_at) or (handoff.closed_at and first > handoff.closed_at):
            continue
        rows.append(given)
        kept[given.id] = answered is not None and (own is None or answered <= own)
    return shared(rows, lambda row: kept[row.id])
