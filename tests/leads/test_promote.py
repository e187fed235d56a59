"""Who becomes an MQL, and what a hand-off then says."""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Content
from common.errors import IllegalMove, Incomplete, NotAllowed, Refused
from leads.draining import score_due
from leads.handover import hand_over
from leads.intake import record_touches
from leads.lifecycle import PROMOTE
from leads.models import Company, DueLead, Episode, Handoff, Lead, Transition
from leads.promotion import promote, qualify_by_hand
from tests.builders import a_handoff, a_lead, a_touch, an_mql, criteria_in_force, reason, refused

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIT = {"title": "Director", "phone": "020 123", "employees": 100, "country": "NL"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def criteria(theo, nora, at):
    """Fit of at least 15, 50 points in all; asking for a demo is a fast track."""
    return criteria_in_force(theo=theo, nora=nora, at=at - 30 * DAY)


def act(lead, kind, at):
    record_touches([{"email": lead.email, **a_touch(kind, at=at)}], at=at)
    score_due(at=at)
    lead.refresh_from_db()


def test_who_asks_for_a_demo_is_handed_over_at_once(criteria, sam, at, events):
    lead = an_mql(at=at)
    handoff = lead.handoffs.get()
    assert (lead.stage, lead.stage_at, lead.episode, lead.owner) == ("mql", at, 1, sam)
    assert (handoff.made_at, handoff.owner, handoff.assigned_at, handoff.pool) == (at, sam, at, sam.team)
    assert (handoff.hot, handoff.by_hand, handoff.criteria) == (True, False, criteria)
    assert handoff.why == "Asked for a demo on 11 March: a fast track."
    assert lead.episodes.get().handed_over_at == at
    move = lead.transitions.latest("pk")
    assert (move.move, move.criteria, move.by) == ("promote", criteria, None)
    assert events[-1] == [move, handoff, handoff.assignments.get()]


def test_a_hand_off_freezes_score_ledger_and_what_pulled_the_person_in(criteria, sam, at):
    fair = Campaign.objects.create(name="Fair", talking_points="Ask about the stand")
    guide = Content.objects.create(title="The guide", talking_points="Ask about page 4")
    lead = a_lead(at=at - DAY, **FIT)
    acts = [
        a_touch("webinar_attended", at=at - 3 * HOUR),
        a_touch("download", at=at - 2 * HOUR, campaign="Fair", content="The guide"),
    ]
    record_touches([{"email": lead.email, **one} for one in acts], at=at)
    score_due(at=at)
    handoff = lead.handoffs.get()
    assert (handoff.fit, handoff.engagement, handoff.grade, handoff.hot) == (Decimal(40), Decimal(29), "A", False)
    assert handoff.why == "69 points of 50: fit 40, engagement 29."
    assert sum(entry["points"] for entry in handoff.ledger) == 69
    assert (handoff.touch.kind, handoff.campaign, handoff.content) == ("download", fair, guide)
    assert handoff.talking_points == "Ask about page 4"


def test_of_a_fast_track_the_act_that_was_it_is_shown_and_not_a_later_page_view(criteria, sam, at):
    lead = a_lead(at=at - HOUR, touches=[a_touch("demo_request", at=at - HOUR), a_touch("page_view", at=at - MINUTE)])
    score_due(at=at)
    assert lead.handoffs.get().touch.kind == "demo_request"


def test_without_criteria_nobody_is_promoted(at):
    a_lead(at=at, touches=[a_touch("demo_request", at=at)])
    assert promote(at=at) == []


def test_who_qualifies_by_a_new_definition_waits(theo, nora, sam, at):
    lead = a_lead(at=at, touches=[a_touch("demo_request", at=at)])
    criteria_in_force(theo=theo, nora=nora, at=at)
    lead.refresh_from_db()
    DueLead.objects.mark([lead.pk], fresh=False)
    DueLead.objects.filter(fresh=True).delete()
    score_due(at=at + MINUTE)
    lead.refresh_from_db()
    assert (lead.stage, lead.handoffs.count(), lead.episodes.get().handed_over_at) == ("mql", 0, None)
    assert list(Lead.objects.to_hand_over()) == [lead]


def test_a_recycled_lead_needs_new_behaviour_after_its_rest(criteria, sam, rita, at):
    lead = a_lead(at=at - DAY, touches=[a_touch("webinar_attended", at=at - 2 * DAY)], **FIT)
    act(lead, "download", at)
    handoff = lead.handoffs.get()
    handoff.send_back(reason("low_intent"), by=handoff.owner, at=at + HOUR)
    returner = handoff.owner
    for days in (1, 2, 3):
        act(lead, "webinar_attended", at + days * DAY)
    assert lead.stage == "recycled"
    act(lead, "page_view", at + 29 * DAY)
    assert lead.stage == "recycled"
    act(lead, "form", at + 31 * DAY)
    assert (lead.stage, lead.episode, lead.quality_returns) == ("mql", 2, 1)
    second = lead.handoffs.open().get()
    assert (second.episode, second.returned_before.reason.code) == (2, "low_intent")
    assert second.owner == ({sam, rita} - {returner}).pop()
    episode = lead.episodes.get(number=2)
    assert (episode.lead_at, episode.mql_at, episode.handed_over_at) == ((at + 31 * DAY,) * 3)
    assert lead.episodes.get(number=1).recycled_at == at + HOUR


def test_a_fast_track_overrides_the_rest(criteria, sam, rita, at):
    lead = an_mql(at=at)
    handoff = lead.handoffs.get()
    handoff.send_back(reason("low_intent"), by=handoff.owner, at=at + HOUR)
    score_due(at=at + 2 * HOUR)
    lead.refresh_from_db()
    assert lead.stage == "recycled"
    act(lead, "demo_request", at + DAY)
    assert (lead.stage, lead.episode) == ("mql", 2)


def test_a_lost_lead_needs_new_behaviour_too(criteria, sam, at):
    lead = an_mql(at=at, **FIT)
    Lead.objects.filter(pk=lead.pk).update(stage="lost", stage_at=at + HOUR, cool_down_until=at + 10 * DAY)
    Handoff.objects.update(state="closed", closed_at=at + HOUR)
    assert promote(at=at + 11 * DAY) == []
    act(lead, "price_request", at + 2 * DAY)
    assert (lead.stage, lead.episode) == ("mql", 2)


@pytest.mark.parametrize("bar", ["person_decides", "opted_out_at"])
def test_no_automatic_mql_where_a_person_decides_or_after_an_opt_out(criteria, sam, at, bar):
    lead = a_lead(at=at - HOUR, touches=[a_touch("demo_request", at=at - MINUTE)])
    Lead.objects.update(**{bar: at if bar == "opted_out_at" else True})
    score_due(at=at)
    assert promote(at=at) == []
    lead.refresh_from_db()
    assert lead.stage == "lead"


def test_a_customers_new_behaviour_makes_no_mql(criteria, sam, at):
    lead = a_lead(at=at - HOUR, touches=[a_touch("demo_request", at=at - MINUTE)])
    score_due(at=at - MINUTE)
    Lead.objects.update(stage="lead")
    Handoff.objects.update(state="closed", closed_at=at)
    Company.objects.update(customer_since=at - DAY)
    assert lead.score.qualifies
    assert promote(at=at) == []


def test_who_is_with_sales_already_is_left_alone(criteria, sam, at):
    lead = an_mql(at=at)
    assert promote(at=at + HOUR) == []
    assert lead.handoffs.count() == 1


def test_all_at_once_tells_once(criteria, sam, rita, at, events):
    for _ in range(5):
        a_lead(at=at - HOUR, touches=[a_touch("demo_request", at=at - MINUTE)])
    events.clear()
    score_due(at=at)
    assert len(events) == 1
    assert [type(event).__name__ for event in events[0]] == ["Transition"] * 5 + ["Handoff"] * 5 + ["Assignment"] * 5


# By hand


def test_a_marketer_qualifies_by_hand_with_a_note(sam, maya, at, events):
    lead = a_lead(at=at - DAY)
    Lead.objects.update(person_decides=True)
    events.clear()
    qualify_by_hand(lead, note=" Spoke at the fair ", by=maya, at=at)
    handoff = lead.handoffs.get()
    assert (lead.stage, handoff.by_hand, handoff.why, handoff.owner) == ("mql", True, "Spoke at the fair", sam)
    move = lead.transitions.latest("pk")
    assert (move.by, move.note, handoff.criteria) == (maya, "Spoke at the fair", None)
    assert events == [[move, handoff, handoff.assignments.get()]]


def test_by_hand_needs_a_note_a_marketer_and_a_lead_that_may_be_spoken_to(sam, maya, at):
    lead = a_lead(at=at - DAY)
    with refused(Incomplete):
        qualify_by_hand(lead, note=" ", by=maya, at=at)
    with refused(NotAllowed):
        qualify_by_hand(lead, note="Mine", by=sam, at=at)
    Company.objects.update(customer_since=at)
    lead.refresh_from_db()
    with refused(Refused, "is a customer"):
        qualify_by_hand(lead, note="Fair", by=maya, at=at)
    Company.objects.update(customer_since=None)
    Lead.objects.update(opted_out_at=at)
    with refused(Refused, "opted out"):
        qualify_by_hand(lead, note="Fair", by=maya, at=at)


def test_by_hand_is_no_way_round_a_hand_off(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(IllegalMove):
        qualify_by_hand(handoff.lead, note="Again", by=maya, at=at + HOUR)


# Handing over


def test_only_mqls_that_wait_are_handed_over(sam, maya, at):
    plain, waiting, handed = a_lead(at=at), a_lead(at=at), a_handoff(at=at).lead
    Transition.objects.make(PROMOTE, leads=[waiting.pk], at=at)
    made = hand_over([plain.pk, waiting.pk, handed.pk], at=at + HOUR, by=maya)
    assert [handoff.lead for handoff in made] == [waiting]
    assert made[0].owner_id == sam.pk
    assert hand_over([waiting.pk], at=at + HOUR) == []
    with refused(NotAllowed):
        hand_over([plain.pk], at=at, by=sam)


def test_the_first_hand_over_of_an_episode_stays_its_moment(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.withdraw(because="Wrong list", at=at + HOUR)
    hand_over([handoff.lead_id], at=at + 2 * HOUR)
    assert Episode.objects.get().handed_over_at == at
