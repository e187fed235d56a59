"""The page of routing: what waits, whose turn it is, and what nobody owns."""

from datetime import timedelta

import pytest

from accounts.access import Role
from accounts.models import Team, User
from common.errors import Incomplete, NotAllowed, Refused
from leads.handover import hand_over
from leads.lifecycle import PROMOTE
from leads.models import Assignment, Company, Handoff, Lead, Transition
from leads.pools import pools
from leads.release import release_in_the_morning, release_now
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, an_accepted_handoff, everything, reason, refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


def waiting(count, at):
    leads = [a_lead(at=at) for _ in range(count)]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=at)
    return leads


def page(client):
    response = client.get("/routing/")
    assert response.status_code == 200
    return response


def pool(client, team):
    response = client.get(f"/routing/pools/{team.pk}/")
    assert response.status_code == 200
    return response


def words(response):
    return " ".join(response.text.replace("\N{NO-BREAK SPACE}", " ").split())


# What waits


def test_the_page_says_how_many_wait_and_how_long_that_takes(now, sam, rita, maya, client_of):
    User.objects.filter(pk=sam.pk).update(daily_capacity=2)
    waiting(12, now)
    shown = page(client_of(maya))
    assert (shown.context["plan"].waiting, shown.context["plan"].working_days, shown.context["room"]) == (12, 2, 10)
    assert "2 working days to release" in words(shown)
    assert len(shown.context["next_to_go"]) == 5


def test_without_anybody_waiting_and_without_a_pool_the_page_teaches(now, ada, client_of):
    text = words(page(client_of(ada)))
    assert "Nobody waits." in text
    assert "No pool yet" in text
    assert "every hand-off has an owner" in text


def test_todays_share_is_released_by_whoever_may_and_once(now, sam, nora, maya, client_of):
    User.objects.filter(pk=sam.pk).update(daily_capacity=3)
    waiting(5, now)
    before = everything()
    assert client_of(sam).post("/routing/release/").status_code == 403
    assert everything() == before
    assert client_of(maya).post("/routing/release/").status_code == 302
    assert (Handoff.objects.filter(owner=sam).count(), Lead.objects.to_hand_over().count()) == (3, 2)
    before = everything()
    refusal = client_of(nora).post("/routing/release/")
    assert refusal.status_code == 409
    assert "everybody has their share" in refusal.text
    assert everything() == before


def test_on_a_day_off_there_is_no_button_and_nothing_is_released(at, sam, nora, client_of, clock_shows):
    waiting(1, at)
    clock_shows(at + 3 * DAY)  # a Saturday
    assert "Release today" not in page(client_of(nora)).text
    with refused(Refused, "the desk is closed today"):
        release_now(by=nora, at=at + 3 * DAY)


def test_each_morning_the_share_goes_out_once_the_desk_has_opened(sam, at):
    User.objects.filter(pk=sam.pk).update(daily_capacity=2)
    waiting(3, at)
    assert release_in_the_morning(at=at - 2 * HOUR) == []  # eight in the morning; the desk opens at nine
    assert len(release_in_the_morning(at=at)) == 2
    assert release_in_the_morning(at=at + HOUR) == []
    assert len(release_in_the_morning(at=at + DAY)) == 1


# The pools


def test_each_rep_has_what_they_were_given_and_what_capacity_alone_would_have_given(now, sam, rita, nora, client_of):
    User.objects.filter(pk=sam.pk).update(daily_capacity=2)
    Assignment.objects.all().delete()
    old = a_handoff(at=now - 31 * DAY, owner=rita)
    yesterday, today = a_handoff(at=now - DAY, owner=rita), a_handoff(at=now - HOUR, owner=rita)
    Assignment.objects.exclude(owner=rita).delete()
    assert {old, yesterday, today} == set(Handoff.objects.open())
    ritas, sams = pool(client_of(nora), rita.team).context["seats"]
    assert (ritas.rep, ritas.given_today, ritas.given_lately, ritas.open, ritas.fair) == (rita, 1, 2, 3, 1.6)
    assert (sams.rep, sams.given_today, sams.given_lately, sams.open, sams.fair) == (sam, 0, 0, 0, 0.4)


def test_a_rep_sees_their_own_count_the_head_everybodys_and_marketing_the_pools(now, sam, rita, nora, maya, client_of):
    a_handoff(at=now, owner=sam)
    assert pool(client_of(nora), sam.team).context["by_rep"] == {sam.pk, rita.pk}
    assert pool(client_of(sam), sam.team).context["by_rep"] == {sam.pk}
    assert pool(client_of(maya), sam.team).context["by_rep"] == set()
    assert "1 in 30 days" in words(page(client_of(maya)))


def test_the_page_says_who_is_away_and_whose_turn_it_is(now, sam, rita, nora, client_of):
    sam.be_away(now, now + DAY, cover=None, by=sam, at=now)
    shown = pool(client_of(nora), sam.team)
    assert shown.context["next_id"] == rita.pk
    assert "away until" in shown.text


def test_the_page_fetches_the_reps_of_a_pool_which_have_an_address_of_their_own(
    now, sam, nora, marketing_team, client_of
):
    client, address = client_of(nora), f"/routing/pools/{sam.team_id}/"
    assert f'hx-get="{address}" hx-trigger="revealed"' in page(client).text
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Sam de Wit" in part
    assert client.get(f"/routing/pools/{marketing_team.pk}/").status_code == 404


def test_the_head_of_sales_says_how_many_a_rep_takes_on(now, sam, nora, maya, client_of):
    client = client_of(nora)
    assert 'value="8"' in client.get(f"/routing/people/{sam.pk}/").text
    saved = client.post(f"/routing/people/{sam.pk}/", {"daily_capacity": "12"})
    assert saved.url == f"/routing/pools/{sam.team_id}/#rep-{sam.pk}"
    sam.refresh_from_db()
    assert sam.daily_capacity == 12
    for wrong in ("-1", "501", "many", ""):
        refusal = client.post(f"/routing/people/{sam.pk}/", {"daily_capacity": wrong})
        assert refusal.status_code == 422
        assert f'value="{wrong}"' in refusal.text
    assert client_of(maya).post(f"/routing/people/{sam.pk}/", {"daily_capacity": "1"}).status_code == 403
    assert client.post(f"/routing/people/{maya.pk}/", {"daily_capacity": "1"}).status_code == 404
    sam.refresh_from_db()
    assert sam.daily_capacity == 12


def test_in_the_row_the_form_takes_the_place_of_the_number_and_the_pool_that_of_the_form(now, sam, nora, client_of):
    client, part = client_of(nora), {"HX-Request": "true"}
    form = client.get(f"/routing/people/{sam.pk}/", headers=part).text
    assert "<html" not in form
    assert f'hx-post="/routing/people/{sam.pk}/"' in form
    saved = client.post(f"/routing/people/{sam.pk}/", {"daily_capacity": "12"}, headers=part)
    assert saved.headers["HX-Retarget"] == f"#pool-{sam.team_id}"
    assert "12 a day" in words(saved)
    refusal = client.post(f"/routing/people/{sam.pk}/", {"daily_capacity": "501"}, headers=part)
    assert (refusal.status_code, "HX-Retarget" in refusal.headers) == (422, False)


def test_capacity_is_a_number_of_hand_offs_and_not_everybodys_to_say(sam, nora):
    for wrong in (-1, 501):
        with pytest.raises(Incomplete, match="from 0 to 500"):
            sam.take_on(wrong, by=nora)
    with pytest.raises(NotAllowed):
        sam.take_on(20, by=sam)
    assert User.objects.get(pk=sam.pk).daily_capacity == 8


# What nobody owns


@pytest.fixture
def nobodys(now, sam, rita):
    """A hand-off that sam returned before, made while nobody had any capacity."""
    handoff = a_handoff(at=now - 2 * HOUR, owner=sam)
    handoff.send_back(reason("low_intent"), by=sam, at=now - HOUR)
    User.objects.update(daily_capacity=0)
    Lead.objects.filter(pk=handoff.lead_id).update(stage="mql", cool_down_until=None)
    (second,) = hand_over([handoff.lead_id], at=now)
    User.objects.update(daily_capacity=8)
    return second


def test_what_nobody_owns_is_shown_with_who_sent_it_back_and_whom_it_can_be_given_to(
    nobodys, sam, rita, nora, client_of
):
    rita.be_away(nobodys.made_at, nobodys.made_at + DAY, cover=None, by=rita, at=nobodys.made_at)
    shown = page(client_of(nora))
    assert [(each.handoff, each.sent_back_by) for each in shown.context["nobodys"]] == [(nobodys, [sam])]
    assert "Sent back before by Sam de Wit." in words(shown)
    (name, options, _), (_, others, _) = shown.context["takers"]
    assert (name, [option["value"] for option in options], others) == (sam.team.name, [sam.pk], [])
    assert options[0]["label"] == "Sam de Wit, 1 of 8 today"


def test_only_the_head_of_sales_has_the_form(nobodys, sam, maya, nora, client_of):
    assert 'action="/routing/give/"' in page(client_of(nora)).text
    for person in (sam, maya):
        assert "/give/" not in page(client_of(person)).text


@pytest.fixture
def waiting_for_somebody(now, sam, rita):
    """Three hand-offs that nobody owns, made while nobody had any capacity."""
    User.objects.update(daily_capacity=0)
    leads = [a_lead(at=now - HOUR) for _ in range(3)]
    Transition.objects.make(PROMOTE, leads=[lead.pk for lead in leads], at=now)
    handoffs = hand_over([lead.pk for lead in leads], at=now)
    User.objects.update(daily_capacity=8)
    assert [handoff.owner for handoff in handoffs] == [None, None, None]
    return handoffs


def give(client, handoffs, to):
    return client.post("/routing/give/", {"handoffs": [handoff.pk for handoff in handoffs], "to": to.pk})


def test_what_is_ticked_goes_to_one_rep_together_and_the_rest_stays(
    waiting_for_somebody, rita, nora, client_of, events
):
    first, second, third = waiting_for_somebody
    events.clear()
    client = client_of(nora)
    assert give(client, [first, second], rita).url == "/routing/#nobodys"
    assert "2 hand-offs went to Rita" in words(page(client))
    for handoff in (first, second):
        handoff.refresh_from_db()
        given = handoff.assignments.get()
        assert (handoff.owner, handoff.lead.owner_id, given.owner, given.by) == (rita, rita.pk, rita, nora)
        assert (given.because, given.how) == ("It was nobody’s", "given")
    assert Handoff.objects.unassigned().get() == third
    assert [len(batch) for batch in events] == [2]


def test_of_those_ticked_what_somebody_took_meanwhile_is_named_and_the_rest_is_given(
    waiting_for_somebody, sam, rita, nora, now, client_of
):
    first, second, third = waiting_for_somebody
    first.accept(by=sam, at=now)
    client = client_of(nora)
    give(client, [first, second], rita)
    said = words(page(client))
    assert "1 hand-off went to Rita" in said
    assert f"{first.lead} was not given: Sam de Wit has accepted it now." in said
    assert [Handoff.objects.get(pk=each.pk).owner for each in (first, second, third)] == [sam, rita, None]
    assert first.assignments.get().owner == sam


def test_what_a_rep_sent_back_is_not_given_to_them_unless_they_asked_for_it(nobodys, sam, nora, now):
    ticked = Handoff.objects.filter(pk=nobodys.pk)
    with refused(Refused, "was not given: Sam de Wit sent it back before"):
        ticked.give_to(sam, because="It was nobody’s", by=nora, at=now)
    nobodys.ask_back(by=sam, at=now)
    assert [each.owner for each in ticked.give_to(sam, because="Asked for it", by=nora, at=now).assigned] == [sam]


def test_where_nothing_of_it_can_be_given_it_is_refused(waiting_for_somebody, sam, rita, maya, nora, now, client_of):
    first, *_ = waiting_for_somebody
    first.accept(by=sam, at=now)
    before, client = everything(), client_of(nora)
    refusal = give(client, [first], rita)
    assert (refusal.status_code, everything()) == (409, before)
    assert f"{first.lead} was not given: Sam de Wit has accepted it now." in words(refusal)
    everybody = Handoff.objects.all()
    with refused(Incomplete, "is not active in sales"):
        everybody.give_to(maya, because="It was nobody’s", by=nora, at=now)
    with refused(NotAllowed):
        everybody.give_to(rita, because="It was nobody’s", by=maya, at=now)
    with refused(Refused, "Tick what is to be given"):
        Handoff.objects.none().give_to(rita, because="It was nobody’s", by=nora, at=now)
    assert give(client_of(maya), waiting_for_somebody, rita).status_code == 403


def test_a_form_that_misses_something_is_asked_again_with_what_was_ticked(
    waiting_for_somebody, rita, nora, now, client_of
):
    first, *_ = waiting_for_somebody
    rita.be_away(now, now + DAY, cover=None, by=rita, at=now)
    before, client = everything(), client_of(nora)
    away = give(client, [first], rita)
    assert (away.status_code, away.text.count(" checked")) == (422, 1)
    assert "Choose a rep who is here." in away.text
    nothing = client.post("/routing/give/", {"to": rita.pk})
    assert nothing.status_code == 422
    assert "Tick what is to be given." in nothing.text
    assert everything() == before


def test_the_latest_say_why_they_went_where_they_went(now, sam, rita, nora, maya, client_of):
    lead = a_lead(at=now)
    Company.objects.update(owner=rita)
    Transition.objects.make(PROMOTE, leads=[lead.pk], at=now)
    (handoff,) = hand_over([lead.pk], at=now)
    handoff.reassign(to=sam, because="Speaks Frisian", by=nora, at=now + HOUR)
    latest = page(client_of(maya)).context["latest"]
    assert [(each.owner, each.because, each.by) for each in latest] == [
        (sam, "Speaks Frisian", nora),
        (rita, "Owner of the company", None),
    ]


# Handing on


def test_a_whole_book_goes_to_whose_turn_it_is_and_what_is_accepted_stays_accepted(
    now, sam, rita, nora, client_of, events
):
    pending, accepted = a_handoff(at=now - HOUR, owner=sam), an_accepted_handoff(at=now, owner=sam)
    kept = a_handoff(at=now, owner=rita)
    events.clear()
    answer = client_of(nora).post(f"/routing/people/{sam.pk}/hand-on/")
    assert (answer.status_code, answer.url) == (302, "/routing/")
    for handoff in (pending, accepted):
        handoff.refresh_from_db()
        new, last = handoff.assignments.order_by("-pk")[:2]
        assert (handoff.owner, handoff.lead.owner_id) == (rita, rita.pk)
        assert (last.owner, last.until_at, new.owner, new.by) == (sam, new.from_at, rita, nora)
        assert new.because == "Sam de Wit handed on"
    assert (pending.state, accepted.state) == ("pending", "accepted")
    assert kept.assignments.latest("pk").until_at is None
    assert [len(batch) for batch in events] == [2]


def test_a_book_is_handed_on_whole_or_not_at_all(now, sam, rita, nora, maya):
    with refused(Refused, "has no open hand-off"):
        Handoff.objects.hand_on(sam, by=nora, at=now)
    a_handoff(at=now, owner=sam)
    with refused(NotAllowed):
        Handoff.objects.hand_on(sam, by=maya, at=now)
    User.objects.filter(pk=rita.pk).update(daily_capacity=0)
    with refused(Refused, "can take 1 of the 1"):
        Handoff.objects.hand_on(sam, by=nora, at=now)


def test_the_book_of_who_has_left_stands_outside_the_pools(now, sam, rita, nora, ada, client_of):
    a_handoff(at=now, owner=sam)
    sam.deactivate(by=ada, at=now)
    shown = page(client_of(nora))
    assert [(book.owner, book.open) for book in shown.context["outside"]] == [(sam, 1)]
    assert "has left" in shown.text


def test_whoever_closes_an_account_is_told_what_is_in_hand(now, sam, ada, nora, client_of):
    url = f"/settings/people/{sam.pk}/"
    assert "in hand" not in client_of(ada).get(url).text
    a_handoff(at=now, owner=sam)
    text = words(client_of(ada).get(url))
    assert "1 open hand-off" in text
    assert "/hand-on/" not in text  # an admin decides nothing of sales
    User.objects.filter(pk=ada.pk).update(roles=[Role.ADMIN, Role.HEAD_OF_SALES])
    assert f"/routing/people/{sam.pk}/hand-on/" in client_of(ada).get(url).text


def test_more_leads_and_more_reps_ask_the_database_no_more(now, sam, nora, sales_team, client_of):
    client = client_of(nora)
    waiting(1, now)
    hand_over(list(Lead.objects.values_list("pk", flat=True)), at=now)
    waiting(1, now)
    page(client)
    with queries_asked() as few:
        page(client)
    for number in range(6):
        User.objects.create_user(f"rep{number}@acme.test", roles=[Role.REP], team=sales_team)
    hand_over([lead.pk for lead in waiting(20, now)], at=now)
    waiting(10, now)
    with queries_asked() as many:
        page(client)
    assert len(many) == len(few) <= 28
    with queries_asked() as of_a_pool:
        pool(client, sales_team)
    assert len(of_a_pool) <= 20


def test_a_second_pool_costs_no_query(now, sam, calendar, django_assert_num_queries):
    with queries_asked() as one:
        pools(at=now)
    north = Team.objects.create(name="North", side="sales", calendar=calendar)
    User.objects.create_user("north@acme.test", roles=[Role.REP], team=north)
    with django_assert_num_queries(len(one)):
        pools(at=now)
