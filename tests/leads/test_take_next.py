"""Taking the next one: a rep presses once and has the most urgent of their pool that nobody owns."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import Side
from accounts.models import Absence, Team, User, WorkCalendar
from common.errors import NotAllowed, Refused
from leads.models import Assignment, Handoff
from leads.models.turns import Turns
from tests.builders import a_handoff, agreement_in_force, reason, refused
from tests.leads.test_races import at_once, refusals

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobodys(sam: User, rita: User, at: datetime) -> Callable[..., Handoff]:
    """A hand-off that nobody could be given, made some hours before."""
    User.objects.update(daily_capacity=0)

    def make(*, hours: int = 0, **columns: object) -> Handoff:
        handoff = a_handoff(at=at - hours * HOUR)
        Handoff.objects.filter(pk=handoff.pk).update(**columns)
        return handoff

    return make


def take(user: User, at: datetime) -> Handoff:
    return Handoff.objects.take_next(by=user, at=at)


def test_the_earliest_deadline_comes_first_then_the_hot_ones_and_all_are_theirs_to_decide(nobodys, sam, at, events):
    late, hot, plain = nobodys(due_at=at + 3 * HOUR), nobodys(due_at=at, hot=True), nobodys(due_at=at)
    undated = nobodys()
    events.clear()

    taken = [take(sam, at) for _ in range(4)]

    assert taken == [hot, plain, late, undated]
    first = Handoff.objects.select_related("lead").get(pk=hot.pk)
    assert (first.owner, first.assigned_at, first.state, first.lead.owner) == (sam, at, "pending", sam)
    claim = first.assignments.get()
    assert (claim.owner, claim.from_at, claim.until_at, claim.by) == (sam, at, None, sam)
    assert claim.because == "Took the next one"
    assert events[0] == [claim]
    assert len(events) == 4


def test_the_owners_clock_begins_when_it_is_taken(nobodys, theo, nora, sam, at):
    agreement_in_force(theo=theo, nora=nora, at=at - HOUR)
    handoff = nobodys()
    handoff.refresh_from_db()
    before = handoff.due_at

    take(sam, at + 2 * HOUR)

    handoff.refresh_from_db()
    assert (before, handoff.due_at) == (at + timedelta(hours=23, minutes=30), at + timedelta(hours=25, minutes=30))


def test_another_pools_are_left_alone(nobodys, sam, at):
    week = WorkCalendar.objects.create(name="South", zone="Europe/Madrid")
    theirs = nobodys(pool=Team.objects.create(name="South", side=Side.SALES, calendar=week))
    with refused(Refused, match="Nothing that you could take"):
        take(sam, at)
    assert Handoff.objects.get(pk=theirs.pk).owner is None


def test_what_is_owned_decided_or_with_marketing_is_left_alone(nobodys, rita, sam, at):
    nobodys().accept(by=rita, at=at)
    nobodys().withdraw(because="Opted out", at=at)
    nobodys(repair_since=at)
    with refused(Refused, match="Nothing that you could take"):
        take(sam, at)


@pytest.mark.parametrize("code", ["wrong_owner", "timing", "incomplete_data"])
@pytest.mark.parametrize("asked_back", [False, True])
def test_whom_routing_passes_over_is_given_none(nobodys, sam, nora, at, code, asked_back):
    """Whatever they returned it for, and on whoever's behalf: taking and routing agree."""
    handoff = nobodys()
    handoff.accept(by=sam, at=at)
    handoff.refresh_from_db()
    returned = {"evidence": {}, "before": {"handoff": {"owner_id": sam.pk}}, "by": nora, "at": at}
    handoff.returns.create(
        reason=reason(code), result=reason(code).result_for(accepted=False), was_accepted=False,
        after_contact=False, asked_back_at=at if asked_back else None, **returned,
    )  # fmt: skip
    Handoff.objects.filter(pk=handoff.pk).update(owner=None, state="pending", accepted_at=None, decided_at=None)
    Assignment.objects.all().delete()
    passed_over = sam.pk in Turns([handoff], at=at).passed_over[handoff.lead_id]
    assert passed_over == (not asked_back and code != "incomplete_data")

    if passed_over:
        with refused(Refused):
            take(sam, at)
    else:
        assert take(sam, at) == handoff


def test_who_is_away_takes_nothing(nobodys, sam, at):
    nobodys()
    Absence.objects.create(user=sam, from_at=at - HOUR, until_at=at + HOUR, entered_at=at - HOUR)
    with refused(Refused, match="away"):
        take(sam, at)


def test_marketing_takes_nothing(nobodys, maya, at):
    nobodys()
    with refused(NotAllowed):
        take(maya, at)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_who_reach_for_the_next_at_once_each_gets_another(nobodys, sam, rita, at):
    handoffs = [nobodys() for _ in range(12)]

    results = at_once(*[partial(take, user, at) for user in (sam, rita) * 8])

    assert len(refusals(results)) == 4
    taken = [each for each in results if isinstance(each, Handoff)]
    assert sorted(each.pk for each in taken) == [each.pk for each in handoffs]
    assert not Handoff.objects.unassigned().exists()
    assert Assignment.objects.count() == 12


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sixteen_who_accept_and_take_the_same_ones_leave_each_with_one_owner(nobodys, sam, rita, at):
    handoffs = [nobodys() for _ in range(8)]
    seen = [Handoff.objects.select_related("lead").get(pk=each.pk) for each in handoffs]

    results = at_once(
        *[partial(each.accept, by=sam, at=at) for each in seen], *[partial(take, rita, at) for _ in range(8)]
    )

    took = sum(isinstance(each, Handoff) for each in results)
    accepted = results[:8].count(None)
    assert took + accepted == len(handoffs)
    assert Handoff.objects.filter(owner=rita, state="pending", lead__owner=rita).count() == took
    assert Handoff.objects.filter(owner=sam, state="accepted", lead__owner=sam).count() == accepted
    assert Assignment.objects.count() == 8


def test_the_button_stands_where_something_waits_and_opens_what_was_taken(nobodys, sam, client_of, clock_shows, at):
    clock_shows(at)
    handoff = nobodys()
    browser: Client = client_of(sam)
    assert 'data-key="t"' in browser.get("/queue/").content.decode()

    answer = browser.post(
        reverse("take_next"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}
    )

    page = answer.content.decode()
    assert f"{handoff.lead} is yours to decide." in page
    assert reverse("accept", args=[handoff.pk]) in page
    assert 'data-key="t"' not in page
    assert Handoff.objects.get(pk=handoff.pk).owner == sam
