"""Disputes: marketing contests a return, sales a delivery; nobody decides for themselves."""

from datetime import timedelta

import pytest

from common import metrics
from common.errors import Incomplete, NotAllowed, Refused
from common.periods import parse
from leads.models import Correction, Episode, HandoffReturn
from meetings.models import Series
from notifications.models import Delivery
from notifications.words import in_words
from sla.models import Dispute
from sla.models.dispute import CONTESTED, MOVED, State
from tests.asked import queries_asked
from tests.builders import everything, reason

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
APPS = ("leads", "sla", "notifications")


@pytest.fixture
def returned(hand_over, sam, theo, nora, at, clock_shows) -> HandoffReturn:
    """Sam returned Priya for her quality; it is an hour later."""
    handoff = hand_over(at, "priya")
    made = handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")
    clock_shows(at + 2 * HOUR)
    return made


@pytest.fixture
def dispute(returned, maya, at) -> Dispute:
    return Dispute.objects.contest_return(returned, because="She asked for a price.", by=maya, at=at + 2 * HOUR)


@pytest.fixture
def delivered(hand_over, nora, theo, at) -> Episode:
    return Episode.objects.get(lead=hand_over(at, "jonas").lead)


def told(kind: str) -> set[str]:
    return set(Delivery.objects.filter(kind=kind).values_list("user__name", flat=True))


def quality_returns() -> int:
    return metrics.value("quality_returns", MARCH)


def test_marketing_contests_a_return_and_those_who_answer_are_told(dispute):
    assert (dispute.state, dispute.side, dispute.other_side) == (State.ASKED, "marketing", "sales")
    assert told(CONTESTED) == {"Sam de Wit", "Nora Vos"}
    assert quality_returns() == 1


def test_several_notices_of_disputes_are_read_together_and_say_what_each_says_alone(
    dispute, delivered, nora, sam, at, clock_shows
):
    Dispute.objects.contest_delivery(delivered, because="He was a customer before.", by=sam, at=at + 2 * HOUR)
    several = list(Delivery.objects.filter(kind=CONTESTED, channel="inapp").order_by("pk"))
    with queries_asked() as asked:
        said = in_words(several)
    assert {each.subject for each in said} == {
        "Maya Peters contests the return of Priya, “Not really interested yet”",
        "Sam de Wit contests the delivery of Jonas",
    }
    assert said == [worded for each in several for worded in in_words([each])]
    assert len(asked) == 1


def test_found_right_the_return_no_longer_counts_and_the_history_stays(dispute, sam, at):
    dispute.uphold(because="True, I overlooked it.", by=sam, at=at + 3 * HOUR)

    assert dispute.state == State.UPHELD
    assert dispute.correction.because == "True, I overlooked it."
    assert quality_returns() == 0
    assert metrics.value("mqls_delivered", MARCH) == 1
    assert HandoffReturn.objects.standing().filter(pk=dispute.returned_id).exists()
    assert metrics.value("disputes_right", MARCH) == 1.0


def test_what_the_other_side_stands_by_stays_open_and_counts_on(dispute, nora, at):
    dispute.deny(because="She said so on the phone.", by=nora, at=at + 3 * HOUR)

    assert dispute.state == State.DENIED
    assert dispute.is_open
    assert told(MOVED) == {"Maya Peters", "Theo Blom"}
    assert quality_returns() == 1


def test_withdrawn_nothing_changes(dispute, maya, at):
    dispute.withdraw(because="Sam showed me the mail.", by=maya, at=at + 3 * HOUR)

    assert dispute.state == State.WITHDRAWN
    assert quality_returns() == 1
    assert metrics.value("disputes_right", MARCH) == 0.0


def test_sales_contests_a_delivery_and_found_right_it_is_not_delivered(delivered, sam, theo, at):
    assert metrics.value("mqls_delivered", MARCH) == 1
    dispute = Dispute.objects.contest_delivery(delivered, because="They are our customer.", by=sam, at=at + HOUR)

    dispute.uphold(because="True, the import had missed it.", by=theo, at=at + 2 * HOUR)

    assert metrics.value("mqls_delivered", MARCH) == 0


def test_nobody_decides_for_themselves(dispute, maya, theo, sam, rita, nora, at):
    later = at + 3 * HOUR
    before = everything(*APPS)
    for person in (maya, theo, rita):  # rita did not return it
        with pytest.raises(NotAllowed):
            dispute.uphold(because="We are right.", by=person, at=later)
        with pytest.raises(NotAllowed):
            dispute.deny(because="No.", by=person, at=later)
    for person in (sam, nora, rita):
        with pytest.raises(NotAllowed):
            dispute.withdraw(because="Let it be.", by=person, at=later)
    assert everything(*APPS) == before

    dispute.deny(because="She said so on the phone.", by=sam, at=later)
    before = everything(*APPS)
    with pytest.raises(NotAllowed, match="head of sales to write down: nobody decides for themselves"):
        dispute.settle(corrects=True, because="We agreed.", by=theo, at=later)
    with pytest.raises(NotAllowed, match="head of marketing to write down"):
        dispute.settle(corrects=False, because="We agreed.", by=nora, at=later)
    assert everything(*APPS) == before


@pytest.mark.parametrize(("corrects", "counted"), [(True, 0), (False, 1)])
def test_the_heads_settle_it_each_at_the_cost_of_their_own_side(dispute, theo, nora, at, corrects, counted):
    dispute.deny(because="She said so on the phone.", by=nora, at=at + 3 * HOUR)

    dispute.settle(corrects=corrects, because="Ask before you return.", by=nora if corrects else theo, at=at + DAY)

    assert (dispute.state, dispute.outcome) == (State.SETTLED, "Ask before you return.")
    assert (dispute.correction is not None) is corrects
    assert quality_returns() == counted


def test_each_side_contests_what_the_other_did(returned, delivered, sam, maya, ada, at):
    before = everything(*APPS)
    for person in (sam, ada):
        with pytest.raises(NotAllowed):
            Dispute.objects.contest_return(returned, because="Mine.", by=person, at=at)
    with pytest.raises(NotAllowed):
        Dispute.objects.contest_delivery(delivered, because="Mine.", by=maya, at=at)
    with pytest.raises(Incomplete, match="Say why"):
        Dispute.objects.contest_return(returned, because="  ", by=maya, at=at)
    assert everything(*APPS) == before


def test_one_dispute_at_a_time_and_none_about_what_was_found_wrong(dispute, returned, theo, sam, at):
    with pytest.raises(Refused, match="disputed already"):
        Dispute.objects.contest_return(returned, because="I think so too.", by=theo, at=at + 3 * HOUR)

    dispute.uphold(because="True.", by=sam, at=at + 3 * HOUR)
    with pytest.raises(Refused, match="no longer counts"):
        Dispute.objects.contest_return(returned, because="Once more.", by=theo, at=at + 4 * HOUR)
    with pytest.raises(Refused, match="over"):
        dispute.withdraw(because="Too late.", by=theo, at=at + 4 * HOUR)

    assert Correction.objects.count() == Dispute.objects.count() == 1


def test_whoever_closed_it_opens_it_again_within_a_quarter_of_an_hour(dispute, sam, maya, at):
    closed = at + 3 * HOUR
    dispute.uphold(because="True.", by=sam, at=closed)
    with pytest.raises(Refused):
        dispute.take_back(by=maya, at=closed + MINUTE)
    with pytest.raises(Refused):
        dispute.take_back(by=sam, at=closed + 16 * MINUTE)

    dispute.take_back(by=sam, at=closed + MINUTE)

    assert (dispute.state, dispute.outcome, dispute.correction) == (State.ASKED, "", None)
    assert quality_returns() == 1
    dispute.uphold(because="True after all.", by=sam, at=closed + 2 * MINUTE)
    assert quality_returns() == 0


def test_what_was_contested_anew_is_not_opened_twice(dispute, returned, maya, theo, at):
    closed = at + 3 * HOUR
    dispute.withdraw(because="Sam showed me the mail.", by=maya, at=closed)
    Dispute.objects.contest_return(returned, because="That mail was another’s.", by=theo, at=closed + MINUTE)

    with pytest.raises(Refused, match="contested anew"):
        dispute.take_back(by=maya, at=closed + 2 * MINUTE)

    assert Dispute.objects.open().count() == 1


def test_what_is_open_is_on_the_next_meetings_page_by_itself_and_stays_there(dispute, client_of, nora, theo, maya, at):
    series = Series.objects.set_up(weekday=3, time=at.time(), zone="Europe/Amsterdam", minutes=30, by=nora, at=at)
    meeting = series.meetings.get()
    read = client_of(nora).get(meeting.get_absolute_url()).content.decode()
    assert "Return of Priya, “Not really interested yet”: marketing contests it" in read
    assert "sales has not answered" in read

    meeting.open(by=nora, at=meeting.starts_at)
    dispute.withdraw(because="Agreed.", by=maya, at=meeting.starts_at + MINUTE)

    assert "marketing contests it" in client_of(nora).get(meeting.get_absolute_url()).content.decode()
    assert series.meetings.get().pack["disputes"] == [{"dispute": dispute.pk, "state": "asked"}]


def test_it_is_contested_answered_and_settled_in_the_browser(returned, client_of, maya, sam, nora, theo):
    lead = returned.handoff.lead
    assert "Contest" in client_of(maya).get(f"/leads/{lead.pk}/").content.decode()
    assert f"/sla/contest/returned/{returned.pk}/" not in client_of(sam).get(f"/leads/{lead.pk}/").content.decode()
    door = f"/sla/contest/returned/{returned.pk}/"
    assert client_of(maya).post(door, {"because": ""}).status_code == 422
    client_of(maya).post(door, {"because": "She asked for a price."})
    dispute = Dispute.objects.get()
    at_it = dispute.get_absolute_url()

    assert "We stand by it" in client_of(sam).get(at_it).content.decode()
    assert "We stand by it" not in client_of(maya).get(at_it).content.decode()
    client_of(sam).post(f"{at_it}deny/", {"because": "She said so on the phone."})
    assert "goes to the meeting" in client_of(maya).get("/sla/disputes/").content.decode()
    answer = client_of(nora).post(f"{at_it}settle/", {"because": "We ask first.", "outcome": "corrects"})

    assert answer.status_code == 302
    assert "no longer counts" in client_of(maya).get(at_it).content.decode()
    exported = b"".join(client_of(maya).get("/sla/disputes/export/").streaming_content).decode()
    assert "We ask first." in exported
    assert exported.count("\n") == 2


def test_a_return_that_was_taken_back_leaves_nothing_to_dispute(dispute, sam, at):
    HandoffReturn.objects.filter(pk=dispute.returned_id).update(undone_at=at + 2 * HOUR)

    assert not Dispute.objects.open().exists()
    assert metrics.value("disputes", MARCH) == 0


def test_the_list_asks_as_often_however_many_there_are(returned, hand_over, client_of, maya, sam, at):
    def contested(count: int) -> None:
        for _ in range(count):
            made = hand_over(at).send_back(reason("low_intent"), by=sam, at=at + HOUR, note="No.")
            Dispute.objects.contest_return(made, because="She asked.", by=maya, at=at + 2 * HOUR)

    client = client_of(maya)
    contested(2)
    with queries_asked() as few:
        client.get("/sla/disputes/")
    contested(6)
    with queries_asked() as many:
        client.get("/sla/disputes/")

    assert len(many) == len(few) <= 12
