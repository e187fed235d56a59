"""A trend as a drawing: every measured period a dot, a gap where nothing was measured, hollow what may change."""

from common.trends import Point, trend


def drawn(*values: float | None, **told):
    points = [Point(f"W{n}", value, "–" if value is None else str(value)) for n, value in enumerate(values, start=1)]
    return trend(points, title="MQLs", side="marketing", say=str, **told)


def test_the_line_begins_anew_after_a_gap():
    chart = drawn(1, 2, None, 4)
    assert chart.paths["curve"].count("M") == 2
    assert len(chart.dots) == 3
    assert chart.rows == [("W1", "1"), ("W2", "2"), ("W3", "–"), ("W4", "4")]
    assert chart.sentence == "MQLs: W1 1, W2 2, W3 –, W4 4."


def test_what_lies_below_nought_has_room():
    chart = drawn(-0.5, 1.0)
    assert chart.frame.lowest == -0.5
    heights = [y for _, y, _ in chart.dots]
    assert chart.frame.top <= heights[1] < heights[0] <= chart.frame.base


def test_the_last_label_stands_where_the_line_does_not():
    assert drawn(4, 2).end.y > drawn(4, 2).dots[-1][1]
    assert drawn(2, 4).end.y < drawn(2, 4).dots[-1][1]


def test_nothing_measured_draws_its_axis_alone():
    chart = drawn(None, None)
    assert (chart.dots, chart.end, chart.paths["curve"]) == ([], None, "")


def test_what_may_change_is_hollow():
    chart = trend([Point("W1", 1, "1"), Point("W2", 2, "2", is_open=True)], title="MQLs", side="", say=str)
    assert [hollow for *_, hollow in chart.dots] == [False, True]
