"""How the product writes numbers, money and time; a space before a unit never breaks the line."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone

from common.templatetags import words

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
SPACE = "\N{NO-BREAK SPACE}"


def drawn(template: str, **context: object) -> str:
    return Template(template).render(Context({"now": NOW, **context}))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ 0.84|percent }}", "84_%"),
        ("{{ 0.114|percent:1 }}", "11.4_%"),
        ("{{ none|percent }}", "–"),
        ("{{ 125000|number }}", "125,000"),
        ("{{ 2.5|number }}", "2.5"),
        ("{{ 20|points }}", "+20"),
        ("{{ minus|points }}", "−20"),
        ("{{ 0|points }}", "0"),
        ("{{ 25000|money:'EUR' }}", "€_25,000"),
        ("{{ cents|money:'USD' }}", "−$_12.50"),
        ("{{ 25000|money }}", "€_25,000"),
        ("{{ 318400|money_short:'EUR' }}", "€_318k"),
        ("{{ 1200000|money_short:'GBP' }}", "£_1.2M"),
        ("{{ 999600|money_short:'SEK' }}", "SEK_1M"),
        ("{{ 900|money_short:'EUR' }}", "€_900"),
        ("{{ 1|plural:'lead' }}", "1 lead"),
        ("{{ 1204|plural:'company,companies' }}", "1,204 companies"),
        ("{{ 'Maya van den Berg'|initials }}", "MB"),
        ("{{ 'sam@halden.example'|initials }}", "S"),
    ],
)
def test_numbers_read_as_people_write_them(template: str, text: str) -> None:
    assert drawn(template, none=None, minus=-20, cents=Decimal("-12.50")) == text.replace("_", SPACE)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=8), "8_h"),
        (timedelta(hours=2, minutes=5), "2_h_05"),
        (timedelta(minutes=15), "15_min"),
        (timedelta(seconds=3590), "1_h"),
        (timedelta(minutes=-90), "−1_h_30"),
        (timedelta(0), "0_min"),
        (None, "–"),
    ],
)
def test_a_length_of_working_time_is_in_hours_and_minutes(length: timedelta | None, text: str) -> None:
    assert words.working(length) == text.replace("_", SPACE)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW - timedelta(seconds=30), "just now"),
        (NOW - timedelta(minutes=12), "12_min ago"),
        (NOW - timedelta(hours=3), "3_h ago"),
        (NOW - timedelta(days=1), "yesterday"),
        (NOW - timedelta(days=4), "4_days ago"),
        (NOW - timedelta(days=11), "9 Nov"),
        (NOW - timedelta(days=400), "16 Oct 2025"),
        (NOW + timedelta(minutes=12), "in 12_min"),
        (NOW + timedelta(days=1), "tomorrow"),
        (NOW + timedelta(days=4), "in 4_days"),
    ],
)
def test_how_long_ago_grows_coarser_with_distance(moment: datetime, text: str) -> None:
    assert words.ago_text(moment, NOW) == text.replace("_", SPACE)


def test_a_moment_is_told_in_the_readers_zone_with_the_exact_one_on_hover() -> None:
    with timezone.override("Asia/Tokyo"):  # it is 22:10 on the 20th there
        html = drawn("{% moment at %}", at=NOW + timedelta(hours=2))
    exact = "Saturday 21 November 2026, 00:10"
    assert html == f'<time datetime="2026-11-21T00:10:00+09:00" title="{exact}">tomorrow 00:10</time>'


def test_a_day_may_be_written_out() -> None:
    html = drawn("{% day on long=True %}", on=date(2026, 11, 23))
    assert html == '<time datetime="2026-11-23" title="Monday 23 November 2026">Monday 23 November</time>'


@pytest.mark.parametrize(
    ("left", "state", "text"),
    [
        (timedelta(minutes=-8), "missed", "8_min late"),
        (timedelta(seconds=-5), "missed", "1_min late"),
        (timedelta(minutes=42), "risk", "42_min left"),
        (timedelta(hours=1), "risk", "1_h left"),
        (timedelta(hours=3, minutes=10), "", "3_h_10 left"),
    ],
)
def test_a_deadline_is_coloured_from_one_hour_on(left: timedelta, state: str, text: str) -> None:
    assert words.left_text(left) == (text.replace("_", SPACE), state)


def test_a_state_is_told_by_a_shape_and_a_word() -> None:
    assert drawn('{% chip "missed" "missed" %}') == (
        '<span class="chip missed"><span class="shape" aria-hidden="true">●</span>missed</span>'
    )
    assert drawn('{% chip "" "draft" %}') == '<span class="chip ">draft</span>'


def test_working_time_left_is_told_as_given_and_a_far_deadline_by_its_day() -> None:
    tomorrow_at_ten, next_week = NOW + timedelta(hours=20), NOW + timedelta(days=7)
    assert f"2{SPACE}h left" in drawn("{% left due working %}", due=tomorrow_at_ten, working=timedelta(hours=2))
    assert "by 27 Nov" in drawn("{% left due working %}", due=next_week, working=timedelta(hours=40))


def test_only_a_wall_clock_deadline_is_kept_fresh_by_the_page() -> None:
    due = NOW + timedelta(minutes=42)
    assert drawn("{% left due %}", due=due).startswith('<span data-due="2026-11-20T13:52:00+00:00">')
    assert "data-due" not in drawn("{% left due working %}", due=due, working=timedelta(minutes=42))


def test_markdown_keeps_formatting_and_drops_whatever_could_act() -> None:
    html = words.markdown("# Late\n**Decision:** [look](https://example.org) <script>x</script> [no](javascript:x)")
    assert html == (
        "<h3>Late</h3>\n<p><strong>Decision:</strong> "
        '<a href="https://example.org" rel="noopener noreferrer">look</a> '
        "&lt;script&gt;x&lt;/script&gt; [no](javascript:x)</p>\n"
    )
