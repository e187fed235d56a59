"""Conversion by cohort, with what still matures, and by pace; who qualifies again, and how fast MQLs grow."""

from datetime import datetime, timedelta

import pytest

from common import metrics
from common.periods import parse
from leads.models import Episode
from tests.builders import a_handoff, a_lead, an_accepted_handoff, reason

DAY = timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
pytestmark = pytest.mark.django_db


def shown(key: str, period=MARCH) -> tuple[int | None, int, int | None]:
    """How many came so far, of how many, and how many still may."""
    reading = metrics.metric(key).reading(period)
    return reading.part, reading.cases, reading.maturing


@pytest.fixture
def march(sam, theo, nora, at: datetime, clock_shows):
    """Three leads stay leads; one is handed over and waits, one is accepted, one went back for later."""
    for _ in range(3):
        a_lead(at=at)
    a_handoff(at=at, owner=sam)
    an_accepted_handoff(at=at + DAY, owner=sam)
    back = a_handoff(at=at, owner=sam)
    back.send_back(reason("low_intent"), by=sam, at=at + DAY, note="Only wanted the guide.")
    clock_shows(at + 2 * DAY)
    return back


def test_a_cohort_counts_who_came_in_time_and_who_still_may(march):
    assert shown("conversion_lead_mql") == (3, 6, 3)
    assert shown("conversion_mql_sal") == (1, 3, 1)  # who was sent back has left the path
    assert shown("conversion_sal_sql") == (0, 1, 1)
    assert metrics.value("conversion_mql_sal", MARCH) == pytest.approx(1 / 3)


def test_once_its_days_have_gone_by_nobody_matures(march, at, clock_shows):
    clock_shows(at + 91 * DAY)

    assert shown("conversion_lead_mql") == (3, 6, 0)
    assert shown("conversion_mql_sal") == (1, 3, 0)


def test_whoever_comes_after_the_days_agreed_is_not_counted(sam, at, clock_shows):
    in_time, late = a_handoff(at=at, owner=sam), a_handoff(at=at, owner=sam)
    in_time.accept(by=sam, at=at + 30 * DAY)
    late.accept(by=sam, at=at + 30 * DAY + timedelta(seconds=1))
    clock_shows(at + 40 * DAY)

    assert shown("conversion_mql_sal") == (1, 2, 0)


def test_pace_sets_the_events_of_a_period_against_each_other(march, sam, at, clock_shows):
    waiting = a_handoff(at=MARCH.start - 3 * DAY, owner=sam)
    waiting.accept(by=sam, at=at)
    clock_shows(at + 2 * DAY)

    assert metrics.value("pace_mql_sal", MARCH) == 2 / 3  # two accepted, three qualified
    assert [part.value for part in metrics.rows("pace_mql_sal", MARCH)] == [3, 2]
    assert metrics.value("pace_sql_opportunity", MARCH) is None


def test_every_cohort_says_what_matures_and_nothing_else_does():
    for metric in metrics.catalogue():
        maturing = getattr(metric.measure, "maturing", None)
        assert (metric.view == "cohort") == (maturing is not None) == ("matures" in metric.definition), metric.key
        assert not (metric.view == "cohort" and metric.made_of)
        assert not any(metrics.metric(part.key).view == "cohort" for part in metric.made_of), metric.key


def test_a_lead_that_qualifies_again_is_no_new_lead(march, maya, at, clock_shows):
    clock_shows(at + 40 * DAY)
    march.lead.refresh_from_db()
    Episode.objects.create(lead=march.lead, number=2, lead_at=at + 35 * DAY, mql_at=at + 35 * DAY)
    april = MARCH.next()

    assert metrics.value("leads_created", april) == 0
    assert metrics.value("mqls", april) == 1
    assert shown("requalification_rate") == (1, 1, 0)


def test_lead_velocity_is_the_growth_of_mqls(sam, at):
    for days in (0, 1, 2):
        a_handoff(at=at + days * DAY, owner=sam)
    a_handoff(at=at - 30 * DAY, owner=sam)
    a_handoff(at=at - 29 * DAY, owner=sam)

    assert metrics.value("lead_velocity_rate", MARCH) == 0.5
    assert metrics.value("lead_velocity_rate", MARCH.previous()) is None
