"""Marketing's points: given as its leads come on, taken back for quality alone, line by line."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from agreements.models import Credit
from campaigns.models import Campaign
from common import metrics
from common.periods import parse
from goals.ledger import Which
from goals.marketing_ledger import MARKETING
from leads.intake import receive_many
from leads.merge import merge
from leads.models import Attempt, Correction, Episode, Handoff, Lead
from leads.undo import undo
from tests.asked import queries_asked
from tests.builders import a_handoff, credit_in_force, reason

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MARCH, APRIL = (parse(key, "Europe/Amsterdam") for key in ("2026-03", "2026-04"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(theo, nora, at) -> Credit:
    return credit_in_force(theo=theo, nora=nora, at=at - 9 * DAY)


def lines(period=MARCH) -> list[tuple[str, int]]:
    """What each line says and gives, the earliest first; they come to the total."""
    found = list(MARKETING.lines(period))[::-1]
    assert sum(line.points for line in found) == MARKETING.total(period)
    assert len(found) == MARKETING.lines(period).count()
    return [(line.words, line.points) for line in found]


def accepted(sam, at, **facts) -> Handoff:
    handoff = a_handoff(at=at, owner=sam, **facts)
    handoff.accept(by=sam, at=at + HOUR)
    return handoff


UP_TO_SAL = [("New lead", 1), ("MQL handed over", 10), ("Accepted by sales", 20)]
QUALITY = "Returned: Not really interested yet"


def test_each_stage_gives_its_points_on_top_of_those_before(agreed, sam, at):
    handoff = accepted(sam, at)
    handoff.confirm({}, by=sam, at=at + 2 * HOUR)
    deal = handoff.open_deal(amount=1000, currency="EUR", closes_on=at.date(), by=sam, at=at + 3 * HOUR)
    deal.win(by=sam, at=at + 4 * HOUR)
    assert lines() == [*UP_TO_SAL, ("SQL", 40), ("Deal opened", 80), ("Customer won", 160)]
    assert MARKETING.total(MARCH) == metrics.value("credit_marketing", MARCH) == 311
    assert {line.version for line in MARKETING.lines(MARCH)} == {1}


def test_a_quality_return_takes_back_what_its_hand_off_gave_and_leaves_the_lead(agreed, sam, at):
    accepted(sam, at).send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    assert lines() == [*UP_TO_SAL, (QUALITY, -30)]


def test_a_return_before_acceptance_takes_back_the_mql_alone(agreed, sam, at):
    a_handoff(at=at, owner=sam).send_back(reason("spam"), by=sam, at=at + HOUR)
    assert lines() == [("New lead", 1), ("MQL handed over", 10), ("Returned: Spam, a test or a fake", -10)]


@pytest.mark.parametrize(
    ("code", "evidence"),
    [("no_budget", {}), ("wrong_owner", {}), ("existing_customer", {}), ("timing", {"date": "2026-06-01"})],
)
def test_what_does_not_count_against_marketing_takes_nothing(agreed, sam, rita, at, code, evidence):
    accepted(sam, at).send_back(reason(code), by=sam, at=at + 2 * HOUR, evidence=evidence, note="Told so")
    assert lines() == UP_TO_SAL


def test_unable_to_reach_takes_nothing(agreed, sam, at):
    handoff = accepted(sam, at)
    Attempt.objects.log(handoff, channel="call", outcome="no_answer", by=sam, at=at + 2 * HOUR)
    handoff.send_back(reason("unable_to_reach"), by=sam, at=at + 3 * HOUR)
    assert lines() == UP_TO_SAL


def test_a_repair_takes_nothing_though_its_reason_counts_against_marketing(agreed, sam, maya, at):
    handoff = a_handoff(at=at, owner=sam)
    handoff.send_back(reason("incomplete_data"), by=sam, at=at + HOUR, evidence={"fields": ["phone"]})
    handoff.finish_repair(by=maya, at=at + 2 * HOUR)
    assert lines() == [("New lead", 1), ("MQL handed over", 10)]


def test_what_was_undone_never_was(agreed, sam, at):
    handoff = accepted(sam, at)
    handoff.send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    undo(handoff.lead, by=sam, at=at + 2 * HOUR + MINUTE)
    assert lines() == UP_TO_SAL

    other = accepted(sam, at)
    undo(other.lead, by=sam, at=at + HOUR + MINUTE)
    assert sorted(lines()) == sorted(2 * UP_TO_SAL[:2] + UP_TO_SAL[2:])


def test_a_return_found_wrong_is_given_back_on_the_day_both_agreed(agreed, sam, at):
    returned = accepted(sam, at).send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    Correction.objects.of_return(returned, because="She had asked for it", by=None, at=at + 30 * DAY)
    assert lines(MARCH) == [*UP_TO_SAL, (QUALITY, -30)]
    assert lines(APRIL) == [("Return found wrong: Not really interested yet", 30)]


def test_a_delivery_found_wrong_takes_the_points_of_the_mql_once(agreed, sam, at):
    handoff = accepted(sam, at)
    delivered = Episode.objects.get(lead=handoff.lead)
    Correction.objects.of_delivery(delivered, because="A colleague", by=None, at=at + 2 * HOUR)
    assert lines() == [*UP_TO_SAL, ("Delivery found wrong", -10)]
    handoff.send_back(reason("low_intent"), by=sam, at=at + 3 * HOUR)
    assert lines() == [*UP_TO_SAL, ("Delivery found wrong", -10), (QUALITY, -20)]


def test_a_delivery_found_wrong_after_its_return_takes_nothing_more(agreed, sam, at):
    handoff = accepted(sam, at)
    returned = handoff.send_back(reason("low_intent"), by=sam, at=at + 2 * HOUR)
    Correction.objects.of_delivery(Episode.objects.get(lead=handoff.lead), because="So", by=None, at=at + 3 * HOUR)
    assert lines() == [*UP_TO_SAL, (QUALITY, -30)]
    Correction.objects.of_return(returned, because="No", by=None, at=at + 4 * HOUR)
    assert lines()[-1] == ("Return found wrong: Not really interested yet", 20)


def test_a_merge_takes_nothing(agreed, sam, maya, at):
    first, second = accepted(sam, at), a_handoff(at=at, owner=sam)
    before = MARKETING.total(MARCH)
    merge(first.lead, second.lead, by=maya, at=at + DAY)
    assert MARKETING.total(MARCH) == before == 42


def test_leads_of_partners_and_imported_history_give_nothing(agreed, at):
    for number, stage in enumerate(("lead", "mql", "customer")):
        past = {"email": f"person{number}@old.test", "stage": stage, "created_at": at, "stage_at": at + HOUR}
        receive_many([past], at=at + DAY, history=True)
    receive_many([{"email": "pim@partner.test", "origin": "partner", "stage": "sql"}], at=at, history=True)
    assert lines() == []


def test_events_keep_the_points_of_the_version_that_was_in_force_then(agreed, theo, nora, sam, at):
    handoff = accepted(sam, at)
    credit_in_force(theo=theo, nora=nora, at=at + 2 * HOUR, points_mql=5, points_sal=6, points_sql=7)
    handoff.confirm({}, by=sam, at=at + 3 * HOUR)
    assert lines() == [*UP_TO_SAL, ("SQL", 7)]
    assert [line.version for line in MARKETING.lines(MARCH)] == [2, 1, 1, 1]
    handoff.send_back(reason("low_intent"), by=sam, at=at + 4 * HOUR)
    assert lines()[-1] == (QUALITY, -37)


def test_before_points_were_agreed_there_are_none(theo, nora, sam, at):
    accepted(sam, at)
    assert (MARKETING.total(MARCH), lines_of(MARCH)) == (None, [])
    credit_in_force(theo=theo, nora=nora, at=at + DAY)
    assert (MARKETING.total(MARCH), lines_of(MARCH)) == (0, [])


def lines_of(period) -> list:
    return list(MARKETING.lines(period))


def test_an_mql_counts_by_the_grade_frozen_on_its_hand_off(theo, nora, sam, at):
    credit_in_force(theo=theo, nora=nora, at=at - DAY, mql_a=17, mql_d=0)
    for grade in ("A", "B", "D", ""):
        handoff = a_handoff(at=at, owner=sam)
        Handoff.objects.filter(pk=handoff.pk).update(grade=grade)
    given = {line.words: line.points for line in MARKETING.lines(MARCH) if line.kind.key == "mql"}
    assert given == {"MQL handed over: grade A": 17, "MQL handed over: grade B": 10, "MQL handed over": 10}


def test_it_is_told_of_one_campaign_alone(agreed, sam, at):
    accepted(sam, at)
    fair = Campaign.objects.create(name="Fair")
    handoff = accepted(sam, at)
    Lead.objects.filter(pk=handoff.lead_id).update(campaign=fair)
    assert MARKETING.total(MARCH) == 62
    assert MARKETING.total(MARCH, Which(campaign=fair.pk)) == 31
    assert {line.lead for line in MARKETING.lines(MARCH, Which(campaign=fair.pk))} == {handoff.lead}


def test_a_page_of_lines_asks_as_much_for_few_as_for_many(agreed, sam, at):
    accepted(sam, at)
    with queries_asked() as few:
        MARKETING.lines(MARCH)[:100]
    for _ in range(4):
        accepted(sam, at)
    with queries_asked() as many:
        assert len(MARKETING.lines(MARCH)[:100]) == 15
    assert len(few) == len(many)


def test_stages_give_more_the_further_they_are(theo, at):
    draft = Credit.objects.start(by=theo, at=at)
    with pytest.raises(ValidationError, match="more points than a new lead"):
        draft.edit(by=theo, points_mql=1)
    draft.refresh_from_db()
    assert draft.points_mql == 10


def test_a_version_of_before_says_nothing_of_points_and_gives_none(theo, nora, at, sam):
    none = dict.fromkeys(("points_lead", "points_mql", "points_sal", "points_sql"), 0)
    credit_in_force(theo=theo, nora=nora, at=at - DAY, **none, points_opportunity=0, points_customer=0)
    assert not any("points" in sentence for sentence in Credit.objects.agreed().sentences())
    accepted(sam, at)
    assert MARKETING.total(MARCH) is None


def test_both_sign_the_points_in_plain_words(agreed):
    told = agreed.sentences()
    assert told[3].endswith(
        "1 for a new lead, 10 for an MQL when it is handed over, 20 when sales accepts it, 40 for an SQL, 80 for a "
        "deal, 160 for a customer."
    )
    assert any("take nothing back" in sentence for sentence in told)
    agreed.mql_a = 17
    assert "MQLs count by their value: 17 of grade A; of other grades 10; one without a grade 10." in agreed.sentences()
