"""What both sides promise: it stands under each, and counts for each."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from common.periods import parse
from meetings.models import Series
from sla.models import Agreement
from sla.scorecard import scorecard
from tests.builders import agreement_in_force

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MEET = {"meetings_held": {"target": Decimal(4), "period": "month"}}


@pytest.fixture
def meet_monthly(theo, nora, at):
    """In force for ten weeks: both teams meet four times a month."""
    agreement_in_force(theo=theo, nora=nora, at=at - 10 * WEEK)
    draft = Agreement.objects.draft_from(Agreement.objects.ruling(), by=nora, at=at - 9 * WEEK)
    draft.edit(by=nora, promises=MEET)
    draft.propose(by=nora, at=at - 9 * WEEK)
    draft.sign(by=theo, at=at - 9 * WEEK)
    draft.sign(by=nora, at=at - 9 * WEEK)
    return draft


def test_it_is_one_sentence_of_the_agreement(meet_monthly):
    said = [sentence for sentence in meet_monthly.sentences() if sentence.startswith("Both sides promise: ")]
    assert said == [
        "Both sides promise: Both teams meet at least 4 times a month, look at the same scorecard and write down what "
        "was decided."
    ]


def test_it_stands_under_each_side_and_counts_for_each_once_in_all(meet_monthly, nora, at):
    series = Series.objects.set_up(
        weekday=0, time=time(10), zone="Europe/Amsterdam", minutes=30, by=nora, at=at - 6 * WEEK
    )
    meeting = series.meetings.get()
    for weeks in (5, 4, 3):
        meeting.open(by=nora, at=at - weeks * WEEK)
        meeting = meeting.close(by=nora, at=at - weeks * WEEK + DAY)
    card = scorecard(parse("2026-02", "Europe/Amsterdam"), at=at)

    lines = [[line.words for line in side.lines if line.commitment.is_joint] for side in card.sides]
    assert lines == [["3"], ["3"]]
    assert [line.attained for line in card.lines if line.commitment.is_joint] == [0.75]
    assert [side.attained for side in card.sides] == [
        pytest.approx(sum(known) / len(known))
        for known in ([line.attained for line in side.lines if line.attained is not None] for side in card.sides)
    ]
    missing = [line.commitment.metric for line in card.missing]
    assert missing.count("meetings_held") == 1


def test_the_pages_say_that_both_promise_it(meet_monthly, nora, client_of, at, clock_shows):
    clock_shows(at)
    browser = client_of(nora)
    assert browser.get("/sla/agreement/").content.decode().count("both promise it") == 2
    assert browser.get("/sla/?period=2026-02").content.decode().count("both promise it") == 2
    draft = Agreement.objects.draft_from(meet_monthly, by=nora, at=at)
    assert "Both sides promise" in browser.get(draft.get_absolute_url()).content.decode()


def test_nothing_is_promised_by_both_unless_they_say_so(theo, nora, at):
    agreement = agreement_in_force(theo=theo, nora=nora, at=at)
    assert not any(each.is_joint for each in agreement.commitments.all())
