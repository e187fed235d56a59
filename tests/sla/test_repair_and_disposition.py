"""The promises beyond the first attempt: to complete what came back, to decide, and to bring a hand-off to an end."""

from datetime import UTC, datetime, timedelta

from common.periods import month_of
from leads.models import Handoff, Lead, ReturnReason
from leads.promotion import qualify_by_hand
from leads.undo import undo
from sla import attainment
from sla.models import Agreement, Clock
from sla.scorecard import scorecard

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEXT_NOON = datetime(2026, 3, 12, 10, 30, tzinfo=UTC)  # 8 working hours after Wednesday 12:00
THREE_DAYS = datetime(2026, 3, 16, 16, 30, tzinfo=UTC)  # the end of Monday, the third working day
LAST_DAY = datetime(2026, 4, 8, 15, 30, tzinfo=UTC)  # the end of the twentieth working day


def send_back(handoff: Handoff, code: str, by, at: datetime, **more):
    reason = ReturnReason.objects.get(code=code)
    return Handoff.objects.get(pk=handoff.pk).send_back(reason, by=by, at=at, **more)


def repairs() -> list[Clock]:
    return list(Clock.objects.filter(commitment__metric="repair_attainment").order_by("started_at"))


def test_what_comes_back_for_repair_is_marketings_to_complete_in_time(hand_over, sam, maya, at):
    handoff = hand_over(at)
    assert repairs() == []

    send_back(handoff, "incomplete_data", sam, at + 2 * HOUR, evidence={"fields": ["phone"]})
    [clock] = repairs()
    assert (clock.started_at, clock.due_at, clock.owner) == (at + 2 * HOUR, NEXT_NOON, None)

    Handoff.objects.get(pk=handoff.pk).finish_repair(by=maya, at=at + 3 * HOUR)
    [clock] = repairs()
    assert (clock.is_met, clock.took) == (True, HOUR)


def test_each_repair_of_a_hand_off_has_a_clock_of_its_own(hand_over, sam, maya, at):
    handoff = hand_over(at)
    for hour in (1, 3):
        send_back(handoff, "incomplete_data", sam, at + hour * HOUR, evidence={"fields": ["phone"]})
        Handoff.objects.get(pk=handoff.pk).finish_repair(by=maya, at=at + (hour + 1) * HOUR)

    assert [(clock.started_at, clock.took) for clock in repairs()] == [(at + HOUR, HOUR), (at + 3 * HOUR, HOUR)]


def test_a_repair_left_lying_is_marketings_miss_and_no_repair_is_nobodys(hand_over, sam, at):
    handoff = hand_over(at)
    send_back(handoff, "incomplete_data", sam, at + 2 * HOUR, evidence={"fields": ["phone"]})
    Clock.objects.flag_breaches(at=NEXT_NOON + HOUR)

    [clock] = repairs()
    assert (clock.breached_at, clock.commitment.side) == (NEXT_NOON, "marketing")


def test_a_repair_whose_return_is_undone_is_void(hand_over, sam, at):
    handoff = hand_over(at)
    send_back(handoff, "incomplete_data", sam, at + HOUR, evidence={"fields": ["phone"]})
    undo(handoff.lead, by=sam, at=at + HOUR + timedelta(minutes=5))

    [clock] = repairs()
    assert clock.void_at == at + HOUR


def plans() -> list[Clock]:
    return list(Clock.objects.filter(commitment__metric="plan_attainment").order_by("handoff"))


def test_who_comes_back_not_ready_has_a_plan_within_three_working_days(hand_over, sam, maya, at):
    handoff = hand_over(at)
    assert plans() == []

    send_back(handoff, "low_intent", sam, at + HOUR, note="Only wanted the white paper.")
    [clock] = plans()
    assert (clock.started_at, clock.due_at) == (at + HOUR, THREE_DAYS)

    plan = {"owner": maya, "plan": "The newsletter.", "review_on": (at + 30 * DAY).date(), "by": maya}
    lead = Lead.objects.get(pk=handoff.lead_id)
    lead.plan_nurture(**plan, at=at + DAY)
    lead.plan_nurture(**plan | {"plan": "A call in May."}, at=THREE_DAYS + DAY)  # the first one is what was promised
    [clock] = plans()
    assert (clock.done_at, clock.is_met) == (at + DAY, True)


def test_without_a_plan_it_is_marketings_miss_unless_the_person_went_on_before(hand_over, sam, maya, at):
    forgotten, went_on = hand_over(at), hand_over(at)
    for handoff in (forgotten, went_on):
        send_back(handoff, "low_intent", sam, at + HOUR, note="Only wanted the white paper.")
    qualify_by_hand(Lead.objects.get(pk=went_on.lead_id), note="Called us.", by=maya, at=at + DAY)
    Clock.objects.flag_breaches(at=THREE_DAYS + HOUR)

    assert [(clock.handoff_id, clock.is_missed, clock.void_at) for clock in plans()] == [
        (forgotten.pk, True, None),
        (went_on.pk, False, at + DAY),
    ]


def test_a_hand_off_comes_to_an_end_in_twenty_working_days_by_a_deal_or_a_return(hand_over, clock_of, sam, at):
    dealt, returned, forgotten = hand_over(at), hand_over(at), hand_over(at)
    for handoff in (dealt, forgotten):
        Handoff.objects.get(pk=handoff.pk).accept(by=sam, at=at + HOUR)
    Handoff.objects.get(pk=dealt.pk).confirm({}, by=sam, at=at + 2 * HOUR)
    Handoff.objects.get(pk=dealt.pk).open_deal(
        amount=9000, currency="EUR", closes_on=(at + 60 * DAY).date(), by=sam, at=LAST_DAY
    )
    send_back(returned, "low_intent", sam, at + DAY, note="Only wanted the white paper.")
    Clock.objects.flag_breaches(at=LAST_DAY + HOUR)

    ends = [clock_of(handoff, metric="disposition_attainment") for handoff in (dealt, returned, forgotten)]
    assert [(clock.due_at, clock.is_met, clock.is_missed) for clock in ends] == [
        (LAST_DAY, True, False),
        (LAST_DAY, True, False),
        (LAST_DAY, False, True),
    ]


def test_an_open_hand_off_that_was_called_says_what_is_due_next(hand_over, sam, at):
    handoff = hand_over(at)
    send_back(handoff, "incomplete_data", sam, at + HOUR, evidence={"fields": ["phone"]})
    handoff.refresh_from_db()
    assert (handoff.due_at, handoff.due_for) == (None, "")  # it waits for marketing, not for the rep


def test_deciding_has_a_clock_only_where_it_is_promised(agreement, hand_over, clock_of, sam, theo, nora, at):
    before = hand_over(at)
    assert not Clock.objects.filter(commitment__metric="decision_attainment").exists()

    draft = Agreement.objects.draft_from(agreement, by=theo, at=at)
    draft.edit(by=theo, promises={"decision_attainment": {"allowed": 4 * HOUR}})
    draft.propose(by=theo, at=at)
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at + HOUR)
    after = hand_over(at + HOUR)
    Handoff.objects.get(pk=after.pk).accept(by=sam, at=at + 3 * HOUR)
    Handoff.objects.get(pk=before.pk).accept(by=sam, at=at + 3 * HOUR)

    [clock] = Clock.objects.customers().filter(commitment__metric="decision_attainment")
    assert (clock.handoff_id, clock.took, clock.is_met) == (after.pk, 2 * HOUR, True)
    assert clock_of(after).is_awaited  # accepting is no first attempt


def test_the_scorecard_has_both_new_lines_with_their_cases(hand_over, sam, maya, at):
    handoff = hand_over(at)
    send_back(handoff, "incomplete_data", sam, at + 2 * HOUR, evidence={"fields": ["phone"]})
    Handoff.objects.get(pk=handoff.pk).finish_repair(by=maya, at=at + 3 * HOUR)

    month = month_of(at, "Europe/Amsterdam")
    assert attainment.kept_and_due(["repair_attainment"], month) == (1, 1)
    card = scorecard(month, at=at + DAY)
    metrics = {side.side.value: [line.commitment.metric for line in side.lines] for side in card.sides}
    assert "repair_attainment" in metrics["marketing"]
    assert "disposition_attainment" in metrics["sales"]
