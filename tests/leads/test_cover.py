"""Who covers for whom."""

from datetime import timedelta

import pytest

from leads.cover import hand_to_cover
from leads.models import Handoff
from tests.builders import a_handoff, an_accepted_handoff

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def owners():
    return [handoff.owner for handoff in Handoff.objects.order_by("pk")]


def test_open_hand_offs_go_to_the_cover_when_the_absence_starts(sam, rita, at, events):
    a_handoff(at=at, owner=sam)
    an_accepted_handoff(at=at, owner=sam)
    a_handoff(at=at, owner=rita)
    sam.be_away(at + DAY, at + 3 * DAY, cover=rita, by=sam, at=at)
    assert hand_to_cover(at=at + HOUR) == 0
    events.clear()
    assert hand_to_cover(at=at + DAY) == 2
    assert owners() == [rita, rita, rita]
    assert [[event.because for event in batch] for batch in events] == [["Covers for Sam de Wit"] * 2]
    assert hand_to_cover(at=at + DAY + HOUR) == 0


def test_without_cover_or_with_a_cover_who_is_away_they_stay(sam, rita, at):
    a_handoff(at=at, owner=sam)
    sam.be_away(at + DAY, at + 2 * DAY, cover=None, by=sam, at=at)
    assert hand_to_cover(at=at + DAY) == 0
    sam.be_away(at + 3 * DAY, at + 4 * DAY, cover=rita, by=sam, at=at)
    rita.be_away(at + 3 * DAY, at + 4 * DAY, cover=None, by=rita, at=at)
    assert hand_to_cover(at=at + 3 * DAY) == 0
    assert owners() == [sam]


def test_what_somebody_gives_them_while_they_are_away_stays_with_them(sam, rita, nora, at):
    handoff = a_handoff(at=at, owner=sam)
    sam.be_away(at + DAY, at + 3 * DAY, cover=rita, by=sam, at=at)
    hand_to_cover(at=at + DAY)
    handoff.refresh_from_db()
    handoff.reassign(to=sam, because="Asked for it", by=nora, at=at + 2 * DAY)
    assert hand_to_cover(at=at + 2 * DAY + HOUR) == 0
    assert owners() == [sam]
