"""A rep who misses first attempts in a row is given no new lead until they say that they are back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from common.errors import NotAllowed, Refused
from leads.models import Aside, Attempt, Handoff
from leads.models.turns import seats
from sla.models import Clock
from tests.sla.test_climb import DUE, HOUR, MINUTE, told


def miss(hand_over: Callable[..., Handoff], count: int, *, at: datetime) -> None:
    for n in range(count):
        hand_over(at + n * MINUTE)


def test_two_misses_in_a_row_set_a_rep_aside_until_they_are_back(hand_over, client_of, clock_shows, sam, nora, at):
    miss(hand_over, 2, at=at)

    Clock.objects.flag_breaches(at=DUE + timedelta(seconds=30))
    assert not Aside.objects.exists()
    Clock.objects.flag_breaches(at=DUE + 2 * MINUTE)

    aside = Aside.objects.get()
    assert (aside.rep, aside.because) == (sam, "Missed 2 first attempts in a row")
    assert seats([sam.team], at=DUE + HOUR) == {sam.team_id: {}}
    assert {name for name, _ in told("leads.set_aside")} == {"Sam de Wit", "Nora Vos"}
    assert hand_over(DUE + HOUR).owner is None

    clock_shows(DUE + 2 * HOUR)
    queue = client_of(sam).get("/queue/").content.decode()
    assert f'action="/routing/asides/{aside.pk}/back/"' in queue
    client_of(sam).post(f"/routing/asides/{aside.pk}/back/")

    aside.refresh_from_db()
    assert aside.ended_by == sam
    assert list(seats([sam.team], at=DUE + 2 * HOUR)[sam.team_id]) == [sam.pk]


def test_one_kept_in_between_ends_the_row(hand_over, sam, nora, at):
    hand_over(at)
    kept = hand_over(at + MINUTE)
    hand_over(at + 2 * MINUTE)

    Attempt.objects.log(kept, channel="call", outcome="no_answer", by=sam, at=DUE + timedelta(seconds=30))
    Clock.objects.flag_breaches(at=DUE + HOUR)

    assert Clock.objects.owners().late().filter(owner=sam).count() == 2
    assert not Aside.objects.exists()


def test_misses_before_they_came_back_do_not_count_again(hand_over, sam, nora, at):
    miss(hand_over, 2, at=at)
    late = hand_over(at + 10 * MINUTE)
    Clock.objects.flag_breaches(at=DUE + 2 * MINUTE)
    Aside.objects.get().end(by=nora, at=DUE + 3 * MINUTE)

    Clock.objects.flag_breaches(at=DUE + HOUR)

    assert Clock.objects.get(handoff=late, owner=sam).is_missed
    assert not Aside.objects.standing().exists()


def test_only_the_rep_or_the_head_of_sales_says_that_they_are_back(hand_over, sam, rita, theo, at):
    Aside.objects.begin(sam, because="Missed", at=at)
    aside = Aside.objects.get()

    for other in (rita, theo):
        with pytest.raises(NotAllowed):
            aside.end(by=other, at=at + HOUR)
    assert Aside.objects.standing().exists()
    aside.end(by=sam, at=at + HOUR)
    with pytest.raises(Refused, match="back already"):
        aside.end(by=sam, at=at + HOUR)


def test_the_routing_page_shows_who_is_set_aside(client_of, clock_shows, agreement, sam, nora, at):
    clock_shows(at)
    Aside.objects.begin(sam, because="Missed 2 first attempts in a row", at=at)

    page = client_of(nora).get(f"/routing/pools/{sam.team_id}/").content.decode()

    assert "set aside" in page
    assert "I am back" not in page
    assert f"/routing/asides/{Aside.objects.get().pk}/back/" in page
