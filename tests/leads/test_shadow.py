"""A shadow run: a coming version scores beside the one in force, says where they differ, and moves nobody."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from common.errors import Incomplete, NotAllowed, Refused
from leads import rescoring, shadow, shadow_figures
from leads.differences import why_not
from leads.draining import expire, score_due
from leads.models import Criteria, DueLead, Handoff, LeadScore, Rescore, ShadowLead, ShadowRun, ShadowScore, Transition
from leads.models.shadow import groups
from leads.promotion import qualify_by_hand
from notifications.models import Delivery
from tests.builders import a_lead, a_touch, refused
from tests.leads.shadows import DAY, HOUR, SECOND, act, came, started, ticking


def found(run):
    run.refresh_from_db()
    return {name: set(run.leads.group(name, run).values_list("lead", flat=True)) for name in groups(run.since)}


def test_a_new_touch_would_make_an_mql_and_nobody_is_moved_handed_over_or_told(run, at):
    lead = came(at - HOUR, "webinar_attended")
    before = (LeadScore.objects.get(lead=lead).total, Transition.objects.count(), Delivery.objects.count())
    act(lead, "download", at=at + HOUR)
    [row] = ShadowLead.objects.all()
    assert (row.lead, row.qualified_at, row.mql_at) == (lead, at + HOUR, None)
    assert ShadowScore.objects.get(lead=lead).total == 40
    assert lead.stage == "lead"
    assert not Handoff.objects.exists()
    assert before == (LeadScore.objects.get(lead=lead).total, Transition.objects.count(), Delivery.objects.count())


def test_every_figure_counts_the_leads_of_its_group(coming, maya, at):
    start = came(at - 2 * HOUR, "webinar_attended", "download")
    ahead = came(at - 2 * HOUR, "webinar_attended", "download")
    run = started(coming, by=maya, at=at)
    both, gone, new, neither = (came(at + HOUR, "webinar_attended") for _ in range(4))
    act(both, "webinar_attended", at=at + 2 * HOUR)
    act(both, "download", at=at + 3 * HOUR)
    act(gone, "webinar_attended", at=at + 2 * HOUR)
    act(new, "download", at=at + 2 * HOUR)
    act(ahead, "webinar_attended", at=at + 2 * HOUR)
    act(neither, "form", at=at + 2 * HOUR)
    assert found(run) == {
        "made": {both.pk, gone.pk, ahead.pk},
        "met": {both.pk, new.pk},
        "both": {both.pk},
        "gone": {gone.pk},
        "new": {new.pk},
        "before": {start.pk, ahead.pk},
        "ahead": {ahead.pk},
    }
    assert both.stage == gone.stage == ahead.stage == "mql"
    assert (start.stage, new.stage) == ("lead", "lead")
    row = run.leads.get(lead=both)
    assert (row.mql_at, row.qualified_at) == (at + 2 * HOUR, at + 3 * HOUR)


def test_what_sales_decides_meanwhile_is_counted_beside_each_figure(run, at):
    taken, sent_back = came(at + HOUR, "webinar_attended", "webinar_attended"), came(at + HOUR, "webinar_attended")
    act(sent_back, "webinar_attended", at=at + HOUR)
    handoff = taken.handoffs.get()
    handoff.accept(by=handoff.owner, at=at + 2 * HOUR)
    other = sent_back.handoffs.get()
    Handoff.objects.filter(pk=other.pk).update(decided_at=at + 2 * HOUR)
    said = shadow_figures.tallies(run)["gone"]
    assert (said.count, said.accepted, said.returned) == (2, 1, 1)
    assert shadow_figures.tallies(run)["new"] == shadow_figures.Tally("new", 0, 0, 0)


def test_mqls_are_counted_on_the_day_they_were_made_where_the_definition_lives(run, at):
    late = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)  # half past midnight on Friday in Amsterdam
    came(at + HOUR, "webinar_attended", "webinar_attended")
    came(late, "webinar_attended", "download")
    run.refresh_from_db()
    said = [(day.on.day, day.made, day.met) for day in shadow_figures.days(run, at=late)]
    assert said == [(11, 1, 0), (12, 0, 0), (13, 0, 1)]


def test_at_midnight_points_that_were_taken_come_back_and_the_shadow_notices(run, at):
    lead = came(at + HOUR, "webinar_attended", "download", "form")
    assert ShadowScore.objects.get(lead=lead).changes_on == date(2026, 3, 14)
    assert found(run)["new"] == set()
    midnight = datetime(2026, 3, 13, 23, 0, tzinfo=UTC)
    assert expire(at=midnight - timedelta(seconds=1)) == 0
    assert expire(at=midnight) == 1
    score_due(at=midnight)
    assert found(run)["new"] == {lead.pk}
    assert ShadowLead.objects.get().qualified_at == midnight


def test_who_has_opted_out_is_no_mql_of_the_shadow_either(run, maya, at):
    lead = came(at, "webinar_attended")
    lead.opt_out(by=maya, at=at)
    act(lead, "download", at=at + HOUR)
    assert not ShadowLead.objects.exists()
    assert ShadowScore.objects.get(lead=lead).qualifies


def test_an_mql_made_by_hand_says_nothing_about_the_definition_in_force(run, maya, at):
    lead = came(at)
    qualify_by_hand(lead, note="I met her at the fair.", by=maya, at=at + HOUR)
    assert not ShadowLead.objects.exists()


def test_a_drain_that_dies_leaves_the_shadow_as_it_was(run, at):
    lead = came(at, "webinar_attended")
    lead.touches.create(kind="download", occurred_at=at + HOUR, recorded_at=at + HOUR)
    DueLead.objects.mark([lead.pk])
    with transaction.atomic():
        assert score_due(at=at + HOUR) == 1
        transaction.set_rollback(True)
    assert not ShadowLead.objects.exists()
    assert score_due(at=at + HOUR) == 1
    assert found(run)["new"] == {lead.pk}


def test_a_worker_that_is_killed_is_followed_by_one_that_scores_the_rest(coming, maya, at):
    for _ in range(5):
        came(at - HOUR, "webinar_attended", "download")
    run = ShadowRun.objects.start(coming, days=14, by=maya, at=at)
    job = Rescore.objects.claim(at=at)
    assert rescoring.step(job, at=at, batch=2)
    # Killed here: nobody else may go on before the lease is over.
    assert rescoring.go_on(clock=lambda: at + timedelta(seconds=59)) == 0
    run.refresh_from_db()
    assert (run.since, run.leads.count()) == (None, 2)
    later = at + timedelta(minutes=2)
    assert rescoring.go_on(clock=ticking(later), batch=2) == 3
    assert len(found(run)["before"]) == 5
    assert run.since == later + 3 * SECOND  # the reading that finds nobody left
    assert not Transition.objects.filter(to_stage="mql").exists()


def test_who_qualifies_while_everybody_is_being_scored_met_it_from_the_start(coming, maya, at):
    lead = came(at - HOUR, "webinar_attended")
    run = ShadowRun.objects.start(coming, days=14, by=maya, at=at)
    act(lead, "download", at=at + timedelta(seconds=10))
    rescoring.go_on(clock=lambda: at + timedelta(minutes=2))
    assert found(run)["before"] == {lead.pk}
    assert found(run)["met"] == set()


def test_a_sentence_says_which_rules_part_the_two(run, coming, ruling, at):
    gone, new = came(at + HOUR, "webinar_attended"), came(at + HOUR, "webinar_attended")
    act(gone, "webinar_attended", at=at + 2 * HOUR)
    act(new, "download", at=at + 2 * HOUR)
    [said] = why_not(coming, ruling, [(gone.pk, at + 2 * HOUR)]).values()
    webinar = "“Attended a webinar, each, however long ago”"
    assert said == f"Version 2 gives it 20 of 40 points: 20 instead of 40 for {webinar}."
    [said] = why_not(ruling, coming, [(new.pk, at + 2 * HOUR)]).values()
    assert said == "Version 1 gives it 20 of 40 points: 0 instead of 20 for “Downloaded, each, however long ago”."


def test_a_must_a_never_and_a_fast_track_are_named(ruling, maya, at):
    lead = a_lead(at=at, country="NL", touches=[a_touch("webinar_attended", at=at)] * 2)
    strict = Criteria.objects.draft_from(ruling, by=maya, at=at)
    must = strict.add_rule(by=maya, section="must", field="country", operator="is", values=["DE"])
    moment = [(lead.pk, at + HOUR)]
    shown = Criteria.objects.with_rules()
    said = why_not(shown.get(pk=strict.pk), ruling, moment)[lead.pk]
    assert said == "Version 2 asks for “Country is DE”, and that does not hold."
    must.remove(by=maya)
    strict.add_rule(by=maya, section="never", field="country", operator="is", values=["NL"])
    assert why_not(shown.get(pk=strict.pk), ruling, moment)[lead.pk] == "Version 2 excludes “Country is NL”."


@pytest.mark.parametrize("days", [0, 61])
def test_it_runs_for_one_to_sixty_days(coming, maya, at, days):
    with refused(Incomplete, "1 to 60 days"):
        ShadowRun.objects.start(coming, days=days, by=maya, at=at)
    assert not ShadowRun.objects.exists()


def test_only_a_coming_version_runs_and_only_beside_one_in_force(ruling, theo, at):
    with refused(Refused, "only a coming one"):
        ShadowRun.objects.start(ruling, days=14, by=theo, at=at)
    assert not ShadowRun.objects.exists()


def test_without_anything_in_force_there_is_nothing_to_run_beside(theo, at):
    draft = Criteria.objects.draft_from(None, by=theo, at=at)
    with refused(Refused, "Try it out instead"):
        ShadowRun.objects.start(draft, days=14, by=theo, at=at)
    assert not ShadowRun.objects.exists()


def test_one_run_at_a_time(run, coming, nora, at):
    with refused(Refused, "Version 2 runs in shadow already"):
        ShadowRun.objects.start(coming, days=7, by=nora, at=at)
    assert ShadowRun.objects.get() == run


def test_a_rep_starts_no_run_and_ends_none(run, coming, sam, at):
    with refused(NotAllowed):
        run.stop(by=sam, at=at)
    with refused(NotAllowed):
        ShadowRun.objects.start(coming, days=14, by=sam, at=at)
    run.refresh_from_db()
    assert run.ended_at is None


def test_it_ends_on_its_day_and_what_it_found_stays(run, at):
    lead = came(at + HOUR, "webinar_attended", "download")
    over = at + 14 * DAY
    assert not shadow.end_over(at=over - timedelta(seconds=1))
    late = came(over + HOUR, "webinar_attended", "download")
    assert shadow.end_over(at=over + 2 * HOUR)
    assert found(run)["new"] == {lead.pk}
    assert (run.ended_at, run.ended_because) == (over, "time")
    assert not ShadowScore.objects.exists()
    assert not shadow.end_over(at=over + 2 * HOUR)
    assert late.pk


def test_whoever_changes_the_draft_ends_it(run, coming, maya, at):
    coming.edit(by=maya, threshold=Decimal(50))
    came(at + HOUR, "webinar_attended", "download", "download")
    assert shadow.end_over(at=at + 2 * HOUR)
    run.refresh_from_db()
    assert (run.ended_because, run.leads.count()) == ("edited", 0)


def test_the_version_that_takes_effect_ends_its_run_at_that_moment(run, coming, theo, nora, at):
    coming.propose(by=theo, at=at + HOUR)
    assert not shadow.end_over(at=at + HOUR)
    coming.sign(by=theo, at=at + HOUR)
    coming.sign(by=nora, at=at + 2 * HOUR)
    assert shadow.end_over(at=at + 3 * HOUR)
    run.refresh_from_db()
    assert (run.ended_because, run.ended_at) == ("in_force", at + 2 * HOUR)


def test_a_version_that_is_withdrawn_ends_its_run(run, coming, maya, at):
    coming.withdraw(by=maya, at=at + HOUR)
    assert shadow.end_over(at=at + 2 * HOUR)
    run.refresh_from_db()
    assert (run.ended_because, run.ended_at) == ("taken_back", at + HOUR)


def test_who_ends_it_is_written_down_and_another_can_begin(run, coming, maya, nora, at):
    run.stop(by=nora, at=at + HOUR)
    assert (run.ended_by, run.ended_because) == (nora, "stopped")
    with refused(Refused, "over already"):
        run.stop(by=maya, at=at + 2 * HOUR)
    again = started(coming, by=maya, at=at + 2 * HOUR)
    assert again.pk != run.pk
    assert again.since > at + 2 * HOUR
