"""The credit for a deal, shared among the touches that led to it."""

import csv
import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.attribution import MODELS, Milestone, Step, path, shares, split

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LEAD, DEAL, WON = Milestone.LEAD, Milestone.DEAL, Milestone.WON


def on(*days: float) -> list[datetime]:
    return [START + DAY * day for day in days]


def reached(lead: float, deal: float, won: float) -> dict[Milestone, datetime]:
    return {LEAD: START + DAY * lead, DEAL: START + DAY * deal, WON: START + DAY * won}


def percent(parts: list[Fraction]) -> list[float]:
    return [round(float(part) * 100, 1) for part in parts]


# Five touches: the second made the lead, the fourth opened the deal, the fifth was the last before it was won.
FIVE, REACHED = on(0, 10, 20, 30, 40), reached(lead=12, deal=31, won=50)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first_touch", [100, 0, 0, 0, 0]),
        ("last_touch", [0, 0, 0, 0, 100]),
        ("linear", [20, 20, 20, 20, 20]),
        ("u_shaped", [40, 40, 6.7, 6.7, 6.7]),
        ("w_shaped", [30, 30, 5, 30, 5]),
        ("full_path", [22.5, 22.5, 10, 22.5, 22.5]),
    ],
)
def test_each_model_on_a_path_that_has_everything(model, expected):
    assert percent(shares(FIVE, MODELS[model], REACHED)) == expected


def test_time_decay_halves_with_each_week():
    ages = [28, 14, 7, 0]
    parts = shares([START - DAY * age for age in ages], MODELS["time_decay"], REACHED)
    assert percent(parts) == [3.4, 13.8, 27.6, 55.2]


def test_a_touch_that_holds_several_milestones_gets_the_sum_of_theirs():
    assert percent(shares(on(0, 10, 20), MODELS["w_shaped"], reached(lead=1, deal=2, won=30))) == [90, 5, 5]


def test_without_others_the_milestones_share_their_part_in_proportion():
    assert percent(shares(on(0, 10), MODELS["u_shaped"], reached(lead=10, deal=20, won=30))) == [50, 50]


def test_a_milestone_that_no_touch_came_before_is_left_out_of_the_sum():
    imported = reached(lead=-5, deal=21, won=30)  # the lead was there before the first touch that is known
    assert percent(shares(on(0, 10, 20), MODELS["w_shaped"], imported)) == [42.9, 14.3, 42.9]


@pytest.mark.parametrize("model", MODELS)
def test_a_single_touch_gets_it_all_and_no_touch_gets_nothing(model):
    assert shares(on(3), MODELS[model], REACHED) == [1]
    assert shares([], MODELS[model], REACHED) == []


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=12).map(sorted),
    lead=st.integers(-10, 400),
    deal=st.integers(0, 200),
    model=st.sampled_from(sorted(MODELS)),
    cents=st.integers(1, 10**9),
)
def test_shares_add_up_to_one_and_amounts_to_the_cent(days, lead, deal, model, cents):
    amount = Decimal(cents) / 100
    parts = shares(on(*days), MODELS[model], reached(lead, lead + deal, 400))

    assert sum(parts) == 1
    assert all(part >= 0 for part in parts)
    money = split(amount, parts)
    assert sum(money) == amount
    assert all(
        abs(Fraction(paid) - Fraction(amount) * part) < Fraction(1, 100)
        for paid, part in zip(money, parts, strict=True)
    )


@given(days=st.lists(st.integers(0, 90), min_size=1, max_size=10, unique=True).map(sorted))
def test_time_decay_is_what_floating_point_reckons(days):
    by_hand = [math.exp2(day / 7) for day in days]
    parts = shares(on(*days), MODELS["time_decay"], REACHED)
    assert [float(part) for part in parts] == pytest.approx([each / sum(by_hand) for each in by_hand])


def test_the_cents_that_are_left_go_to_the_largest_remainders():
    thirds = [Fraction(1, 3)] * 3
    assert split(Decimal("100.00"), thirds) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal("0.02"), [Fraction(1, 10), Fraction(45, 100), Fraction(45, 100)]) == [
        Decimal("0.00"), Decimal("0.01"), Decimal("0.01"),
    ]  # fmt: skip


def test_one_person_in_one_campaign_on_one_day_counts_once():
    def step(hour: float, touch: int, lead: int = 1, campaign: int | None = 7) -> Step:
        return Step(START + timedelta(hours=hour), touch, lead, campaign)

    seen = [step(0, 1), step(3, 2), step(3, 3, lead=2), step(4, 4, campaign=8), step(15, 5)]  # the last: midnight
    nobodys = [step(5, 6, campaign=None), step(6, 7, campaign=None)]

    counted = path([*seen, *nobodys], since=START, until=START + DAY)
    assert [each.touch_id for each in counted] == [1, 3, 4, 6, 7, 5]


def test_the_look_back_and_the_win_bound_the_path():
    steps = [Step(START + DAY * day, day, 1, day) for day in range(5)]
    counted = path(steps, since=START + DAY, until=START + 3 * DAY)
    assert [each.touch_id for each in counted] == [1, 2, 3]


@pytest.fixture(scope="module")
def journeys(shared_data) -> list[tuple[list[str], int, Fraction]]:
    """Ten thousand real paths: the channels in order, how many conversions they led to, and of what value."""
    with open(shared_data / "channel_attribution_paths" / "data.csv") as file:
        return [
            (row["path"].split(" > "), int(row["total_conversions"]), Fraction(row["total_conversion_value"]))
            for row in csv.DictReader(file)
        ]


def by_channel(journeys, model: str) -> dict[str, Fraction]:
    """The conversions that a model gives each channel."""
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for channels, conversions, _ in journeys:
        parts = shares(on(*range(len(channels))), MODELS[model], reached(len(channels) // 3, len(channels) // 2, 999))
        for channel, part in zip(channels, parts, strict=True):
            totals[channel] += conversions * part
    return dict(totals)


@pytest.mark.shared_data
@pytest.mark.parametrize("model", MODELS)
def test_ten_thousand_real_paths_give_back_what_went_in(model, journeys):
    conversions, value = Fraction(0), Fraction(0)
    for channels, converted, worth in journeys:
        parts = shares(on(*range(len(channels))), MODELS[model], reached(len(channels) // 3, len(channels) // 2, 999))
        conversions += sum(converted * part for part in parts)
        value += sum(worth * part for part in parts)

    assert len(journeys) == 10_000
    assert conversions == sum(converted for _, converted, _ in journeys)
    assert value == sum(worth for *_, worth in journeys)


@pytest.mark.shared_data
def test_first_last_and_linear_are_what_counting_the_channels_gives(journeys):
    first, last, linear = defaultdict(Fraction), defaultdict(Fraction), defaultdict(Fraction)
    for channels, conversions, _ in journeys:
        first[channels[0]] += conversions
        last[channels[-1]] += conversions
        for channel in channels:
            linear[channel] += Fraction(conversions, len(channels))

    for model, by_hand in (("first_touch", first), ("last_touch", last), ("linear", linear)):
        given = by_channel(journeys, model)
        assert {channel: given[channel] for channel in by_hand} == by_hand
        assert sum(given.values()) == sum(by_hand.values())
