"""What sales refuses: rates of first answers by cause, of decisions by quality, and of what was given up later."""

from datetime import datetime, timedelta

import pytest

from common import metrics
from common.periods import parse
from leads.models import Attempt
from leads.models.reason import Cause
from sla.drilldown import line_of
from tests.builders import a_handoff, an_accepted_handoff, reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
pytestmark = pytest.mark.django_db


def share(key: str) -> tuple[int, int]:
    reading = metrics.metric(key).reading(MARCH)
    return reading.part, reading.cases


@pytest.fixture
def answers(sam, rita, theo, nora, at: datetime, clock_shows):
    """Two accepted; one to be completed and then accepted; one for its quality; one to another owner."""
    for _ in range(2):
        a_handoff(at=at, owner=sam).accept(by=sam, at=at + HOUR)
    incomplete = a_handoff(at=at, owner=sam)
    incomplete.send_back(reason("incomplete_data"), by=sam, at=at + HOUR, evidence={"fields": ["phone"]})
    incomplete.finish_repair(by=theo, at=at + 2 * HOUR)
    incomplete.accept(by=sam, at=at + 3 * HOUR)
    poor = a_handoff(at=at, owner=sam)
    poor.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
    wrong = a_handoff(at=at, owner=sam)
    wrong.send_back(reason("wrong_owner"), by=sam, at=at + HOUR, evidence={"owner": rita.pk})
    clock_shows(at + DAY)


def test_the_first_answer_counts_whatever_became_of_it(answers):
    assert share("return_rate") == (3, 5)
    assert share("return_rate_clerical") == (1, 5)
    assert share("return_rate_definitional") == (1, 5)
    assert share("return_rate_procedural") == (1, 5)
    assert share("return_rate_circumstance") == (0, 5)


def test_each_answer_stands_at_its_moment_with_its_cause(answers, at):
    lines = [line_of(row) for row in metrics.rows("return_rate", MARCH)]
    assert {line.at for line in lines} == {at + HOUR}  # also of what was accepted after its repair
    assert sorted(line.words for line in lines) == [
        "accepted", "accepted", "returned, clerical", "returned, definitional", "returned, procedural",
    ]  # fmt: skip


def test_the_causes_add_up_to_the_rate_of_returns(answers):
    assert sum(share(f"return_rate_{cause}")[0] for cause in Cause) == share("return_rate")[0]


def test_of_decisions_the_quality_returns_are_what_acceptance_lacks(answers):
    assert share("acceptance_rate") == (3, 4)
    assert share("quality_return_rate") == (1, 4)


def test_disqualified_counts_after_acceptance_and_contact_alone(sam, at, clock_shows):
    spoken, unspoken, open_still = (an_accepted_handoff(at=at, owner=sam) for _ in range(3))
    Attempt.objects.log(spoken, channel="call", outcome="spoke", by=sam, at=at + HOUR)
    for handoff in (spoken, unspoken):
        handoff.send_back(reason("spam"), by=sam, at=at + 2 * HOUR)
    clock_shows(at + DAY)

    reading = metrics.metric("disqualification_rate").reading(MARCH)
    assert (reading.part, reading.cases, reading.maturing) == (1, 3, 1)
    assert open_still.is_open
    assert metrics.value("disqualified", MARCH) == 2


def test_recycled_is_of_mqls_within_ninety_days(sam, at, clock_shows):
    soon, late, _ = (a_handoff(at=at, owner=sam) for _ in range(3))
    soon.send_back(reason("low_intent"), by=sam, at=at + DAY, note="Only wanted the guide.")
    late.send_back(reason("low_intent"), by=sam, at=at + 91 * DAY, note="Only wanted the guide.")
    clock_shows(at + 92 * DAY)

    reading = metrics.metric("recycle_rate").reading(MARCH)
    assert (reading.part, reading.cases, reading.maturing) == (1, 3, 0)


def test_time_to_accept_is_time_on_the_calendar_and_attempts_are_counted_on_what_is_closed(sam, at, clock_shows):
    times = (HOUR, 2 * HOUR, 3 * DAY)
    for waited in times:
        a_handoff(at=at, owner=sam).accept(by=sam, at=at + waited)
    tried = an_accepted_handoff(at=at, owner=sam)
    for hours in (1, 2, 3):
        Attempt.objects.log(tried, channel="call", outcome="no_answer", by=sam, at=at + hours * HOUR)
    tried.send_back(reason("spam"), by=sam, at=at + 4 * HOUR)
    a_handoff(at=at, owner=sam).send_back(reason("spam"), by=sam, at=at + HOUR)
    clock_shows(at + 4 * DAY)

    assert metrics.value("time_to_accept", MARCH) == HOUR  # of one, one, two hours and three days
    assert metrics.value("time_to_accept_p90", MARCH) == 3 * DAY
    assert metrics.value("attempts_a_handoff", MARCH) == 1.5
    assert metrics.value("attempts", MARCH) == 3
