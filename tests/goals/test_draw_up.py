"""Drawing up a plan: what it starts from, and what cannot be planned."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from accounts.models import User, WorkCalendar
from common.errors import Incomplete, NotAllowed, Refused
from goals.models import Plan

MILLION = Decimal(1_000_000)
DAY = timedelta(days=1)


def test_a_first_plan_takes_usual_values_and_says_they_are_assumed(draft: Plan):
    assert draft.needs.shown() == {
        "deals": 20, "new_deals": 20, "opportunities": 80, "sql": None, "sal": 200, "mql": 250, "leads": 2_500,
        "visits": 125_000,
    }  # fmt: skip
    assert draft.needs.mql_value == 2_000
    assert draft.history == {}
    assert draft.measured("win_rate") is None
    assert draft.reps == 1
    assert draft.days_to_customer == 69


def test_the_first_version_is_number_one_and_a_draft(draft: Plan, theo: User):
    assert (draft.revision.document, draft.revision.number) == ("plan:2026-Q2", 1)
    assert draft.is_draft
    assert draft.revision.created_by == theo


def test_a_period_that_is_over_cannot_be_planned(theo: User, calendar: WorkCalendar, at: datetime):
    with pytest.raises(Incomplete, match="February 2026 is over"):
        Plan.objects.draw_up("2026-02", MILLION, calendar, by=theo, at=at)
    assert not Plan.objects.exists()


def test_a_period_that_is_none_is_refused(theo: User, calendar: WorkCalendar, at: datetime):
    with pytest.raises(Incomplete, match="'soon' is no period"):
        Plan.objects.draw_up("soon", MILLION, calendar, by=theo, at=at)
    assert not Plan.objects.exists()


def test_a_second_draft_for_the_same_period_is_refused(draft: Plan, nora: User, calendar: WorkCalendar, at: datetime):
    with pytest.raises(Refused, match="There is a draft for this period already"):
        Plan.objects.draw_up("2026-Q2", MILLION, calendar, by=nora, at=at)
    assert Plan.objects.count() == 1


def test_a_month_and_its_quarter_are_planned_apart(draft: Plan, nora: User, calendar: WorkCalendar, at: datetime):
    month = Plan.objects.draw_up("2026-04", Decimal(300_000), calendar, by=nora, at=at)
    assert month.revision.document == "plan:2026-04"
    assert Plan.objects.count() == 2


@pytest.mark.parametrize("who", ["maya", "sam", "ada", "otto"])
def test_only_the_heads_plan(who: str, request, calendar: WorkCalendar, at: datetime):
    with pytest.raises(NotAllowed):
        Plan.objects.draw_up("2026-Q2", MILLION, calendar, by=request.getfixturevalue(who), at=at)
    assert not Plan.objects.exists()


def test_a_draft_is_changed_by_either_head(draft: Plan, nora: User, at: datetime):
    draft.edit(by=nora, at=at, win_rate=Decimal("0.5"))
    assert Plan.objects.get().needs.shown()["mql"] == 125


def test_a_rate_that_cannot_be_changes_nothing(draft: Plan, nora: User, at: datetime):
    with pytest.raises(ValidationError):
        draft.edit(by=nora, at=at, win_rate=Decimal("1.2"))
    assert Plan.objects.get().win_rate == Decimal("0.25")


def test_the_database_holds_the_rates_too(draft: Plan):
    with pytest.raises(IntegrityError, match="plan_rates_are_shares"), transaction.atomic():
        Plan.objects.update(acceptance=0)


def test_a_plan_that_was_proposed_can_no_longer_be_changed(draft: Plan, theo: User, at: datetime):
    draft.propose(by=theo, at=at)
    with pytest.raises(Refused, match="can no longer be changed"):
        draft.edit(by=theo, at=at, win_rate=Decimal("0.5"))
    with pytest.raises((InternalError, IntegrityError), match="is no draft any more"), transaction.atomic():
        Plan.objects.update(win_rate=Decimal("0.5"))
    assert Plan.objects.get().win_rate == Decimal("0.25")


# What stands against it


def test_a_goal_that_is_too_late_is_named_before_anybody_signs(theo: User, calendar: WorkCalendar, at: datetime):
    plan = Plan.objects.draw_up("2026-Q1", MILLION, calendar, by=theo, at=at)
    late = (
        "Too late for new leads: one becomes a customer in 69 days and 20 are left. Plan 20 deals for the next period."
    )
    assert plan.doubts(at=at)[0] == late
    assert f"Known when it was proposed: {late}" in plan.text(at=at)


def test_a_goal_that_takes_more_hours_than_sales_has_is_named(draft: Plan, at: datetime):
    # 65 days of a five-day week, 12 hours for one rep: 156. For 250 MQLs 4 times 10 minutes, for 200 SALs 45: 317.
    assert draft.staff.hours() == 156
    assert draft.doubts(at=at) == [
        "Sales needs 317 hours for 250 MQLs and has 156: 2 reps more, or fewer MQLs of a better kind."
    ]


def test_a_goal_that_can_be_kept_has_nothing_against_it(draft: Plan, theo: User, at: datetime):
    draft.edit(by=theo, at=at, reps=3)
    assert draft.doubts(at=at) == []


def test_a_plan_that_is_drawn_up_anew_in_its_period_counts_what_was_won(in_force, a_win, theo):
    june = datetime(2026, 6, 8, 8, tzinfo=UTC)
    a_win(at=june - DAY, amount=490_000)
    new = Plan.objects.draft_from(in_force, by=theo, at=june)
    late = "Too late for new leads: one becomes a customer in 69 days and 22 are left. Plan 1 deal for the next period."
    assert new.doubts(at=june)[0] == late
    a_win(at=june, amount=10_000)
    assert [each for each in new.doubts(at=june) if each.startswith("Too late")] == []


def test_what_was_proposed_is_judged_as_of_then(in_force, at):
    assert in_force.doubts(at=at + 80 * DAY) == in_force.doubts(at=at)
