"""Signing a plan: both sides sign one text, and then it counts."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User, WorkCalendar
from agreements.models import State
from common.errors import Incomplete, NotAllowed, Refused
from common.periods import parse
from goals.models import Plan, Target
from notifications.models import Delivery

ZONE = "Europe/Amsterdam"


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(kind=kind, channel="inapp").values_list("user__name", flat=True))


def test_a_plan_counts_when_both_sides_have_signed_the_same_text(draft: Plan, theo: User, nora: User, at: datetime):
    draft.propose(by=theo, at=at)
    assert draft.sign(by=theo, at=at) is False
    assert not draft.counts
    assert draft.sign(by=nora, at=at) is True
    plan = Plan.objects.get()
    assert plan.counts
    assert plan.revision.in_force_at == at
    assert {signature.sha256 for signature in plan.revision.signatures.all()} == {plan.revision.sha256}


def test_the_signed_text_says_the_whole_plan(in_force: Plan):
    lines = in_force.revision.text.replace("\N{NO-BREAK SPACE}", " ").split("\n")
    assert lines[:4] == [
        "The goal for Q2 2026 is € 1,000,000 of revenue; marketing’s leads bring 50 % of it, € 500,000.",
        "An average deal is € 25,000, so that takes 20 deals.",
        "We win 25 % of opportunities; 40 % of accepted leads become opportunities; sales accepts 80 % of MQLs; "
        "10 % of leads qualify.",
        "So marketing delivers 250 MQLs of 2,500 leads, and sales makes 200 accepted leads, 80 opportunities and "
        "20 customers of them.",
    ]
    assert "By the working days of “Office”, that is 85 MQLs in April, 81 MQLs in May and 84 MQLs in June." in lines


def test_on_taking_effect_the_targets_are_written_down(in_force: Plan):
    wanted = Target.objects.wanted
    assert wanted("mqls_delivered", parse("2026-Q2", ZONE)) == 250
    assert [wanted("mqls_delivered", parse(f"2026-0{month}", ZONE)) for month in (4, 5, 6)] == [85, 81, 84]
    assert wanted("customers", parse("2026-Q2", ZONE)) == 20
    assert wanted("revenue_won_from_marketing", parse("2026-Q2", ZONE)) == 500_000
    assert wanted("revenue_won", parse("2026-Q2", ZONE)) == 1_000_000
    # Wednesday 1 April is in week 14: three of its days are the plan's.
    assert wanted("mqls_delivered", parse("2026-W14", ZONE)) == 12
    assert wanted("mqls_delivered", parse("2026-03", ZONE)) is None
    weeks = in_force.targets.filter(metric="mqls_delivered", period__contains="-W")
    assert sum(target.value for target in weeks) == 250


def test_before_both_have_signed_there_are_no_targets(draft: Plan, theo: User, at: datetime):
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    assert not Target.objects.exists()


def test_the_next_version_takes_the_place_of_the_one_in_force(in_force: Plan, theo: User, nora: User, at: datetime):
    later = at + timedelta(days=30)
    second = Plan.objects.draft_from(in_force, by=nora, at=later)
    assert second.revision.number == 2
    assert second.visit_to_lead == Decimal("0.02")
    second.edit(by=nora, at=later, acceptance=Decimal(1))
    assert Target.objects.wanted("mqls_delivered", parse("2026-Q2", ZONE)) == 250
    second.propose(by=nora, at=later)
    second.sign(by=nora, at=later)
    second.sign(by=theo, at=later)
    assert Target.objects.wanted("mqls_delivered", parse("2026-Q2", ZONE)) == 200
    assert Plan.objects.get(pk=in_force.pk).revision.state == State.SUPERSEDED
    assert Plan.objects.for_day(date(2026, 5, 1)) == second


def test_a_plan_signed_for_later_takes_effect_on_its_day(draft: Plan, theo: User, nora: User, at: datetime):
    first_of_april = datetime(2026, 4, 1, tzinfo=at.tzinfo)
    draft.propose(by=theo, at=at, effective_at=first_of_april)
    draft.sign(by=theo, at=at)
    assert draft.sign(by=nora, at=at) is False
    assert Plan.objects.take_effect(at=first_of_april - timedelta(seconds=1)) == 0
    assert not Target.objects.exists()
    assert Plan.objects.take_effect(at=first_of_april) == 1
    assert Plan.objects.get().counts
    assert Target.objects.wanted("mqls_delivered", parse("2026-Q2", ZONE)) == 250
    assert Plan.objects.take_effect(at=first_of_april) == 0


def test_of_two_plans_for_a_day_the_shorter_one_is_shown(
    in_force: Plan, theo: User, nora: User, calendar: WorkCalendar, at: datetime
):
    month = Plan.objects.draw_up("2026-05", Decimal(90_000), calendar, by=theo, at=at)
    month.propose(by=theo, at=at)
    month.sign(by=theo, at=at)
    month.sign(by=nora, at=at)
    assert Plan.objects.for_day(date(2026, 5, 31)) == month
    assert Plan.objects.for_day(date(2026, 6, 1)) == in_force
    assert Plan.objects.for_day(date(2026, 7, 1)) is None


@pytest.mark.parametrize("who", ["maya", "sam", "ada"])
def test_only_heads_sign(who: str, request, draft: Plan, theo: User, at: datetime):
    draft.propose(by=theo, at=at)
    with pytest.raises(NotAllowed):
        draft.sign(by=request.getfixturevalue(who), at=at)
    assert draft.revision.signatures.count() == 0


def test_a_draft_that_was_not_proposed_cannot_be_signed(draft: Plan, nora: User, at: datetime):
    with pytest.raises(Refused, match="there is nothing to sign"):
        draft.sign(by=nora, at=at)
    assert draft.revision.signatures.count() == 0


def test_declining_needs_a_reason_and_tells_whoever_proposed_it(draft: Plan, theo: User, nora: User, at: datetime):
    draft.propose(by=theo, at=at)
    with pytest.raises(Incomplete, match="what would have to change"):
        draft.decline(by=nora, because=" ", at=at)
    assert draft.waits
    draft.decline(by=nora, because="Acceptance was 62 % last year", at=at)
    assert Plan.objects.get().revision.declined_because == "Acceptance was 62 % last year"
    assert told("plan.declined") == {"Theo Blom"}


def test_withdrawing_a_proposal_voids_it_and_lets_a_new_draft_begin(draft: Plan, theo: User, nora: User, at: datetime):
    draft.propose(by=theo, at=at)
    draft.sign(by=nora, at=at)
    draft.withdraw(by=theo, at=at)
    with pytest.raises(Refused):
        draft.sign(by=theo, at=at)
    assert not Target.objects.exists()
    assert Plan.objects.draft_from(draft, by=theo, at=at).revision.number == 2


def test_the_other_head_is_told_of_a_proposal_and_everyone_of_a_plan_in_force(
    maya: User, rita: User, draft: Plan, theo: User, nora: User, at: datetime
):
    draft.propose(by=theo, at=at)
    assert told("plan.proposed") == {"Nora Vos"}
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    assert told("plan.in_force") == {"Maya Peters", "Theo Blom", "Sam de Wit", "Rita Kok"}
