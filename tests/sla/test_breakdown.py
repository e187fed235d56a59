"""The scorecard broken down: every case in its group, every group's figure the number of the rows it opens."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import metrics
from common.periods import parse
from leads.breakdown import DIMENSIONS, breakdown, narrowed
from leads.models import Attempt
from sla.breakdown import figures_of
from sla.scorecard import judged_by
from tests.asked import queries_asked
from tests.builders import persona_in_force, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
LATER = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SOURCE, PERSONA = DIMENSIONS["source"], DIMENSIONS["persona"]


def table(dimension) -> dict[str, dict[str, tuple[int, int]]]:
    """By the name of each group and the key of each figure: what counts, of how many; noughts left out."""
    figures = figures_of(judged_by(MARCH, at=LATER))
    return {
        group.label: {
            figure.key: (each.cases if each.part is None else each.part, each.cases)
            for figure, each in group.with_figures
            if each.cases
        }
        for group in breakdown(dimension, figures, MARCH, at=LATER)
    }


@pytest.fixture
def month(hand_over, sam, theo, nora, at, clock_shows):
    """From a webinar one called in time and one late; from the fair one returned for its quality; one from nowhere."""
    in_time, late = hand_over(at, source="Webinar"), hand_over(at, source="Webinar")
    returned, _ = hand_over(at, source="Fair"), hand_over(at)
    call(in_time, sam, at + HOUR)
    call(late, sam, at + 2 * DAY)
    returned.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
    clock_shows(LATER)


def call(handoff, by, at) -> None:
    Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=by, at=at)


def test_each_figure_by_source(month):
    found = table(SOURCE)

    assert list(found) == ["Webinar", "Fair", "no source"]  # the most cases first, what belongs to none last
    assert found["Webinar"]["mqls_delivered"] == (2, 2)
    assert found["Webinar"]["first_attempt_attainment"] == (1, 2)
    assert found["Webinar"]["acceptance_rate"] == (2, 2)
    assert found["Fair"]["acceptance_rate"] == (0, 1)
    assert found["Fair"]["quality_returns"] == (1, 1)
    assert "mqls_delivered" not in found["Fair"]
    assert found["no source"]["first_attempt_attainment"] == (0, 1)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["Webinar", "Fair", ""]), st.sampled_from(["call", "late", "back", ""])), max_size=6
    )
)
def test_by_source_it_is_what_plain_python_counts(hand_over, sam, theo, nora, at, clock_shows, played):
    with transaction.atomic():
        for source, act in played:
            handoff = hand_over(at, source=source)
            if act in ("call", "late"):
                call(handoff, sam, at + (HOUR if act == "call" else 2 * DAY))
            elif act == "back":
                handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
        clock_shows(LATER)

        due = Counter(source or "no source" for source, _ in played)
        kept = Counter(source or "no source" for source, act in played if act in ("call", "back"))
        delivered = Counter(source or "no source" for source, act in played if act != "back")
        found = table(SOURCE)
        for label in ("Webinar", "Fair", "no source"):
            cells = found.get(label, {})
            assert cells.get("first_attempt_attainment", (0, 0)) == (kept[label], due[label])
            assert cells.get("mqls_delivered", (0, 0)) == (delivered[label], delivered[label])
        transaction.set_rollback(True)


def test_by_persona_a_lead_counts_with_each_it_fits(hand_over, maya, sam, theo, nora, at, clock_shows):
    people = {"maya": maya, "sam": sam, "theo": theo, "nora": nora, "at": at}
    persona_in_force("Fleet manager", **people, titles=["fleet"], seniority=[], industries=[], countries=[])
    persona_in_force("Boss", **people, titles=["head"], seniority=[], industries=[], countries=[])
    for title in ("Head of fleet", "Fleet planner", "Student"):
        hand_over(at, title=title, company="Halden", employees="300")
    clock_shows(LATER)

    found = table(PERSONA)

    assert {label: cells["mqls_delivered"][1] for label, cells in found.items()} == {
        "Fleet manager": 2, "Boss": 1, "no persona": 1,
    }  # fmt: skip


def test_a_median_by_persona_is_that_of_its_own_leads(hand_over, maya, sam, theo, nora, at, clock_shows):
    people = {"maya": maya, "sam": sam, "theo": theo, "nora": nora, "at": at}
    persona_in_force("Fleet manager", **people, titles=["fleet"], seniority=[], industries=[], countries=[])
    for title, waited in (("Head of fleet", HOUR), ("Fleet planner", 3 * HOUR), ("Student", DAY)):
        hand_over(at, title=title, company="Halden", employees="300").accept(by=sam, at=at + waited)
    clock_shows(LATER)

    figure = metrics.metric("time_to_accept_p90")
    groups = breakdown(PERSONA, [figure], MARCH, at=LATER)
    assert {group.label: group.readings[0].value for group in groups} == {"Fleet manager": 3 * HOUR, "no persona": DAY}
    for group in groups:
        assert figure.measure.of(narrowed(figure, PERSONA, group.key, MARCH, at=LATER)) == group.readings[0]


def test_a_composed_figure_of_a_group_is_reckoned_from_the_groups_own_parts(month):
    figure = metrics.metric("pace_mql_sal")
    found = {group.label: group for group in breakdown(SOURCE, [figure], MARCH, at=LATER)}

    assert found["Webinar"].readings[0].value == 2 / 2
    assert found["Fair"].readings[0].value == 0 / 1
    assert metrics.value("pace_mql_sal", MARCH) == 2 / 4
    parts = narrowed(figure, SOURCE, "Webinar", MARCH, at=LATER)
    assert [(part.metric.key, part.value, part.only) for part in parts] == [
        ("mqls", 2, "by=source&is=Webinar"), ("sals", 2, "by=source&is=Webinar"),
    ]  # fmt: skip


def test_every_group_is_the_number_of_the_rows_it_opens_and_groups_add_up(month):
    for dimension in DIMENSIONS.values():
        for figure in [each for each in metrics.catalogue() if each.trail and dimension.suits(each)]:
            whole, opened = len(metrics.rows(figure.key, MARCH)), 0
            for group in breakdown(dimension, [figure], MARCH, at=LATER):
                rows = narrowed(figure, dimension, group.key, MARCH, at=LATER)
                [reading] = group.readings
                assert len(rows) == reading.cases
                assert figure.measure.of(rows) == reading
                opened += reading.cases
            assert opened == whole


def test_a_group_opens_its_leads_and_what_is_none_opens_nothing(month, client_of, theo):
    client = client_of(theo)
    html = client.get("/reports/first_attempt_attainment/?period=2026-03&by=source&is=Webinar").content.decode()
    assert "50" in html
    assert "Only source" in html

    assert client.get("/reports/alignment/?by=source&is=Webinar").status_code == 404
    assert client.get("/reports/mqls_delivered/?by=colour&is=Webinar").status_code == 404
    assert "Nothing in" in client.get("/reports/mqls_delivered/rows/?period=2026-03&by=source&is=Nowhere").text
    assert client.get("/sla/by/colour/").status_code == 404


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_breakdown_asks_as_often_however_much_there_is(month, hand_over, client_of, theo, at, clock_shows, dimension):
    client = client_of(theo)
    with queries_asked() as few:
        client.get(f"/sla/by/{dimension}/?period=2026-03")
    for n in range(8):
        hand_over(at, source=f"Source {n}")
    clock_shows(LATER)

    with queries_asked() as many:
        client.get(f"/sla/by/{dimension}/?period=2026-03")

    assert len(many) == len(few) <= 27


def test_any_days_can_be_asked_for(month, client_of, theo):
    client = client_of(theo)
    for address in ("/sla/", "/sla/by/source/", "/sla/signs/", "/reports/returns/"):
        assert "10–12 March 2026" in client.get(f"{address}?from=2026-03-10&to=2026-03-12").content.decode()
        assert client.get(f"{address}?from=2026-03-12&to=2026-03-10").status_code == 422
