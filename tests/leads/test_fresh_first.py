"""Marketing's fresh hand-offs before what a rep found: the figure against plain Python on a small history."""

from datetime import timedelta

import pytest

from common import metrics
from common.periods import month_of
from leads.fresh_first import KEPT, cases
from leads.intake import source_lead
from leads.models import Attempt
from leads.undo import undo
from sla.clauses import CLAUSES
from sla.drilldown import line_of
from tests.builders import AMSTERDAM, a_handoff, reason

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(sam, at):
    return source_lead({"email": "own@found.test"}, by=sam, at=at - HOUR)


def call(what, by, at):
    return Attempt.objects.log(what, channel="call", outcome="no_answer", by=by, at=at)


@pytest.fixture
def history(sam, rita, nora, own, at):
    """Six hand-offs of Sam's and one of Rita's; what is to be found of each, worked out by hand."""
    first, second, returned, moved, waits, dealt = (a_handoff(at=at, owner=sam) for _ in range(6))
    ritas = a_handoff(at=at, owner=rita)
    call(first, sam, at + 1 * HOUR)  # first: kept
    returned.send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)  # kept
    moved.reassign(to=rita, because="Busy", by=nora, at=at + 3 * HOUR)  # gone before anything was done: Rita's now
    call(own, sam, at + 4 * HOUR)  # passes over the second, the waiting one, and what he opens a deal on later
    call(second, sam, at + 5 * HOUR)  # missed
    call(ritas, rita, at + 5 * HOUR)  # kept: Sam's own work is nothing to her
    return {
        (first.pk, sam.pk): True,
        (returned.pk, sam.pk): True,
        (second.pk, sam.pk): False,
        (waits.pk, sam.pk): False,
        (dealt.pk, sam.pk): False,
        (ritas.pk, rita.pk): True,
    }


def by_hand(handoffs, until):
    """The same worked out in plain Python from every row there is, stint by stint."""
    found = {}
    for handoff in handoffs:
        for stint in handoff.assignments.all():
            end = min(filter(None, [stint.until_at, until]))
            acts = [a.at for a in handoff.attempts.all() if a.by_id == stint.owner_id and not a.undone_at]
            acts += [r.at for r in handoff.returns.all() if r.by_id == stint.owner_id and not r.undone_at]
            acts = [act for act in acts if stint.from_at <= act < end]
            owns = [
                a.at
                for a in Attempt.objects.filter(handoff=None, by=stint.owner)
                if a.lead.origin == "sales" and not a.undone_at and stint.from_at <= a.at < end
            ]
            if acts or owns:
                found[handoff.pk, stint.owner_id] = bool(acts) and (not owns or min(acts) <= min(owns))
    return found


def told(at):
    period = month_of(at, AMSTERDAM)
    kept = set(cases(period).filter(KEPT).values_list("pk", flat=True))
    return {(each.handoff_id, each.owner_id): each.pk in kept for each in cases(period)}


def test_the_figure_is_what_python_finds_in_the_history(history, at, clock_shows):
    clock_shows(at + 8 * HOUR)
    handoffs = [row.handoff for row in cases(month_of(at, AMSTERDAM))]
    assert told(at) == history == by_hand(handoffs, at + 8 * HOUR)
    assert metrics.value("fresh_first", month_of(at, AMSTERDAM)) == 3 / 6


def test_the_value_is_that_of_its_rows(history, at, clock_shows):
    clock_shows(at + 8 * HOUR)
    period = month_of(at, AMSTERDAM)
    lines = [line_of(row) for row in metrics.rows("fresh_first", period)]
    kept = [line for line in lines if not line.mark]
    assert metrics.value("fresh_first", period) == len(kept) / len(lines)
    assert metrics.cases("fresh_first", period) == len(lines) == 6


def test_what_nobody_turned_to_yet_counts_neither_way_and_an_empty_month_has_no_figure(sam, at, clock_shows):
    a_handoff(at=at, owner=sam)
    clock_shows(at + HOUR)
    assert metrics.value("fresh_first", month_of(at, AMSTERDAM)) is None


def test_it_counts_in_the_month_in_which_it_was_decided(sam, own, at, clock_shows):
    handoff = a_handoff(at=at, owner=sam)
    later = at + timedelta(days=30)
    call(handoff, sam, later)
    clock_shows(later + HOUR)
    assert metrics.value("fresh_first", month_of(at, AMSTERDAM)) is None
    assert metrics.value("fresh_first", month_of(later, AMSTERDAM)) == 1


def test_an_attempt_that_was_taken_back_passes_over_nothing(sam, own, at, clock_shows):
    a_handoff(at=at, owner=sam)
    call(own, sam, at + HOUR)
    clock_shows(at + 2 * HOUR)
    assert metrics.value("fresh_first", month_of(at, AMSTERDAM)) == 0
    undo(own, by=sam, at=at + HOUR + MINUTE)
    assert metrics.value("fresh_first", month_of(at, AMSTERDAM)) is None


def test_it_can_be_promised_and_is_in_no_first_draft():
    clause = CLAUSES["fresh_first"]
    assert (clause.side, clause.opt_in, clause.defaults) == ("sales", True, {"target": clause.defaults["target"]})
