"""The scorecard of one small month with known figures, and that every figure equals the rows it opens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.access import Side
from common import metrics
from common.periods import parse
from leads.models import Attempt, Handoff, ReturnReason
from sla.attainment import by_rep, responses, responses_of_each
from sla.holdback import causes, in_one_sentence, told
from sla.models import Clock
from sla.scorecard import Scorecard, SideCard, Standing, scorecard

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
LATER = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)  # a Friday, after fourteen of March's twenty-two working days


@pytest.fixture
def march(hand_over, sam, theo, nora, at, clock_shows):
    """Ten hand-offs on Wednesday the 11th: six called in time, one late, one never, two returned within an hour.

    One of the returns counts against marketing's quality. All that Sam was to do about them is due.
    """
    handoffs = [hand_over(at) for _ in range(10)]
    for n, handoff in enumerate(handoffs[:6]):
        call(handoff, sam, at + (n + 1) * HOUR)
    call(handoffs[6], sam, at + 2 * DAY)
    send_back(handoffs[8], "low_intent", sam, at + HOUR)
    send_back(handoffs[9], "no_budget", sam, at + HOUR)
    clock_shows(LATER)
    Clock.objects.flag_breaches(at=LATER)
    return handoffs


def call(handoff: Handoff, by, at: datetime) -> None:
    Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=by, at=at)


def send_back(handoff: Handoff, code: str, by, at: datetime) -> None:
    handoff.send_back(ReturnReason.objects.get(code=code), by=by, at=at, note="They said so on the phone.")


def line(metric: str, at: datetime = LATER):
    card = scorecard(MARCH, at=at)
    return next(line for side in card.sides for line in side.lines if line.commitment.metric == metric)


def test_attainment_is_met_of_what_fell_due(march):
    assert line("first_attempt_attainment").value == 8 / 10
    assert line("first_attempt_attainment").standing == Standing.BEHIND
    assert metrics.value("response_median", MARCH) == 3 * HOUR
    assert metrics.value("response_coverage", MARCH) == 9 / 10
    assert metrics.value("response_p90", MARCH) == timedelta(hours=17)


def test_the_times_of_each_figure_are_those_of_its_cases_alone(march, hand_over, sam, maya, clock_shows):
    repair = hand_over(LATER - DAY)
    missing = {"fields": ["phone"]}
    repair.send_back(ReturnReason.objects.get(code="incomplete_data"), by=sam, at=LATER - DAY, evidence=missing)
    Handoff.objects.get(pk=repair.pk).finish_repair(by=maya, at=LATER - DAY + 2 * HOUR)
    clock_shows(LATER + DAY)

    found = responses_of_each(MARCH)

    assert set(found) == {"first_attempt_attainment", "repair_attainment"}
    assert found["repair_attainment"].median == 2 * HOUR
    for metric, times in found.items():
        assert times == responses(MARCH, [metric])


def test_what_is_not_due_yet_counts_neither_way(march, hand_over, sam, clock_shows):
    hand_over(LATER - HOUR)
    call(hand_over(LATER - HOUR), sam, LATER)

    assert metrics.value("first_attempt_attainment", MARCH) == 8 / 10
    clock_shows(LATER + 3 * DAY)
    assert metrics.value("first_attempt_attainment", MARCH) == 9 / 12


def test_overdue_and_open_counts_as_missed_before_the_sweep_has_seen_it(hand_over, clock_shows, sam, at):
    hand_over(at)
    clock_shows(at + 2 * DAY)

    assert metrics.value("first_attempt_attainment", MARCH) == 0


def test_an_excused_case_is_left_out_and_counted_apart(march, theo):
    late = Clock.objects.customers().late().get(handoff=march[7], commitment__metric="first_attempt_attainment")
    late.waive(because="Their number was wrong in our import.", by=theo, at=LATER)

    assert metrics.value("first_attempt_attainment", MARCH) == 8 / 9
    assert metrics.value("excused", MARCH) == 1


def test_marketing_is_credited_at_the_hand_off_less_quality_returns(march):
    delivered = line("mqls_delivered")

    assert delivered.value == 9
    assert delivered.wanted == 20
    assert delivered.due == pytest.approx(20 * 14 / 22)
    assert delivered.standing == Standing.BEHIND
    assert delivered.note == "in March 2026, 13 due by this morning"


def test_acceptance_is_of_those_decided(march):
    assert line("acceptance_rate").value == 7 / 9
    assert line("reasons_given").value == 1.0
    assert line("reasons_given").standing == Standing.ON_PACE


def test_a_later_refusal_does_not_change_the_first_decision(march, sam):
    accepted = Handoff.objects.get(pk=march[0].pk)
    send_back(accepted, "low_intent", sam, LATER)

    assert metrics.value("acceptance_rate", MARCH) == 7 / 9


def test_a_quality_return_after_the_books_are_closed_is_an_adjustment(march, sam, clock_shows):
    in_time, too_late = datetime(2026, 4, 7, 14, 0, tzinfo=UTC), datetime(2026, 4, 8, 8, 0, tzinfo=UTC)
    send_back(Handoff.objects.get(pk=march[0].pk), "low_intent", sam, in_time)
    assert metrics.value("mqls_delivered", MARCH) == 8

    send_back(Handoff.objects.get(pk=march[1].pk), "low_intent", sam, too_late)
    assert metrics.value("mqls_delivered", MARCH) == 8
    assert metrics.value("mqls_adjusted", MARCH.next()) == 1
    assert metrics.value("mqls_delivered", MARCH.next()) == 0


def test_only_a_closed_period_is_missed(march):
    assert line("mqls_delivered").standing == Standing.BEHIND
    last_day = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    assert line("mqls_delivered", at=last_day).standing == Standing.OUT_OF_REACH
    assert line("mqls_delivered", at=MARCH.end).standing == Standing.MISSED
    assert line("acceptance_rate", at=MARCH.end).standing == Standing.MISSED
    assert line("reasons_given", at=MARCH.end).standing == Standing.MET


def test_where_nothing_fell_due_there_is_nothing_to_say(march):
    hot = line("first_attempt_attainment_hot")

    assert (hot.value, hot.attained, hot.standing) == (None, None, Standing.NOTHING)


def test_alignment_is_the_geometric_mean_of_both_sides_capped(march, agreement):
    card = scorecard(MARCH, at=LATER)
    marketing, sales = card.sides

    delivered, accepted, planned = 9 / (20 * 14 / 22), 7 / 9 / 0.8, 0  # nobody planned for who came back
    assert marketing.attained == pytest.approx((delivered + accepted + planned) / 3)
    assert sales.attained == pytest.approx((0.8 / 0.85 + 1) / 2)
    assert card.alignment == pytest.approx((marketing.attained * sales.attained) ** 0.5)
    assert (marketing.points, sales.points, card.points) == (55, 97, 73)  # 55.98 is not yet 56
    assert metrics.value("alignment", MARCH) == card.alignment

    agreement.formula = "weaker"
    agreement.save()
    assert scorecard(MARCH, at=LATER).alignment == marketing.attained


def test_what_stands_between_the_sides_and_the_reward_is_every_promise_that_does_not_hold(march):
    missing = [line.commitment.metric for line in scorecard(MARCH, at=LATER).missing]
    assert missing == ["mqls_delivered", "acceptance_rate", "plan_attainment", "first_attempt_attainment"]
    assert metrics.value("reward_missing", MARCH) == len(metrics.rows("reward_missing", MARCH)) == 4
    assert not scorecard(MARCH, at=LATER).is_rewarded


@pytest.mark.parametrize(("standings", "rewarded"), [("mm", True), ("mo", True), ("mn", False), ("mb", False)])
def test_the_reward_is_for_both_sides_holding(march, agreement, standings, rewarded):
    """m: met, o: on pace, n: nothing fell due, b: behind; one promise a side."""
    words = {"m": Standing.MET, "o": Standing.ON_PACE, "n": Standing.NOTHING, "b": Standing.BEHIND}
    promise = line("acceptance_rate")
    sides = [
        SideCard(side, [replace(promise, standing=words[each], value=None if each == "n" else 0.5)])
        for side, each in zip(Side, standings, strict=True)
    ]
    assert Scorecard(agreement, MARCH, False, sides).is_rewarded is rewarded


def test_without_an_agreement_there_is_no_scorecard(db, at):
    assert scorecard(MARCH, at=at) is None
    assert metrics.value("alignment", MARCH) is None


def test_every_count_is_the_number_of_its_rows_and_every_share_a_part_of_them(march, sam, rita, theo, nora):
    for metric in metrics.catalogue():
        value, rows = metric.value(MARCH), list(metric.rows(MARCH))
        if metric.unit == "count":
            assert value == len(rows), metric.key
        elif metric.unit == "share" and metric.key != "alignment" and rows:
            assert (value * len(rows)) == pytest.approx(round(value * len(rows))), metric.key


def test_attainment_equals_what_plain_python_finds_in_the_events(march):
    kept = 0
    for handoff in Handoff.objects.all():
        acts = [attempt.at for attempt in handoff.attempts.all()] + [returned.at for returned in handoff.returns.all()]
        kept += any(act <= datetime(2026, 3, 12, 8, 30, tzinfo=UTC) for act in acts)

    assert metrics.value("first_attempt_attainment", MARCH) == kept / Handoff.objects.count()


def test_by_rep_figures_are_for_that_rep_and_the_head_of_sales(march, sam, rita, nora, theo):
    assert [(row.rep, row.kept, row.cases) for row in by_rep(MARCH, nora)] == [(sam, 8, 10)]
    assert [(row.rep, row.kept, row.cases) for row in by_rep(MARCH, sam)] == [(sam, 8, 10)]
    assert by_rep(MARCH, rita) == []
    assert by_rep(MARCH, theo) == []


def test_what_holds_it_back_is_the_group_that_explains_most_of_the_misses(hand_over, clock_shows, sam, at):
    afternoon = at + 5 * HOUR + timedelta(minutes=30)  # 15:30
    for day in (0, 1):
        for _ in range(4):
            call(hand_over(at + day * DAY), sam, at + day * DAY + HOUR)
            call(hand_over(afternoon + day * DAY), sam, afternoon + (day + 4) * DAY)
    clock_shows(LATER)

    found = causes(MARCH)

    assert in_one_sentence(told(MARCH)) == "first attempts on hand-offs made after 15:00 come late (8 of 8 misses)."
    assert len(found[0].rows) == metrics.value("held_back", MARCH) == 8


def test_few_misses_explain_nothing(march):
    assert causes(MARCH) == []
    assert in_one_sentence([]) == ""


def test_returns_that_mostly_say_the_same_hold_marketing_back(hand_over, sam, at, clock_shows):
    for _ in range(6):
        send_back(hand_over(at), "low_intent", sam, at + HOUR)
    clock_shows(LATER)

    assert in_one_sentence(told(MARCH)) == "6 of 6 quality returns say “not really interested yet”."


def test_a_target_is_spread_over_whatever_period_is_asked_for(march):
    quarter = scorecard(parse("2026-Q1", "Europe/Amsterdam"), at=LATER)
    delivered = quarter.sides[0].lines[0]

    assert delivered.wanted == 60
    assert delivered.commitment.target == Decimal(20)
