"""Sending a hand-off back: what each reason needs, and what follows from it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from common.errors import Incomplete, NotAllowed, Refused
from leads.models import Attempt, Handoff, HandoffReturn, ReturnReason
from leads.promotion import qualify_by_hand
from notifications.models import Delivery
from tests.builders import a_handoff, a_lead, an_accepted_handoff, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_an_installation_starts_with_sixteen_reasons_that_marketing_can_act_on():
    shipped = ReturnReason.objects.values_list("code", "result", "result_after_acceptance", "counts_against_quality")
    assert {code: (result, after, quality) for code, result, after, quality in shipped} == {
        "wrong_company": ("disqualified", "disqualified", True),
        "wrong_role": ("recycled", "recycled", True),
        "low_intent": ("recycled", "recycled", True),
        "timing": ("recycled", "recycled", False),
        "unable_to_reach": ("recycled", "recycled", False),
        "no_need": ("recycled", "recycled", False),
        "no_budget": ("recycled", "recycled", False),
        "no_authority": ("recycled", "recycled", False),
        "chose_competitor": ("recycled", "recycled", False),
        "incomplete_data": ("repair", "recycled", True),
        "wrong_contact_data": ("repair", "recycled", True),
        "duplicate": ("merge", "merge", False),
        "wrong_owner": ("reroute", "reroute", False),
        "existing_customer": ("reroute", "reroute", False),
        "outsider": ("disqualified", "disqualified", True),
        "spam": ("disqualified", "disqualified", True),
    }


def test_a_recycled_lead_goes_back_to_marketing_and_rests(sam, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    returned = handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide", rating=3)
    handoff.refresh_from_db()
    lead = handoff.lead
    assert (handoff.state, handoff.closed_at, handoff.decided_at) == ("closed", at + HOUR, at + HOUR)
    assert (handoff.accepted_at, handoff.withdrawn, handoff.rating) == (None, False, 3)
    assert (lead.stage, lead.episode, lead.owner, lead.quality_returns) == ("recycled", 1, None, 1)
    assert (lead.engagement_from, lead.cool_down_until) == (at + HOUR, at + HOUR + 30 * DAY)
    assert (lead.review_on, lead.plan, lead.person_decides) == (date(2026, 4, 10), "", False)
    assert lead.episodes.get().recycled_at == at + HOUR
    assert (returned.result, returned.phase, returned.was_accepted) == ("recycled", "returned", False)
    move = lead.transitions.latest("pk")
    assert (move.to_stage, move.reason.code, move.note, move.handoff) == (
        "recycled",
        "low_intent",
        "Only wanted the guide",
        handoff,
    )
    assert events == [[returned, move]]


def test_a_disqualified_lead_keeps_its_owner_and_is_gone_for_good_where_the_reason_says_so(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("spam"), by=sam, at=at + HOUR)
    lead = handoff.lead
    assert (lead.stage, lead.owner, lead.person_decides) == ("disqualified", sam, True)
    assert (lead.engagement_from, lead.episodes.get().disqualified_at) == (at + HOUR, at + HOUR)


def test_after_acceptance_the_first_decision_stays(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    returned = handoff.send_back(reason("no_need"), note="Does it by hand", by=sam, at=at + DAY)
    handoff.refresh_from_db()
    assert (handoff.decided_at, handoff.accepted_at, handoff.closed_at) == (at, at, at + DAY)
    assert (returned.was_accepted, handoff.lead.stage, handoff.lead.quality_returns) == (True, "recycled", 0)


def test_the_phase_is_told_by_whether_somebody_had_spoken_not_by_the_reason(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=sam, at=at + HOUR)
    returned = handoff.send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    assert (returned.after_contact, returned.phase) == (True, "disqualified")


@pytest.mark.parametrize(
    ("code", "evidence", "note", "field"),
    [
        ("timing", {}, "", "date"),
        ("timing", {"date": "soon"}, "", "date"),
        ("timing", {"date": ["2026-09-01"]}, "", "date"),
        ("timing", {"date": "2026-03-11"}, "", "date"),
        ("no_budget", {}, "  ", "note"),
        ("wrong_company", {}, "too small", "criterion"),
        ("wrong_company", {"criterion": "size"}, "", "criterion"),
        ("incomplete_data", {}, "", "fields"),
        ("incomplete_data", {"fields": {"phone": 1}}, "", "fields"),
        ("duplicate", {}, "", "lead"),
        ("duplicate", {"lead": "the other one"}, "", "lead"),
        ("duplicate", {"lead": 999999}, "", "lead"),
    ],
)
def test_a_reason_without_its_evidence_is_incomplete(sam, at, code, evidence, note, field):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete):
        handoff.send_back(reason(code), evidence=evidence, note=note, by=sam, at=at + HOUR)
    with pytest.raises(Incomplete) as caught:
        handoff.send_back(reason(code), evidence=evidence, note=note, by=sam, at=at + HOUR)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("code", "evidence", "read"),
    [
        ("wrong_company", {"criterion": {"what": "size", "how": "too small"}}, "size, too small"),
        ("incomplete_data", {"fields": ["phone", "city"]}, "phone and city"),
        ("incomplete_data", {"fields": "The number is not in service"}, "The number is not in service"),
        ("timing", {"date": "2026-06-01"}, "come back on 1 June 2026"),
        ("spam", {}, ""),
    ],
)
def test_a_return_says_in_words_what_it_is_shown_by(sam, at, code, evidence, read):
    handoff = a_handoff(at=at, owner=sam)
    assert handoff.send_back(reason(code), evidence=evidence, by=sam, at=at + HOUR).shown_by == read


def test_not_now_rests_until_the_day_that_was_given(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("timing"), evidence={"date": "2026-09-01"}, by=sam, at=at + HOUR)
    assert handoff.lead.cool_down_until == datetime(2026, 9, 1, tzinfo=UTC)
    assert handoff.lead.review_on == date(2026, 9, 1)


def test_unable_to_reach_needs_the_agreed_attempts_on_the_agreed_days(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    Handoff.objects.filter(pk=handoff.pk).update(attempts_needed=3, attempt_days_needed=2)
    handoff.refresh_from_db()
    for minute in (1, 2, 3):
        Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=at + timedelta(minutes=minute))
    with refused(Incomplete, "3 attempts on 2 days; so far there were 3 on 1"):
        handoff.send_back(reason("unable_to_reach"), by=sam, at=at + HOUR)
    # Half past midnight in Amsterdam is another day for Sam, though not yet in UTC.
    Attempt.objects.log(handoff, channel="email", outcome="sent", by=sam, at=at.replace(hour=23, minute=30))
    handoff.send_back(reason("unable_to_reach"), by=sam, at=at + DAY)
    assert handoff.lead.stage == "recycled"


def test_unable_to_reach_without_a_single_attempt_is_refused_where_nothing_is_agreed_too(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete, "so far there were 0"):
        handoff.send_back(reason("unable_to_reach"), by=sam, at=at + HOUR)


def test_attempts_taken_back_do_not_count(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    attempt = Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=at)
    Attempt.objects.filter(pk=attempt.pk).update(undone_at=at)
    with refused(Incomplete):
        handoff.send_back(reason("unable_to_reach"), by=sam, at=at + HOUR)


def test_nobody_but_the_owner_or_the_head_of_sales_sends_it_back(sam, rita, nora, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    for other in (rita, maya):
        with refused(NotAllowed):
            handoff.send_back(reason("spam"), by=other, at=at + HOUR)
    returned = handoff.send_back(reason("spam"), by=nora, at=at + HOUR)
    assert (returned.by, handoff.owner) == (nora, sam)


def test_a_reason_that_is_no_longer_in_use_is_refused(sam, at):
    ReturnReason.objects.filter(code="spam").update(is_active=False)
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete, "no longer in use"):
        handoff.send_back(reason("spam"), by=sam, at=at + HOUR)


def test_what_was_decided_meanwhile_is_not_sent_back(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    seen_earlier = Handoff.objects.get(pk=handoff.pk)
    handoff.accept(by=sam, at=at + HOUR)
    with refused(Refused, "has accepted it now"):
        seen_earlier.send_back(reason("low_intent"), by=sam, at=at + HOUR)


def test_after_three_quality_returns_a_person_decides(sam, rita, at):
    lead = a_lead(at=at)
    for round in range(3):
        assert lead.person_decides is False
        now = at + round * DAY
        qualify_by_hand(lead, note="Once more", by=None, at=now)
        handoff = lead.handoffs.open().get()
        handoff.send_back(reason("low_intent"), by=handoff.owner or sam, at=now + HOUR)
        lead.refresh_from_db()
    assert (lead.quality_returns, lead.person_decides, lead.episode) == (3, True, 3)


# Repair


def test_a_repair_stays_with_the_rep_while_marketing_completes_it(sam, maya, theo, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    returned = handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.owner, handoff.repair_since, handoff.decided_at) == ("pending", sam, at + HOUR, None)
    assert (handoff.lead.stage, handoff.lead.engagement_from, handoff.lead.quality_returns) == ("mql", None, 0)
    assert events == [[returned]]
    told = Delivery.objects.filter(kind="leads.repair", channel="inapp").order_by("user__name")
    assert [delivery.user for delivery in told] == [maya, theo]

    handoff.finish_repair(by=maya, at=at + 3 * HOUR)
    handoff.refresh_from_db()
    returned.refresh_from_db()
    assert (handoff.repair_since, handoff.owner, returned.repaired_at) == (None, sam, at + 3 * HOUR)
    assert events[1:] == [[returned]]
    assert Delivery.objects.get(kind="leads.repaired", channel="inapp").user == sam


def test_a_repair_is_marketings_to_finish_and_once(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Refused):
        handoff.finish_repair(by=maya, at=at + HOUR)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    with refused(NotAllowed):
        handoff.finish_repair(by=sam, at=at + 2 * HOUR)
    handoff.finish_repair(by=maya, at=at + 2 * HOUR)
    with refused(Refused):
        handoff.finish_repair(by=maya, at=at + 3 * HOUR)


def test_after_acceptance_a_repair_becomes_recycled(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    handoff.send_back(reason("wrong_contact_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    assert (handoff.lead.stage, handoff.lead.quality_returns) == ("recycled", 1)


def test_a_double_waits_for_marketing_to_merge_it(sam, maya, at):
    other = a_lead(at=at)
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete):
        handoff.send_back(reason("duplicate"), evidence={"lead": handoff.lead_id}, by=sam, at=at + HOUR)
    handoff.send_back(reason("duplicate"), evidence={"lead": other.pk}, by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.repair_since, handoff.lead.stage) == ("pending", at + HOUR, "mql")
    assert Delivery.objects.get(kind="leads.double", channel="inapp").user == maya


# Re-route


def test_a_re_route_gives_it_to_a_colleague_and_decides_nothing(sam, rita, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    returned = handoff.send_back(reason("wrong_owner"), by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.owner, handoff.assigned_at) == ("pending", rita, at + HOUR)
    assert (handoff.decided_at, handoff.made_at) == (None, at)
    assert (handoff.lead.stage, handoff.lead.owner, handoff.lead.engagement_from) == ("mql", rita, None)
    assert handoff.lead.transitions.latest("pk").to_stage == "mql"
    new, last = handoff.assignments.order_by("-pk")[:2]
    assert (last.owner, last.until_at, new.owner, new.until_at) == (sam, at + HOUR, rita, None)
    assert events == [[returned, new]]


def test_a_rep_may_name_whose_it_is(sam, rita, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    with refused(Incomplete):
        handoff.send_back(reason("wrong_owner"), evidence={"owner": maya.pk}, by=sam, at=at + HOUR)
    with refused(Incomplete):
        handoff.send_back(reason("wrong_owner"), evidence={"owner": sam.pk}, by=sam, at=at + HOUR)
    handoff.send_back(reason("wrong_owner"), evidence={"owner": rita.pk}, by=sam, at=at + HOUR)
    assert handoff.owner == rita


def test_a_re_route_that_nobody_can_take_waits_unassigned_and_the_head_of_sales_is_told(sam, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("wrong_owner"), by=sam, at=at + HOUR)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.owner, handoff.assigned_at, handoff.lead.owner) == ("pending", None, None, None)
    assert not handoff.assignments.filter(until_at=None).exists()
    assert Delivery.objects.get(kind="leads.unassigned", channel="inapp").user == nora


def test_after_acceptance_a_re_route_is_a_reassignment(sam, rita, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    handoff.send_back(reason("wrong_owner"), by=sam, at=at + HOUR)
    assert (handoff.state, handoff.owner, handoff.accepted_at, handoff.lead.stage) == ("accepted", rita, at, "sal")


def test_an_accepted_hand_off_cannot_become_nobodys(sam, at):
    handoff = an_accepted_handoff(at=at, owner=sam)
    with refused(Refused, "Ask the head of sales"):
        handoff.send_back(reason("wrong_owner"), by=sam, at=at + HOUR)


def test_an_existing_customers_lead_goes_to_the_owner_of_the_company(sam, rita, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    type(handoff.lead.company).objects.update(owner=nora)
    handoff.send_back(reason("existing_customer"), note="They bought in May", by=sam, at=at + HOUR)
    assert handoff.owner == nora


def test_every_return_is_one_row_with_what_was_before(sam, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR)
    kept = HandoffReturn.objects.get().before["handoff"]
    assert (kept["owner_id"], kept["state"], kept["closed_at"]) == (sam.pk, "pending", None)
