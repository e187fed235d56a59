"""What pages find out ahead of time: the same as on the spot, told with its moment, and no page needs it."""

from datetime import UTC, datetime, timedelta

import pytest

from common.periods import parse
from leads.breakdown import DIMENSIONS, breakdown
from sla import findings, holdback
from sla.breakdown import figures_of, groups
from sla.models import Finding
from sla.models.finding import STANDS
from sla.scorecard import judged_by
from sla.worth_a_look import by_rep, told
from tests.asked import queries_asked
from tests.builders import reason

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
LATER = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
PAGES = ("/sla/", "/sla/signs/", *(f"/sla/by/{dimension}/" for dimension in DIMENSIONS))


@pytest.fixture
def month(hand_over, sam, nora, theo, at, clock_shows) -> None:
    """Six came back for their quality, five of them at once; from the fair nobody was called in time."""
    for n in range(6):
        handoff = hand_over(at, source="Webinar")
        handoff.send_back(reason("low_intent"), by=sam, at=at + n * HOUR, note="Only wanted the guide.")
        hand_over(at, source="Fair").accept(by=sam, at=at + HOUR)
    clock_shows(LATER)


def keep(at: datetime = LATER) -> int:
    return findings.keep([MARCH], clock=lambda: at)


def test_what_is_kept_is_what_is_found_on_the_spot(month, nora):
    on_the_spot = {what: findings.found(what, MARCH, at=LATER) for what in findings.FINDERS}
    assert keep() == len(findings.FINDERS)

    for what, spot in on_the_spot.items():
        kept = findings.found(what, MARCH, at=LATER)
        assert (kept.columns, kept.told) == (spot.columns, spot.told)
        assert (spot.as_of, kept.as_of) == (None, LATER)
    assert on_the_spot["causes"].told == holdback.told(MARCH) != []
    assert by_rep(on_the_spot["signs"].told, nora) == by_rep(told(MARCH), nora) != []


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=DIMENSIONS)
def test_the_groups_that_are_kept_are_those_of_the_breakdown(month, dimension):
    keep()
    kept = findings.found(dimension.key, MARCH, at=LATER)

    figures = figures_of(judged_by(MARCH, at=LATER))
    assert groups(dimension, kept.columns, kept.told) == breakdown(dimension, figures, MARCH, at=LATER) != []


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=DIMENSIONS)
def test_the_page_of_a_figure_tells_its_groups_from_what_is_kept(month, dimension, client_of, theo):
    figures = figures_of(judged_by(MARCH, at=LATER))
    on_the_spot = [findings.groups_of(figure, dimension, MARCH, at=LATER) for figure in figures]
    keep()
    kept = [findings.groups_of(figure, dimension, MARCH, at=LATER) for figure in figures]

    assert [groups for groups, _ in kept] == [groups for groups, _ in on_the_spot]
    assert {as_of for _, as_of in kept} == {LATER}
    assert {as_of for _, as_of in on_the_spot} == {None}
    report = client_of(theo).get(f"/reports/acceptance_rate/?by={dimension.key}&period=2026-03")
    assert (report.context["counted_at"], "As of" in report.text) == (LATER, True)
    other = client_of(theo).get(f"/reports/leads_created/?by={dimension.key}&period=2026-03")
    assert other.context["counted_at"] is None


def test_another_period_and_other_figures_are_found_on_the_spot(month):
    keep()
    assert findings.found("source", MARCH.next(), at=LATER).as_of is None

    Finding.objects.filter(what="source").update(columns=["mqls_delivered"])
    found = findings.found("source", MARCH, at=LATER)
    assert found.as_of is None
    assert "first_attempt_attainment" in found.columns


def test_where_no_worker_came_by_for_a_day_it_is_found_on_the_spot(month):
    keep()
    assert findings.found("causes", MARCH, at=LATER + STANDS - MINUTE).as_of == LATER
    assert findings.found("causes", MARCH, at=LATER + STANDS).as_of is None


def test_a_period_that_lasts_is_found_anew_within_minutes_and_one_that_is_over_within_the_hour(month):
    assert keep() == len(findings.FINDERS)
    assert keep(LATER + findings.FRESH) == 0
    assert keep(LATER + findings.FRESH + MINUTE) == len(findings.FINDERS)

    over = MARCH.end + MINUTE
    assert keep(over) == len(findings.FINDERS)
    assert keep(over + findings.HOLDS) == 0
    assert keep(over + findings.HOLDS + MINUTE) == len(findings.FINDERS)


def test_what_is_a_day_old_is_let_go_of(month):
    keep()
    findings.keep([MARCH.next()], clock=lambda: LATER + STANDS)
    assert set(Finding.objects.values_list("period", flat=True)) == {MARCH.next().key}


def test_the_kept_periods_are_those_that_last_and_the_ones_before():
    kept = [period.key for period in findings.wanted(["Europe/Amsterdam"], at=LATER)]
    assert kept == ["2026-W12", "2026-W11", "2026-03", "2026-02", "2026-Q1", "2025-Q4"]


def test_the_parts_of_reps_that_are_kept_are_for_that_rep_and_the_head_of_sales(month, client_of, sam, rita, nora):
    keep()
    for person, shown in ((nora, True), (sam, True), (rita, False)):
        assert ("By rep" in client_of(person).get("/sla/signs/?period=2026-03").text) is shown


def test_a_page_says_when_it_was_found_and_needs_nothing_of_it(month, client_of, nora):
    client = client_of(nora)
    assert not any("as of" in client.get(f"{page}?period=2026-03").text.lower() for page in PAGES)
    keep()
    assert all("as of" in client.get(f"{page}?period=2026-03").text.lower() for page in PAGES)


def test_pages_of_what_is_kept_ask_no_lead(month, client_of, nora):
    client = client_of(nora)
    keep()
    for page in PAGES[1:]:
        with queries_asked() as asked:
            client.get(f"{page}?period=2026-03")
        assert not [each["sql"] for each in asked if 'FROM "leads_' in each["sql"] and "criteria" not in each["sql"]]
        assert len(asked) <= 15
