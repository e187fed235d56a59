"""Whose turn it is."""

from datetime import timedelta

import pytest

from accounts.access import Role
from accounts.models import Team
from common.errors import Incomplete, NotAllowed, Refused
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Assignment, Company, Handoff, Lead, Transition
from leads.models.assignment import How
from leads.promotion import qualify_by_hand
from leads.release import plan, release_held
from leads.routing import Candidate, choose
from notifications.models import Delivery
from tests.builders import a_handoff, a_lead, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def waiting_mqls(count, at):
    leads = [a_lead(at=at) for _ in range(count)]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    return [lead.pk for lead in leads]


def shares(handoffs):
    owners = [handoff.owner_id for handoff in handoffs]
    return {owner: owners.count(owner) for owner in set(owners)}


def test_the_next_one_goes_to_whoever_has_used_the_smallest_part_of_their_capacity(at):
    assert choose([]) is None
    assert choose([Candidate(1, 0)]) is None
    assert choose([Candidate(1, 8, given=4), Candidate(2, 4, given=1)]).user_id == 2
    assert choose([Candidate(1, 8, 2, at), Candidate(2, 8, 2, at - HOUR), Candidate(3, 8, 2, at)]).user_id == 2
    assert choose([Candidate(2, 8), Candidate(1, 8)]).user_id == 1


def test_a_small_capacity_is_never_rounded_to_nothing(at):
    people = {1: Candidate(1, 20), 2: Candidate(2, 1)}
    for _ in range(21):
        chosen = choose(people.values())
        people[chosen.user_id] = chosen.given_one(at)
    assert (people[1].given, people[2].given) == (20, 1)


@pytest.mark.django_db
def test_hand_offs_are_shared_by_capacity_among_those_present(sam, rita, nora, at):
    type(sam).objects.filter(pk=sam.pk).update(daily_capacity=4)
    made = hand_over(waiting_mqls(6, at), at=at)
    assert shares(made) == {sam.pk: 2, rita.pk: 4}
    rita.be_away(at + HOUR, at + DAY, cover=None, by=rita, at=at)
    assert shares(hand_over(waiting_mqls(2, at), at=at + 2 * HOUR)) == {sam.pk: 2}


@pytest.mark.django_db
def test_today_all_that_was_given_counts_and_over_the_weeks_what_routing_gave(sam, rita, at):
    Handoff.objects.assign([], at=at)
    for _ in range(3):
        a_handoff(at=at, owner=sam)
    Assignment.objects.filter(owner=rita).delete()
    assert shares(hand_over(waiting_mqls(3, at), at=at + HOUR)) == {rita.pk: 3}
    routed = Assignment.objects.filter(how=How.TURN).values_list("owner", flat=True)
    assert sorted(routed) == [sam.pk, *[rita.pk] * 3]  # the other two people gave to Sam
    assert shares(hand_over(waiting_mqls(4, at), at=at + DAY)) == {sam.pk: 3, rita.pk: 1}
    assert shares(hand_over(waiting_mqls(4, at), at=at + 40 * DAY)) == {sam.pk: 2, rita.pk: 2}


@pytest.mark.django_db
def test_the_owner_of_the_company_comes_before_every_pool(sam, rita, at):
    lead = a_lead(at=at)
    north = Team.objects.create(name="North", side="sales", calendar=sam.team.calendar)
    type(sam).objects.filter(pk=rita.pk).update(daily_capacity=0, team=north)
    Company.objects.update(owner=rita)
    qualify_by_hand(lead, note="Fair", by=None, at=at)
    handoff = lead.handoffs.get()
    assert (handoff.owner, handoff.pool, handoff.assignments.get().because) == (rita, north, "Owner of the company")


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["away", "left", "marketer"])
def test_an_owner_of_the_company_who_cannot_take_it_is_passed_over(sam, rita, at, why):
    lead = a_lead(at=at)
    Company.objects.update(owner=rita)
    if why == "away":
        rita.be_away(at, at + DAY, cover=None, by=rita, at=at)
    else:
        changed = {"is_active": False} if why == "left" else {"roles": [Role.MARKETER]}
        type(rita).objects.filter(pk=rita.pk).update(**changed)
    qualify_by_hand(lead, note="Fair", by=None, at=at)
    assert lead.handoffs.get().owner == sam


@pytest.mark.django_db
@pytest.mark.parametrize("owns_company", [True, False])
def test_who_returned_a_lead_is_not_given_it_again_even_as_owner_of_the_company(sam, rita, at, owns_company):
    handoff = a_handoff(at=at, owner=sam)
    lead = handoff.lead
    if owns_company:
        Company.objects.update(owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR)
    qualify_by_hand(lead, note="Again", by=None, at=at + 2 * HOUR)
    second = lead.handoffs.open().get()
    assert second.owner == rita
    second.send_back(reason("low_intent"), by=rita, at=at + 3 * HOUR)
    qualify_by_hand(lead, note="Again", by=None, at=at + 4 * HOUR)
    third = lead.handoffs.open().get()
    assert (third.owner, Lead.objects.get(pk=lead.pk).owner) == (None, None)


@pytest.mark.django_db
def test_unless_they_ask_for_it(sam, rita, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR)
    handoff.ask_back(by=sam, at=at + 2 * HOUR)
    type(rita).objects.filter(pk=rita.pk).update(daily_capacity=0)
    qualify_by_hand(handoff.lead, note="Again", by=None, at=at + 3 * HOUR)
    assert handoff.lead.handoffs.open().get().owner == sam
    with refused(Refused):
        handoff.ask_back(by=sam, at=at + 4 * HOUR)
    with refused(Refused):
        handoff.ask_back(by=rita, at=at + 4 * HOUR)


@pytest.mark.django_db
def test_who_owned_it_when_the_head_sent_it_back_is_passed_over_as_well(sam, nora, rita, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("low_intent"), by=nora, at=at + HOUR)
    qualify_by_hand(handoff.lead, note="Again", by=None, at=at + 2 * HOUR)
    assert handoff.lead.handoffs.open().get().owner == rita


@pytest.mark.django_db
def test_a_repair_is_no_such_return(sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("incomplete_data"), evidence={"fields": ["phone"]}, by=sam, at=at + HOUR)
    handoff.withdraw(because="Sent to the wrong list", at=at + 2 * HOUR)
    assert hand_over([handoff.lead_id], at=at + 3 * HOUR)[0].owner_id == sam.pk


@pytest.mark.django_db
def test_what_nobody_can_take_waits_unassigned_and_the_heads_of_sales_are_told_once(sam, nora, at):
    sam.be_away(at, at + DAY, cover=None, by=sam, at=at)
    made = hand_over(waiting_mqls(3, at), at=at + HOUR)
    assert set(Handoff.objects.unassigned()) == set(made)
    told = Delivery.objects.get(kind="leads.unassigned", channel="inapp")
    assert (told.user, len(told.content["handoffs"])) == (nora, 3)


@pytest.mark.django_db
def test_each_rep_is_told_once_of_all_they_were_given(sam, rita, at):
    hand_over(waiting_mqls(6, at), at=at)
    told = Delivery.objects.filter(kind="leads.handed_over", channel="inapp")
    assert {delivery.user: len(delivery.content["handoffs"]) for delivery in told} == {sam: 3, rita: 3}


@pytest.mark.django_db
def test_a_reassignment_keeps_the_history_and_tells_the_new_owner(sam, rita, nora, maya, at, events):
    handoff = a_handoff(at=at, owner=sam)
    events.clear()
    handoff.reassign(to=rita, because="Speaks Frisian", by=nora, at=at + HOUR)
    new, last = handoff.assignments.order_by("-pk")[:2]
    assert (last.owner, last.until_at) == (sam, at + HOUR)
    assert (new.owner, new.from_at, new.until_at, new.by, new.because) == (
        rita,
        at + HOUR,
        None,
        nora,
        "Speaks Frisian",
    )
    assert (handoff.lead.handoffs.get().owner, Lead.objects.get().owner) == (rita, rita)
    assert events == [[new]]
    with refused(Refused, "belongs to Rita Kok already"):
        handoff.reassign(to=rita, because="", by=nora, at=at + 2 * HOUR)
    with refused(Incomplete, "not active in sales"):
        handoff.reassign(to=maya, because="", by=nora, at=at + 2 * HOUR)
    with refused(NotAllowed):
        handoff.reassign(to=sam, because="Mine", by=sam, at=at + 2 * HOUR)


# Release


@pytest.mark.django_db
def test_the_backlog_is_released_at_what_the_reps_can_take_today(sam, rita, at):
    type(sam).objects.update(daily_capacity=2)
    ids = waiting_mqls(7, at)
    assert (plan().waiting, plan().a_day, plan().working_days) == (7, 4, 2)
    assert len(release_held(at=at + HOUR)) == 4
    assert release_held(at=at + 2 * HOUR) == []
    assert len(release_held(at=at + DAY)) == 3
    assert Lead.objects.to_hand_over().filter(pk__in=ids).count() == 0
    assert plan().working_days == 0


@pytest.mark.django_db
def test_on_a_free_day_and_without_reps_nothing_is_released(sam, at):
    waiting_mqls(1, at)
    assert release_held(at=at + 3 * DAY) == []  # a Saturday
    type(sam).objects.update(daily_capacity=0)
    assert (release_held(at=at), plan().working_days) == ([], None)


@pytest.mark.django_db
def test_who_has_opted_out_is_not_released(sam, at):
    waiting_mqls(1, at)
    Lead.objects.get().opt_out(by=None, at=at)
    assert (release_held(at=at + HOUR), plan().waiting) == ([], 0)
