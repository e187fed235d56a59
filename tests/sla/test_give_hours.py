"""What becomes of the clocks that run while a team or a person is given other hours."""

from datetime import UTC, datetime

import pytest

from accounts.models import WorkCalendar
from tests.sla.test_retime import THURSDAY_MORNING, shown


@pytest.fixture
def mornings(ada):
    """Hours of nobody yet: 08:00–12:00 from Monday to Friday."""
    week = {str(day): [["08:00", "12:00"]] for day in range(5)}
    return WorkCalendar.objects.draw_up("Mornings", "Europe/Amsterdam", windows=week, by=ada)


def test_giving_a_person_other_hours_asks_about_that_persons_clocks_alone(
    hand_over, clock_of, client_of, mornings, sam, nora, at, clock_shows
):
    clock_shows(at)
    handoff, give = hand_over(at), {"who": f"person {sam.pk}"}
    before, page = shown(), f"/settings/hours/{mornings.pk}/give/"

    asked = client_of(nora).post(page, give).content.decode()
    assert "First say what becomes of 1 running clock." in asked
    assert f'<input type="hidden" name="who" value="person {sam.pk}">' in asked
    assert (shown(), mornings.worked_by) == (before, [])

    client_of(nora).post(page, give | {"clocks": "retime"})
    assert mornings.worked_by == [sam]
    assert clock_of(handoff, sam).due_at == datetime(2026, 3, 13, 9, 0, tzinfo=UTC)  # two hours, four, and two
    assert clock_of(handoff).due_at == THURSDAY_MORNING


def test_giving_a_team_other_hours_leaves_those_alone_who_worked_by_them_before(
    hand_over, clock_of, client_of, mornings, sales_team, sam, nora, at, clock_shows
):
    clock_shows(at)
    handoff = hand_over(at)
    sam.work_by(mornings, by=nora)  # whose clock was left as it is

    answer = client_of(nora).post(
        f"/settings/hours/{mornings.pk}/give/", {"who": f"team {sales_team.pk}", "clocks": "retime"}
    )

    assert answer.status_code == 302
    assert clock_of(handoff).due_at == datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
    assert clock_of(handoff, sam).due_at == THURSDAY_MORNING


@pytest.mark.parametrize("who", ["", "team 999999", "person x", "somebody"])
def test_hours_are_given_to_nobody_unknown(who, client_of, mornings, nora):
    answer = client_of(nora).post(f"/settings/hours/{mornings.pk}/give/", {"who": who})
    assert answer.status_code == 422
    assert mornings.worked_by == []
