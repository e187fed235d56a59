"""Backtests: who would have qualified when, what became of them, and what that says of a definition."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.models import Revision, State
from common.errors import NotAllowed
from leads import backtest, drawings, figures, trend
from leads.models import Backtest, BacktestLead, Episode, Handoff, HandoffReturn, Lead
from leads.models.backtest import groups
from leads.verdict import Figures, Share, judge
from leads.wording import fingerprint
from tests.builders import reason, refused
from tests.leads.scored_people import DAY, definition, keep, write
from tests.oracles.scoring import Act, Person

WEBINAR = {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended"}
DEMO = {"section": "fast_track", "touch_kind": "demo_request"}
HOUR = timedelta(hours=1)


def came(at, *acts):
    """A lead who came at a moment and did these things so many days later."""
    [lead] = write([Person(created_at=at, acts=[Act(kind, at + days * DAY) for kind, days in acts])])
    Lead.objects.filter(pk=lead.pk).update(recorded_at=at)
    keep([lead], at=at)
    return lead


def became(lead, **moments):
    return Episode.objects.create(lead=lead, **moments)


def decided(lead, *, at, by=None):
    """Sales accepted it (`by`) or sent it back."""
    took = {"accepted_at": at, "accepted_by": by, "owner": by} if by else {}
    return Handoff.objects.create(
        lead=lead, episode=1, made_at=at - HOUR, decided_at=at, state="closed", closed_at=at, **took
    )


@pytest.fixture
def history(at, sam):
    """Ten weeks: Ann won, Bob sent back, Cas won too early to be found, Dee nobody asked, Eva too few, Flo own find."""
    begun = at.replace(hour=0, minute=0) - 70 * DAY
    ann = came(begun, ("webinar_attended", 1), ("webinar_attended", 2), ("webinar_attended", 5))
    became(ann, mql_at=begun + 5 * DAY, sql_at=begun + 7 * DAY, opportunity_at=begun + 8 * DAY, customer_at=at - DAY)
    decided(ann, at=begun + 6 * DAY, by=sam)
    bob = came(begun, ("webinar_attended", 3), ("webinar_attended", 4))
    became(bob, mql_at=begun + 4 * DAY)
    sent_back = decided(bob, at=begun + 5 * DAY)
    HandoffReturn.objects.create(
        handoff=sent_back, reason=reason("wrong_company"), by=sam, at=begun + 5 * DAY, result="recycled"
    )
    cas = came(begun, ("webinar_attended", 1), ("webinar_attended", 20))
    became(cas, mql_at=begun + 2 * DAY, sql_at=begun + 3 * DAY, opportunity_at=begun + 4 * DAY, customer_at=at - DAY)
    decided(cas, at=begun + 3 * DAY, by=sam)
    dee = came(begun, ("demo_request", 10))
    eva = came(begun, ("webinar_attended", 1))
    flo = came(begun, ("demo_request", 1))
    Lead.objects.filter(pk=flo.pk).update(origin="sales")
    return {"begun": begun, "ann": ann, "bob": bob, "cas": cas, "dee": dee, "eva": eva, "flo": flo}


@pytest.fixture
def draft(db, at):
    return definition(WEBINAR, DEMO, at=at, threshold=Decimal(40))


def replayed(criteria, *, at, size=backtest.SLICE):
    job = backtest.start(criteria, by=None, at=at)
    backtest.go_on(clock=lambda: at, size=size)
    job.refresh_from_db()
    return job


def names(history, rows):
    who = {lead.pk: name for name, lead in history.items() if name != "begun"}
    return {who[pk] for pk in rows.values_list("lead", flat=True)}


def test_each_lead_is_taken_at_the_first_moment_it_would_have_qualified(history, draft, at):
    job = replayed(draft, at=at)
    begun = history["begun"]
    assert (job.done, job.total, job.finished_at) == (5, 5, at)
    rows = {row.lead_id: row for row in job.leads.all()}
    said = {
        name: (row.qualified_at, row.total, row.best, row.best_decided, row.best_dealt)
        for name in ("ann", "bob", "cas", "dee", "eva")
        for row in [rows[history[name].pk]]
    }
    assert said == {
        "ann": (begun + 2 * DAY, 40, 60, 60, 60),
        "bob": (begun + 4 * DAY, 40, 40, 40, 0),
        "cas": (begun + 20 * DAY, 40, 40, 20, 20),
        "dee": (begun + 10 * DAY, 0, 0, 0, 0),
        "eva": (None, None, 20, 0, 0),
    }
    assert rows[history["dee"].pk].fast_track_at == begun + 10 * DAY


def test_every_figure_counts_the_leads_of_its_group(history, draft, at):
    job = replayed(draft, at=at)
    found = {name: names(history, job.leads.group(name, points=Decimal(40))) for name in groups(Decimal(40))}
    assert found == {
        "mqls": {"ann", "bob", "cas", "dee"},
        "same": {"ann", "bob", "cas"},
        "new": {"dee"},
        "gone": set(),
        "were": {"ann", "bob", "cas"},
        "decided": {"ann", "bob", "cas"},
        "known": {"ann", "bob"},
        "accepted": {"ann"},
        "returned": {"bob"},
        "sql": {"ann"},
        "sold": {"ann"},
        "good": {"ann", "cas"},
        "good_missed": {"cas"},
        "wins": {"ann", "cas"},
        "kept": {"ann"},
        "missed": {"cas"},
        "band_0": set(),
        "band_1": {"cas"},
        "band_2": {"bob"},
        "band_3": set(),
        "band_4": {"ann"},
        "band_5": set(),
    }
    said = figures.figures(job, points=Decimal(40), minutes=60, room=2)
    assert said.counts == {name: len(leads) for name, leads in found.items()}
    assert (said.weeks, said.a_week, said.hours, said.capacity) == (10, 0.4, 0.4, 0.2)
    assert (said.known, said.acceptance, said.precision) == (Share(2, 4), Share(1, 2), Share(1, 2))
    assert (said.recall, said.kept, said.overlap, said.win_rate) == (Share(1, 2), Share(1, 2), Share(3, 3), Share(1, 2))
    high, *_, low, least = figures.bands(said, job, Decimal(40))[1:]
    assert (high.label, high.good, high.lift) == ("From 60 points", Share(1, 1), 1.5)
    assert (low.label, low.good, low.lift) == ("20 to 40 points", Share(1, 1), 1.5)
    assert (least.label, least.good, least.lift) == ("Under 20 points", Share(0, 0), None)
    [why] = figures.returned_most(job, points=Decimal(40))
    assert (why.returns, round(why.a_month, 3)) == (1, 0.433)


def test_other_thresholds_are_told_from_the_same_replay(history, draft, at):
    job = replayed(draft, at=at)
    told = {
        step.points: (step.figures.counts["mqls"], step.missed)
        for step in figures.steps(job, asked=Decimal(40), minutes=50, room=0)
    }
    assert told[Decimal(40)] == (4, 1)
    assert told[Decimal(43)] == (2, 1)
    assert figures.figures(job, points=Decimal(20), minutes=50, room=0).counts["missed"] == 0
    assert figures.figures(job, points=Decimal(61), minutes=50, room=0).counts["missed"] == 2


def test_slices_say_what_one_statement_says_and_a_killed_worker_doubles_nothing(history, draft, at):
    job = backtest.start(draft, by=None, at=at)
    half = Backtest.objects.claim(at=at)
    assert backtest.step(half, at=at, size=2)
    assert Backtest.objects.claim(at=at) is None
    later = at + timedelta(minutes=2)
    assert backtest.go_on(clock=lambda: later, size=2) == 3
    job.refresh_from_db()
    assert (job.done, job.finished_at) == (5, later)
    assert BacktestLead.objects.filter(backtest=job).count() == 5
    stale = Backtest(pk=job.pk, criteria=draft, fingerprint=job.fingerprint, since=job.since, until=job.until, total=5)
    assert not backtest.step(stale, at=later, size=2)
    assert BacktestLead.objects.filter(backtest=job).count() == 5


def test_a_draft_changed_half_way_is_replayed_from_the_beginning(history, draft, at):
    backtest.start(draft, by=None, at=at)
    half = Backtest.objects.claim(at=at)
    backtest.step(half, at=at, size=2)
    draft.edit(by=None, threshold=Decimal(60))
    later = at + timedelta(minutes=2)
    backtest.go_on(clock=lambda: later, size=2)
    job = Backtest.objects.get()
    assert job.fingerprint == fingerprint(draft)
    assert names(history, job.leads.filter(qualified_at__isnull=False)) == {"ann", "dee"}


def test_the_same_text_over_the_same_period_is_replayed_once_and_the_ruling_version_beside(history, draft, at):
    ruling = definition(WEBINAR, at=at, threshold=Decimal(20))
    Revision.objects.filter(pk=ruling.revision_id).update(state=State.TRIAL, in_force_at=at, trial_until=at + 30 * DAY)
    job = replayed(draft, at=at)
    assert set(Backtest.objects.values_list("criteria", flat=True)) == {draft.pk, ruling.pk}
    assert backtest.start(draft, by=None, at=at + HOUR) == job
    draft.edit(by=None, threshold=Decimal(60))
    again = replayed(draft, at=at + HOUR)
    assert again.pk != job.pk
    assert Backtest.objects.count() == 2
    assert not BacktestLead.objects.filter(backtest_id=job.pk).exists()


def test_a_rep_cannot_start_one(draft, sam, at):
    with refused(NotAllowed):
        backtest.start(draft, by=sam, at=at)
    assert not Backtest.objects.exists()


def test_it_says_what_was_told_late(history, draft, at):
    begun = history["begun"]
    history["eva"].touches.create(kind="webinar_attended", occurred_at=begun + 2 * DAY, recorded_at=begun + 30 * DAY)
    job = replayed(draft, at=at)
    assert job.leads.get(lead=history["eva"]).qualified_at == begun + 30 * DAY
    assert (job.known["touches"], job.known["late"]) == (10, 1)


COUNTS = {"mqls": 450, "known": 412, "accepted": 346, "decided": 500, "wins": 58, "kept": 57}


def verdict(ruling=0.71, room=50, **changes):
    before = Figures({"accepted": round(1000 * ruling), "known": 1000}, 10, 50)
    return judge(Figures(COUNTS | changes, 10, room), before)


def test_enough_decisions_and_wins_kept_within_capacity_are_ready():
    assert (verdict().state, verdict().reasons) == ("ready", [])


def test_one_failing_is_a_check_and_two_are_not_ready():
    few = verdict(decided=199)
    assert (few.state, few.reasons) == ("check", ["199 past decisions are too few to tell; it takes 200."])
    both = verdict(decided=199, wins=29, kept=29)
    assert (both.state, len(both.reasons)) == ("not ready", 2)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kept": 55}, "It would have missed 3 of 58 won customers; at most one in twenty may be missed."),
        (
            {"ruling": 0.85},
            "Sales accepted 84\N{NO-BREAK SPACE}% of those decided, "
            "less than the 85\N{NO-BREAK SPACE}% under the version in force.",
        ),
        ({"room": 44}, "It needs 102\N{NO-BREAK SPACE}% of what sales can take: more than there is."),
        ({"room": 0}, "Nobody in sales can take leads, so nothing fits."),
        ({"wins": 30, "kept": 28}, "It would have missed 2 of 30 won customers; at most one in twenty may be missed."),
    ],
)
def test_each_reason_is_a_sentence(changes, says):
    assert (verdict(**changes).state, verdict(**changes).reasons) == ("check", [says])


def test_the_edges_pass():
    assert verdict(decided=200, wins=40, kept=38, room=45, ruling=0.83).state == "ready"


def test_few_are_called_few():
    assert Share(9, 10).small
    assert not Share(27, 30).small
    assert [round(end, 2) for end in Share(9, 10).interval] == [0.65, 0.98]


def test_the_trend_counts_every_month_by_the_one_version_and_as_it_counted_then(history, draft, at):
    shown = {month.period.key: month for month in trend.months(replayed(draft, at=at))}
    assert list(shown)[-4:] == ["2025-12", "2026-01", "2026-02", "2026-03"]
    january = shown["2026-01"]
    assert (january.counted, january.qualified) == (3, 4)
    # What sales decided before a lead would have qualified is nothing this version brought about.
    assert (january.accepted, january.sql, january.won) == (Share(1, 2), Share(1, 4), Share(2, 4))
    assert {(month.counted, month.qualified) for key, month in shown.items() if key != "2026-01"} == {(0, 0)}


def test_the_trend_marks_where_another_version_took_effect(history, draft, at):
    Revision.objects.filter(pk=draft.revision_id).update(
        state=State.TRIAL, in_force_at=at - 40 * DAY, trial_until=at - 10 * DAY
    )
    job = replayed(draft, at=at)
    shown = trend.periods(job)
    [change] = trend.changes(job)
    assert (change.number, shown[change.place].key) == (draft.revision.number, "2026-01")
    chart = drawings.trend(trend.months(job), [change], number=change.number)
    assert chart.paths["agreed"].startswith(f"M{chart.frame.x(change.place)},")
    assert [row[1:] for row in chart.rows if row[0] == "Jan 2026"] == [(4, 3)]


def test_before_the_past_was_replayed_the_trend_page_says_what_to_do(draft, maya, client_of):
    page = client_of(maya).get(f"/criteria/{draft.revision.number}/trend/")
    assert (page.status_code, f"/criteria/{draft.revision.number}/backtest/" in page.text) == (200, True)
