"""When what a plan needs has to begin, by how many months our own customers took."""

from datetime import UTC, datetime, timedelta

import pytest

from goals.beginning import begins
from goals.drafting import kept
from goals.history import months_to_customer
from goals.models import Plan

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(draft):
    """Of ten customers five took no whole month from MQL, three one and two two; from lead a month more each."""
    months = {"mql": {"0": 5, "1": 3, "2": 2}, "leads": {"1": 5, "2": 3, "3": 2}}
    Plan.objects.filter(pk=draft.pk).update(history=kept({}, months))
    return Plan.objects.with_terms().get(pk=draft.pk)


def rows(plan, at):
    return [(begin.month.key, begin.mqls, begin.leads, begin.is_late) for begin in begins(plan, at=at)]


def test_mqls_and_leads_move_to_the_months_in_which_they_have_to_come_in(known, at):
    # 22, 21 and 22 of the 65 working days of April, May and June: 84.6, 80.8 and 84.6 of 250 MQLs.
    assert rows(known, at) == [
        ("2026-01", 0, 170, True),
        ("2026-02", 17, 415, True),
        ("2026-03", 42, 835, False),
        ("2026-04", 83, 657, False),
        ("2026-05", 66, 423, False),
        ("2026-06", 42, 0, False),
    ]
    assert sum(begin.mqls for begin in begins(known, at=at)) == 250
    assert sum(begin.leads for begin in begins(known, at=at)) == 2500


def test_a_month_is_too_late_when_it_is_over(known):
    late = [is_late for *_, is_late in rows(known, datetime(2026, 3, 31, 22, tzinfo=UTC))]  # 1 April in Amsterdam
    assert late == [True, True, True, False, False, False]


def test_nothing_is_said_by_fewer_than_ten_customers(draft, at):
    assert begins(draft, at=at) == []
    Plan.objects.filter(pk=draft.pk).update(history=kept({}, {"mql": {"0": 9}, "leads": {"0": 9}}))
    assert begins(Plan.objects.with_terms().get(pk=draft.pk), at=at) == []


def test_the_months_are_those_of_customers_of_the_last_year(at, a_win):
    a_win(at=at - DAY)  # an MQL 31 days before
    a_win(at=at - 2 * DAY)
    a_win(at=at - 400 * DAY)
    assert months_to_customer(at=at) == {"leads": {"1": 2}, "mql": {"1": 2}}


def test_the_page_tells_the_months_and_names_what_is_too_late(client_of, clock_shows, known, nora, at):
    clock_shows(at)
    seen = client_of(nora).get(f"/goals/plans/{known.pk}/").content.decode()
    assert seen.count("too late") == 2
    assert "When it has to begin" in seen
