"""A plan divided in segments: the parts add up to the whole, to the fraction."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from goals.funnel import Assumptions, backwards
from goals.segments import OWN, Segment, blended, mistakes

PLAN = Assumptions(
    1_000_000, Decimal("0.5"), 25_000, Decimal("0.25"), Decimal("0.4"), Decimal("0.8"), Decimal("0.1"),
    visit_to_lead=Decimal("0.02"),
)  # fmt: skip
LARGE = Segment("Large fleets", Decimal("0.6"), average_deal=Decimal(50_000), win_rate=Decimal("0.2"))
SMALL = Segment("Small fleets", Decimal("0.4"))
COUNTS = ("deals", "new_deals", "opportunities", "sal", "mql", "leads", "visits")

rates = st.none() | st.integers(1, 100).map(lambda percent: Decimal(percent) / 100)


@st.composite
def divisions(draw) -> list[Segment]:
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    shares = [Decimal(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    deals = st.none() | st.integers(1, 90).map(lambda thousands: Decimal(thousands * 1000))
    return [Segment(str(n), share, draw(deals), *(draw(rates) for _ in OWN[1:])) for n, share in enumerate(shares)]


@given(divisions(), st.integers(0, 100))
def test_what_the_blended_plan_needs_is_what_its_segments_need_together(segments, still_open):
    plan = replace(PLAN, open_opportunities=still_open)
    assert list(mistakes(plan, segments)) == []
    parts = [backwards(segment.within(plan)) for segment in segments]
    whole = backwards(blended(plan, segments))
    for name in COUNTS:
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)


def test_two_segments_by_hand():
    """300,000 in deals of 50,000 are 6, at 20 % won; 200,000 in deals of 25,000 are 8, at 25 %."""
    whole = backwards(blended(PLAN, [LARGE, SMALL]))
    assert (whole.deals, whole.opportunities, whole.mql) == (14, 30 + 32, Fraction(62) / Fraction("0.32"))
    assert blended(PLAN, [LARGE, SMALL]).average_deal == Fraction(500_000, 14)


@given(st.integers(0, 100))
def test_one_segment_as_the_plan_is_the_plan(still_open):
    plan = replace(PLAN, open_opportunities=still_open)
    assert backwards(blended(plan, [Segment("All", Decimal(1))])) == backwards(plan)


def test_what_cannot_be_is_named():
    assert list(mistakes(PLAN, [LARGE])) == ["The shares of the segments add up to 100\N{NO-BREAK SPACE}%."]
    twice = [replace(SMALL, share=Decimal("0.5"))] * 2
    assert list(mistakes(PLAN, twice)) == ["Each segment has a name of its own."]
    none = [replace(LARGE, share=Decimal(1), win_rate=Decimal(0))]
    assert list(mistakes(PLAN, none)) == [
        "Large fleets: The win rate must be more than 0 and at most 100\N{NO-BREAK SPACE}%."
    ]


def test_a_segment_comes_back_as_it_was_kept():
    assert Segment.of(LARGE.as_json()) == LARGE
    assert LARGE.as_json() == {
        "name": "Large fleets", "share": "0.6", "average_deal": "50000", "win_rate": "0.2",
        "sal_to_opportunity": None, "acceptance": None, "lead_to_mql": None,
    }  # fmt: skip
