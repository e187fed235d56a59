"""What stands where on a figure: exact geometry, and labels that never meet."""

import re
from itertools import pairwise

import pytest
from django.template import Context, Template

from common import charts

DAYS = [f"{day} Nov" for day in range(1, 23)]
PROMISE = [250 * day / 21 for day in range(22)]


def pace(actual: list[float]) -> charts.Chart:
    return charts.pace_line(actual, PROMISE, DAYS, title="MQLs delivered", side="marketing", unit="MQLs")


def drawn(template: str, **context: object) -> str:
    return Template(template).render(Context(context))


@pytest.mark.parametrize(
    ("maximum", "ticks"),
    [
        (250, [0, 100, 200, 300]),
        (500_000, [0, 200_000, 400_000, 600_000]),
        (8, [0, 2, 4, 6, 8]),
        (0.9, [0, 0.25, 0.5, 0.75, 1.0]),
        (0, [0, 1]),
    ],
)
def test_an_axis_has_few_round_steps(maximum: float, ticks: list[float]) -> None:
    assert charts.nice_ticks(maximum) == ticks


@pytest.mark.parametrize(("most", "ticks"), [(1, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 5, 10]), (23, [0, 10, 20, 30])])
def test_what_is_counted_has_no_half_steps(most: int, ticks: list[int]) -> None:
    assert charts.nice_ticks(most, whole=True) == ticks


def test_the_pace_chart_says_in_one_sentence_what_it_shows() -> None:
    assert pace([0, 14, 23]).sentence == ("MQLs delivered: 23 MQLs so far, 23.8 due by now, 250 promised by 22 Nov.")
    assert pace([]).sentence == "MQLs delivered: no MQLs yet, 250 promised by 22 Nov."


def test_the_table_behind_the_pace_chart_has_every_day() -> None:
    rows = pace([0, 14]).rows
    assert rows[1] == ("2 Nov", "14", "11.9")
    assert rows[21] == ("22 Nov", "", "250")


def test_the_curve_starts_at_the_axis_and_the_dot_stands_at_its_end() -> None:
    chart = pace([0, 125, 250])
    assert chart.paths["curve"] == "M33.5,170.0 L53.8,107.5 L74.2,45.0"
    assert chart.dot == (74.2, 45.0)


def test_the_end_label_turns_to_the_left_at_the_right_edge() -> None:
    early, late = pace([0, 14]).end, pace([250.0] * 22).end
    assert (early.anchor, late.anchor) == ("start", "end")


def test_the_end_label_stands_below_a_curve_that_is_behind() -> None:
    ahead, behind = pace([0, 60, 150]), pace([0, 14, 23, 30, 36, 48, 58, 63])
    assert (ahead.dot[1], ahead.end.y) == (95.0, 85.0)
    assert (behind.dot[1], behind.end.y) == (138.5, 156.5)


def test_columns_after_the_agreed_line_are_late() -> None:
    chart = charts.histogram(
        [22, 31, 4, 1],
        ["0–1 h", "1–2 h", "2–3 h", "3 h +"],
        title="Hours to first attempt",
        side="sales",
        agreed=2,
        agreed_words="agreed: 2 h",
    )
    assert [column.late for column in chart.columns] == [False, False, True, True]
    assert chart.line_x == 250.0
    assert chart.sentence == "Hours to first attempt: 58 leads, 5 of them after the agreed time."
    assert chart.columns[1].height == 136.0


def test_the_agreed_label_turns_to_the_left_at_the_right_edge() -> None:
    labels = [f"{hour} h" for hour in range(12)]
    common = {"title": "Hours", "side": "sales", "agreed_words": "agreed: 11 h"}
    assert charts.histogram([1] * 12, labels, agreed=11, **common).labels[-1].anchor == "end"
    assert charts.histogram([1] * 12, labels, agreed=8, **common).labels[-1].anchor == "start"


def test_a_histogram_of_nothing_is_flat() -> None:
    chart = charts.histogram([0, 0], ["0 h", "1 h"], title="Hours", side="sales")
    assert [column.height for column in chart.columns] == [0.0, 0.0]


def test_the_band_opens_from_the_last_point_to_low_and_high() -> None:
    chart = heading([0, 100], (150, 250, 300))
    assert chart.paths["fan"] == "M247.0,120.0 L460.5,20.0 L460.5,95.0Z"
    assert chart.head == ("Day", "So far", "Due", "Low", "Likely", "High")
    assert chart.rows[1:] == [("Feb", "100", "200", "", "", ""), ("Mar", "", "300", "150", "250", "300")]
    assert chart.sentence == (
        "Won: 100 MQLs so far, 200 due by now, heading for 250 (150 to 300), 300 promised by Mar."
    )


def test_what_is_ahead_of_its_pace_is_labelled_left_of_the_band() -> None:
    assert heading([0, 250], (260, 270, 280)).end.anchor == "end"
    assert heading([0, 100], (150, 250, 300)).end.anchor == "start"


@pytest.mark.parametrize("actual", [[], [0, 100, 300]])
def test_before_it_begins_and_when_it_is_over_there_is_no_band(actual: list[float]) -> None:
    chart = heading(actual, (100, 100, 100))
    assert "fan" not in chart.paths
    assert chart.head == ("Day", "So far", "Due")


def heading(actual: list[float], ahead: tuple[float, float, float]) -> charts.Chart:
    months = ["Jan", "Feb", "Mar"]
    return charts.pace_line(actual, [100, 200, 300], months, title="Won", side="sales", unit="MQLs", ahead=ahead)


@pytest.mark.parametrize("reached", range(22))
def test_no_two_labels_of_a_chart_meet(reached: int) -> None:
    """A label takes about 6.5 units a letter and 11 in height."""
    chart = pace([value * 0.97 for value in PROMISE[: reached + 1]])
    boxes = []
    for text in [*chart.grid, *chart.labels, chart.end]:
        width = len(text.words) * 6.5
        left = text.x - width if text.anchor == "end" else text.x
        boxes.append((left, left + width, text.y - 8, text.y + 3))
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
            assert apart, (one, other)


def test_the_chain_descends_with_the_orders_of_magnitude() -> None:
    heights = charts.chain_heights([125_000, 2_500, 250, 200, 80, 20, None])
    assert heights[0] == 100
    assert heights[5:] == [20, 20]
    assert all(higher > lower for higher, lower in pairwise(heights[:6]))


@pytest.mark.parametrize(
    ("fit", "engagement", "threshold", "shares"),
    [
        (45, 41, 60, (0.45, 0.41, 0.6)),
        (-10, 50, 60, (0.0, 0.4, 0.6)),
        (50, -20, 60, (0.3, 0.0, 0.6)),
        (-50, 20, 60, (0.0, 0.0, 0.6)),
        (120, 80, 100, (0.6, 0.4, 0.5)),
    ],
)
def test_the_gauge_shows_both_axes_and_never_a_total_below_nothing(
    fit: int, engagement: int, threshold: int, shares: tuple[float, float, float]
) -> None:
    assert charts.shares(fit, engagement, threshold) == pytest.approx(shares)


def test_a_sparkline_spans_its_own_range() -> None:
    assert charts.spark([1, 3, 2]) == "M2.0,19.0 L42.0,3.0 L82.0,11.0"
    assert charts.spark([1]) == ""


def test_the_bar_ends_at_the_larger_of_value_target_and_pace() -> None:
    assert re.findall(r'width="([\d.]+)%" height="6" rx="3"/>|x="([\d.]+)%" o', drawn("{% bar 183 250 178 %}")) == [
        ("100", ""),
        ("73.2", ""),
        ("", "71.2"),
    ]
    assert 'width="100.0%"' in drawn("{% bar 300 250 178 %}")
    assert 'width="0.0%"' in drawn("{% bar none 1 0.9 %}", none=None)


def test_every_chart_has_a_name_and_a_table_behind_it() -> None:
    html = drawn("{% chart figure %}", figure=pace([0, 14]))
    assert 'role="img" aria-label="MQLs delivered: 14 MQLs so far' in html
    assert html.count('<th scope="row">') == 22
    assert "style=" not in html
