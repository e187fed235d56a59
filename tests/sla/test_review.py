"""The weekly review: drawn by lot, once, judged by each side before it sees the other's judgement."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common import metrics
from common.errors import Incomplete, NotAllowed, Refused
from common.periods import parse
from leads.models import HandoffReturn
from sla import sampling
from sla.models import Dispute, Review, Sample
from sla.sampling import chosen
from tests.builders import everything, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")


@pytest.fixture
def returns(hand_over, sam, theo, nora, at) -> list[HandoffReturn]:
    """Eight returns on Wednesday the 11th."""
    return [
        hand_over(at).send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
        for _ in range(8)
    ]


@pytest.fixture
def drawn(returns, at) -> Review:
    """The first of those drawn on the Monday after."""
    sampling.draw(at=at + 5 * DAY)
    return Review.objects.with_opinions().order_by("pk").first()


def anew(review: Review) -> Review:
    return Review.objects.with_opinions().get(pk=review.pk)


def test_five_of_last_weeks_returns_are_drawn_once(returns, at):
    assert sampling.draw(at=at + 5 * DAY) == 5
    assert sampling.draw(at=at + 5 * DAY + HOUR) == 0
    assert sampling.draw(at=at + 12 * DAY) == 0  # nothing came back in the week after

    assert list(Sample.objects.order_by("week_on").values_list("drawn_from", flat=True)) == [8, 0]
    assert Review.objects.count() == 5


def test_in_the_week_itself_nothing_of_it_is_drawn(returns, at):
    assert sampling.draw(at=at + DAY) == 0


def test_without_an_agreement_nothing_is_drawn(db, at):
    assert sampling.draw(at=at) == 0
    assert not Sample.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_beats_at_once_one_draws(returns, at):
    together = Barrier(2)

    def draw(_: int) -> int:
        together.wait()
        try:
            return sampling.draw(at=at + 5 * DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as beats:
        assert sorted(beats.map(draw, range(2))) == [0, 5]
    assert Review.objects.count() == 5


@given(st.sets(st.integers(min_value=1), max_size=40), st.randoms())
def test_the_lot_falls_alike_whoever_draws_and_on_no_more_than_there_are(ids, shuffle):
    mixed = sorted(ids)
    shuffle.shuffle(mixed)

    found = chosen("2026-W11", mixed)

    assert found == chosen("2026-W11", sorted(ids))
    assert len(found) == len(set(found)) == min(5, len(ids))
    assert set(found) <= ids


def test_each_return_is_drawn_about_as_often_as_any_other():
    weeks = [f"{year}-W{week:02}" for year in range(2000, 2020) for week in range(1, 51)]
    drawn = [pk for week in weeks for pk in chosen(week, range(1, 21))]

    counts = [drawn.count(pk) for pk in range(1, 21)]

    assert sum(counts) == 5000
    assert all(190 < count < 310 for count in counts)  # 250 each, by more than four standard deviations


def test_what_one_side_found_is_hidden_from_the_other_until_both_have_said_it(drawn, maya, theo, nora, client_of, at):
    drawn.say("marketing", is_right=False, note="She asked for a price.", by=maya, at=at + 5 * DAY)

    assert [str(each) for each in anew(drawn).shown_to(theo)] == ["wrong"]
    assert anew(drawn).shown_to(nora) == []
    for person, sees in ((theo, True), (nora, False)):
        assert ("She asked for a price." in client_of(person).get("/sla/review/").content.decode()) is sees

    anew(drawn).say("sales", is_right=True, by=nora, at=at + 6 * DAY)

    assert [str(each) for each in anew(drawn).shown_to(nora)] == ["wrong", "right"]
    assert anew(drawn).differs


def test_what_was_said_unseen_stands(drawn, maya, theo, at):
    drawn.say("marketing", is_right=True, by=maya, at=at + 5 * DAY)

    with pytest.raises(Refused, match="stands"):
        anew(drawn).say("marketing", is_right=False, note="No.", by=theo, at=at + 6 * DAY)


def test_each_side_speaks_for_itself_and_nobody_of_their_own_return(drawn, maya, sam, rita, ada, at):
    before = everything("sla")
    with pytest.raises(NotAllowed, match="for itself"):
        drawn.say("sales", is_right=True, by=maya, at=at)
    with pytest.raises(NotAllowed, match="a return you made"):
        drawn.say("sales", is_right=True, by=sam, at=at)
    with pytest.raises(NotAllowed):
        drawn.say("marketing", is_right=True, by=ada, at=at)
    with pytest.raises(Incomplete, match="Say what was wrong"):
        drawn.say("sales", is_right=False, by=rita, at=at)
    assert everything("sla") == before


def test_how_often_the_sides_agree_is_a_figure_of_those_both_judged(drawn, returns, maya, nora, at, clock_shows):
    clock_shows(at + 6 * DAY)
    first, second, third, *_ = Review.objects.order_by("pk")
    for review, marketing, sales in ((first, True, True), (second, False, True)):
        review.say("marketing", is_right=marketing, note="Why.", by=maya, at=at + 5 * DAY)
        review.say("sales", is_right=sales, note="Why.", by=nora, at=at + 5 * DAY)
    third.say("marketing", is_right=True, by=maya, at=at + 5 * DAY)

    assert metrics.value("review_agreement", MARCH) == 1 / 2
    assert metrics.cases("review_agreement", MARCH) == len(metrics.rows("review_agreement", MARCH)) == 2


def test_a_return_somebody_found_wrong_is_offered_to_be_contested(drawn, maya, nora, client_of, at, clock_shows):
    clock_shows(at + 6 * DAY)
    door = f"/sla/contest/returned/{drawn.returned_id}/"
    drawn.say("marketing", is_right=False, note="She asked for a price.", by=maya, at=at + 5 * DAY)
    assert door not in client_of(maya).get("/sla/review/").content.decode()

    client_of(nora).post(f"/sla/review/{drawn.pk}/", {"side": "sales", "found": "right"})

    assert door in client_of(maya).get("/sla/review/").content.decode()
    assert door not in client_of(nora).get("/sla/review/").content.decode()
    client_of(maya).post(door, {"because": "She asked for a price."})
    assert Dispute.objects.get().returned_id == drawn.returned_id
    assert door not in client_of(maya).get("/sla/review/").content.decode()
