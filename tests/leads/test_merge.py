"""Two records that turn out to be one person."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.errors import NotAllowed, Refused
from leads.intake import record_touches
from leads.lifecycle import PROMOTE
from leads.merge import merge
from leads.models import Attempt, Handoff, Lead, Opportunity, Transition
from leads.undo import undo
from tests.builders import a_handoff, a_lead, a_touch, an_accepted_handoff, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERMS = {"amount": Decimal(5000), "currency": "EUR", "closes_on": date(2026, 5, 1)}

pytestmark = pytest.mark.django_db


def lives(lead):
    return list(lead.episodes.order_by("number").values_list("number", "lead_at", "mql_at"))


def test_the_older_lead_keeps_what_happened_to_both(sam, maya, at, events):
    older = a_lead(at=at - DAY, phone="020 1", city="")
    younger = a_lead(at=at, phone="020 2", city="Delft", touches=[a_touch("form", at=at)])
    Lead.objects.filter(pk=younger.pk).update(owner=sam, attributes={"plan": "pro"})
    younger.refresh_from_db()
    Attempt.objects.log(younger, channel="call", outcome="no_answer", by=sam, at=at)
    events.clear()
    kept = merge(younger, older, by=maya, at=at + HOUR)
    assert kept.pk == older.pk
    kept.refresh_from_db()
    assert not Lead.objects.filter(pk=younger.pk).exists()
    assert (kept.email, kept.phone, kept.city, kept.attributes) == (older.email, "020 1", "Delft", {"plan": "pro"})
    assert (kept.touches.count(), kept.attempts.count(), kept.transitions.count()) == (1, 1, 2)
    assert (kept.stage, kept.episode) == ("lead", 2)
    assert len(lives(kept)) == 2
    assert kept.versions.latest("from_at").facts["city"] == "Delft"
    assert events == [[]]


def test_episodes_are_numbered_by_their_start_and_the_one_that_goes_on_is_last(sam, maya, at):
    handed = a_handoff(at=at, owner=sam)
    other = a_lead(at=at + HOUR)
    kept = merge(handed.lead, other, by=maya, at=at + 2 * HOUR)
    assert lives(kept) == [(1, at + HOUR, None), (2, at - HOUR, at)]
    handed.refresh_from_db()
    assert (kept.stage, kept.episode, handed.episode, handed.lead) == ("mql", 2, 2, kept)
    handed.accept(by=sam, at=at + 3 * HOUR)
    assert kept.episodes.get(number=2).sal_at == at + 3 * HOUR
    assert list(kept.transitions.order_by("pk").values_list("episode", flat=True)) == [2, 2, 1, 2]


def test_the_furthest_stage_goes_on_with_its_owner_and_hand_off_and_the_other_is_withdrawn(sam, rita, maya, at, events):
    pending = a_handoff(at=at - DAY, owner=sam)
    accepted = an_accepted_handoff(at=at, owner=rita)
    events.clear()
    kept = merge(pending.lead, accepted.lead, by=maya, at=at + HOUR)
    assert (kept.pk, kept.stage, kept.owner) == (pending.lead_id, "sal", rita)
    for handoff in (pending, accepted):
        handoff.refresh_from_db()
    assert (accepted.state, accepted.lead_id) == ("accepted", kept.pk)
    assert (pending.state, pending.withdrawn, pending.withdrawn_because) == ("closed", True, "Merged with its double")
    assert pending.decided_at is None
    assert events == [[pending]]


def test_of_two_equally_far_the_hand_off_made_first_stays(sam, rita, maya, at):
    first, second = a_handoff(at=at - DAY, owner=sam), a_handoff(at=at, owner=rita)
    kept = merge(second.lead, first.lead, by=maya, at=at + HOUR)
    assert kept.handoffs.open().get() == first
    assert kept.owner == sam


def test_off_the_path_is_behind_every_stage_on_it(sam, maya, at):
    gone = a_handoff(at=at, owner=sam)
    gone.send_back(reason("spam"), by=sam, at=at + HOUR)
    plain = a_lead(at=at)
    kept = merge(gone.lead, plain, by=maya, at=at + 2 * HOUR)
    assert (kept.stage, kept.person_decides, kept.quality_returns) == ("lead", True, 1)
    assert kept.engagement_from == at + HOUR


def test_the_stricter_word_on_being_spoken_to_counts(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    quiet = a_lead(at=at)
    quiet.opt_out(by=maya, at=at + HOUR)
    kept = merge(handoff.lead, quiet, by=maya, at=at + 2 * HOUR)
    handoff.refresh_from_db()
    assert (kept.opted_out_at, handoff.withdrawn) == (at + HOUR, True)


def test_a_return_as_a_double_is_answered_by_the_merge(sam, maya, at, events):
    older = a_lead(at=at - 2 * DAY)
    handoff = a_handoff(at=at, owner=sam)
    returned = handoff.send_back(reason("duplicate"), evidence={"lead": older.pk}, by=sam, at=at + HOUR)
    events.clear()
    merge(handoff.lead, older, by=maya, at=at + 2 * HOUR)
    handoff.refresh_from_db()
    returned.refresh_from_db()
    assert (handoff.lead_id, handoff.repair_since, returned.repaired_at) == (older.pk, None, at + 2 * HOUR)
    assert events == [[returned]]


def test_two_open_deals_have_to_be_settled_first(sam, maya, at):
    one, other = an_accepted_handoff(at=at, owner=sam), an_accepted_handoff(at=at, owner=sam)
    for handoff in (one, other):
        handoff.open_deal(**TERMS, by=sam, at=at + HOUR)
    with refused(Refused, "Both have an open deal"):
        merge(one.lead, other.lead, by=maya, at=at + 2 * HOUR)
    other.opportunities.get().lose(because="A double", by=sam, at=at + 2 * HOUR)
    kept = merge(one.lead, other.lead, by=maya, at=at + 3 * HOUR)
    assert Opportunity.objects.filter(lead=kept).count() == 2


def test_merging_is_marketings_and_needs_two(sam, maya, at):
    lead, other = a_lead(at=at), a_lead(at=at)
    with refused(NotAllowed):
        merge(lead, other, by=sam, at=at)
    with refused(Refused):
        merge(lead, lead, by=maya, at=at)


def test_what_was_done_before_a_merge_is_not_taken_back_after_it(sam, maya, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    kept = merge(handoff.lead, a_lead(at=at), by=maya, at=at + timedelta(minutes=1))
    with refused(Refused):
        undo(kept, by=sam, at=at + timedelta(minutes=2))


def test_a_merged_lead_starts_its_next_episode_after_all_the_others(sam, rita, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    kept = merge(handoff.lead, a_lead(at=at), by=maya, at=at + HOUR)
    handoff.refresh_from_db()
    handoff.send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    Transition.objects.make(PROMOTE, leads=[kept.pk], at=at + DAY)
    kept.refresh_from_db()
    assert kept.episode == 3


def test_touches_that_arrive_for_the_kept_person_still_find_them(maya, at):
    older, younger = a_lead(at=at - DAY), a_lead(at=at)
    kept = merge(older, younger, by=maya, at=at)
    record_touches([{"email": older.email, **a_touch("form", at=at)}], at=at)
    assert kept.touches.count() == 1
    assert Handoff.objects.count() == 0
