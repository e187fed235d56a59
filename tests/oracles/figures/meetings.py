"""The figures of meetings, of disputes and of what both sides judged."""

from collections import defaultdict
from datetime import UTC

from tests.oracles.figures.raw import Raw
from tests.oracles.figures.told import Told, counted, figure, ids, shared


@figure("meetings_held")
def _held(raw: Raw) -> Told:
    return counted(row for row in raw.all("meetings.Meeting") if raw.within(row.opened_at))


@figure("actions_in_time")
def _actions(raw: Raw) -> Told:
    due = [row for row in raw.all("meetings.Action") if raw.period.start_on <= row.due_on < raw.period.end_on]
    return shared(due, lambda row: row.closed_at and row.closed_at.astimezone(UTC).date() <= row.due_on)


@figure("disputes")
def _disputes(raw: Raw) -> Told:
    returned = raw.by_id("leads.HandoffReturn")
    rows = [row for row in raw.all("sla.Dispute") if raw.within(row.at)]
    return counted(row for row in rows if not (row.returned_id and returned[row.returned_id].undone_at))


@figure("disputes_right")
def _found_right(raw: Raw) -> Told:
    over = [row for row in raw.all("sla.Dispute") if raw.within(row.closed_at)]
    return shared(over, lambda row: row.correction_id)


@figure("review_agreement")
def _judged_alike(raw: Raw) -> Told:
    opinions, returned = defaultdict(list), raw.by_id("leads.HandoffReturn")
    for opinion in raw.all("sla.Opinion"):
        opinions[opinion.review_id].append(opinion)
    rows = [
        row
        for row in raw.all("sla.Review")
        if len(opinions[row.id]) == 2
        and returned[row.returned_id].undone_at is None
        and raw.within(max(each.at for each in opinions[row.id]))
    ]
    alike = [len({each.is_right for each in opinions[row.id]}) == 1 for row in rows]
    return Told(sum(alike) / len(alike) if alike else None, ids(rows))
