"""Signs worth a look: what each counts of what, against a count in plain Python, and who sees whose."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import metrics
from common.periods import parse
from leads.models import Attempt, Handoff
from leads.promotion import qualify_by_hand
from leads.verdict import Share
from sla.signs import SIGNS
from sla.worth_a_look import Seen, by_rep, told
from tests.asked import queries_asked
from tests.builders import reason

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MARCH = parse("2026-03", "Europe/Amsterdam")
LATER = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
BEGUN = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 11, 16, 30, tzinfo=UTC)  # half past five in Amsterdam
OPENS = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)


def share(key: str, period=MARCH) -> Share:
    sign = next(sign for sign in SIGNS if sign.key == key)
    found = sign.share(period)
    assert found.count == metrics.value(key, period) == len(metrics.rows(key, period))
    return found


@dataclass(frozen=True)
class Story:
    """What Sam does with one hand-off made at ten: minutes of that day, or of the next morning."""

    act: str  # "call", "accept", "return", "let go" (accepted first)
    minutes: int
    next_morning: bool = False
    synced: bool = False
    gap: int = 0  # between accepting and letting go

    @property
    def moment(self) -> datetime:
        return (OPENS if self.next_morning else BEGUN) + self.minutes * MINUTE

    @property
    def took(self) -> timedelta:
        """Working time until the first attempt or return."""
        last = self.moment + self.gap * MINUTE
        return (CLOSES - BEGUN) + (last - OPENS) if self.next_morning else last - BEGUN

    def play(self, handoff: Handoff, sam) -> None:
        if self.act == "call":
            log = {"channel": "call", "outcome": "no_answer", "synced": self.synced}
            Attempt.objects.log(handoff, **log, by=sam, at=self.moment)
        elif self.act == "return":
            handoff.send_back(reason("low_intent"), by=sam, at=self.moment, note="Only wanted the guide.")
        else:
            handoff.accept(by=sam, at=self.moment)
            if self.act == "let go":
                after = self.moment + self.gap * MINUTE
                handoff.send_back(reason("low_intent"), by=sam, at=after, note="Only wanted the guide.")


stories = st.lists(
    st.builds(
        Story,
        act=st.sampled_from(["call", "call", "accept", "return", "let go"]),
        minutes=st.integers(0, 40),
        next_morning=st.booleans(),
        synced=st.booleans(),
        gap=st.sampled_from([0, 59, 60, 61, 200]),
    ).map(lambda each: each if each.act == "let go" else Story(each.act, each.minutes, each.next_morning, each.synced)),
    max_size=5,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(stories)
def test_the_signs_of_sales_are_what_plain_python_counts(hand_over, sam, at, clock_shows, played):
    with transaction.atomic():
        for story in played:
            story.play(hand_over(at), sam)
        clock_shows(LATER)

        calls = [story for story in played if story.act == "call"]
        seen = [story for story in calls if not story.synced], calls
        by_hand = Share(len(seen[0]), len(seen[1])) if any(story.synced for story in calls) else Share(0, 0)
        assert share("attempts_by_hand") == by_hand
        accepted = [story for story in played if story.act != "return"]
        untouched = [story for story in accepted if story.act != "call"]
        assert share("accepted_untouched") == Share(len(untouched), len(accepted))
        soon = [story for story in accepted if story.act == "let go" and story.gap <= 60]
        assert share("dropped_soon") == Share(len(soon), len(accepted))
        kept = [story for story in played if story.act != "accept" and story.took <= 8 * HOUR]
        last = [story for story in kept if story.took >= 0.95 * 8 * HOUR]
        assert share("first_attempts_last_minute") == Share(len(last), len(kept))
        transaction.set_rollback(True)


def test_what_is_given_back_and_won_later_is_told(hand_over, sam, maya, at, clock_shows):
    first, second = hand_over(at), hand_over(at)
    for handoff in (first, second):
        handoff.send_back(reason("no_budget"), by=sam, at=at + HOUR, note="They said so on the phone.")
    clock_shows(LATER)
    assert share("returned_then_won") == Share(0, 2)

    lead = first.lead
    lead.refresh_from_db()
    qualify_by_hand(lead, note="They have it now.", by=maya, at=at + 2 * DAY)
    again = lead.handoffs.get(closed_at=None)
    if again.owner != sam:
        again.reassign(to=sam, because="He knows them", by=None, at=at + 2 * DAY)
    again.accept(by=sam, at=at + 3 * DAY)
    terms = {"amount": Decimal(9000), "currency": "EUR", "closes_on": LATER.date()}
    again.open_deal(**terms, by=sam, at=at + 4 * DAY).win(by=sam, at=at + 5 * DAY)

    assert share("returned_then_won") == Share(1, 2)


def test_what_marketing_promotes_by_hand_as_the_month_ends_is_told(hand_over, at, clock_shows, sam):
    hand_over(at)
    clock_shows(datetime(2026, 4, 15, 12, 0, tzinfo=UTC))
    assert share("mqls_by_hand") == Share(1, 1)
    assert share("by_hand_at_the_end") == Share(0, 1)

    for day in (26, 27, 31):  # the last three working days are the 27th, the 30th and the 31st
        hand_over(datetime(2026, 3, day, 10, 0, tzinfo=UTC))

    assert share("by_hand_at_the_end") == Share(2, 4)


def test_quality_returns_after_the_cut_off_are_told(hand_over, sam, at, clock_shows):
    april = MARCH.next()
    clock_shows(datetime(2026, 4, 15, 12, 0, tzinfo=UTC))
    for handoff, day in ((hand_over(at), 7), (hand_over(at), 8), (hand_over(at), 9)):
        on = datetime(2026, 4, day, 12, 0, tzinfo=UTC)
        handoff.send_back(reason("low_intent"), by=sam, at=on, note="Only wanted the guide.")

    assert share("returned_after_cut_off", april) == Share(2, 3)


def test_a_sign_stands_out_only_where_few_cases_cannot_explain_it():
    sign = next(sign for sign in SIGNS if sign.key == "dropped_soon")  # up to one in ten is usual
    assert not Seen(sign, Share(9, 9)).stands_out
    assert Seen(sign, Share(9, 9)).is_small
    assert not Seen(sign, Share(2, 20)).stands_out
    assert Seen(sign, Share(8, 20)).stands_out


def test_the_signs_by_rep_are_for_that_rep_and_the_head_of_sales(hand_over, sam, rita, nora, theo, at, clock_shows):
    hand_over(at).accept(by=sam, at=at + HOUR)
    clock_shows(LATER)

    for person, reps in ((nora, [sam]), (sam, [sam]), (rita, []), (theo, [])):
        assert [rep for rep, _ in by_rep(told(MARCH), person)] == reps
    [(_, shares)] = by_rep(told(MARCH), nora)
    assert {sign.key: share for sign, share in shares}["accepted_untouched"] == Share(1, 1)


def test_the_cases_of_a_rep_open_for_that_rep_and_the_head_of_sales(
    hand_over, sam, rita, nora, theo, client_of, at, clock_shows
):
    hand_over(at, "priya").accept(by=sam, at=at + HOUR)
    clock_shows(LATER)

    for address in (
        f"/sla/reps/{sam.pk}/?period=2026-03",
        f"/sla/reps/{sam.pk}/?period=2026-03&sign=accepted_untouched",
    ):
        for person in (nora, sam):
            assert "Priya" in client_of(person).get(address).content.decode()
        assert client_of(rita).get(address).status_code == 404
        assert client_of(theo).get(address).status_code == 403
    assert client_of(sam).get(f"/sla/reps/{sam.pk}/?sign=mqls_by_hand").status_code == 404


def test_the_page_says_what_each_sign_is_and_accuses_nobody(hand_over, sam, client_of, nora, at, clock_shows):
    hand_over(at).accept(by=sam, at=at + HOUR)
    clock_shows(LATER)

    html = client_of(nora).get("/sla/signs/?period=2026-03").content.decode()

    for sign in SIGNS:
        assert sign.name in html
        assert sign.reading in html
    assert "few cases" in html
    assert "never a verdict" in html


def test_the_signs_ask_as_often_however_much_happened(hand_over, sam, client_of, nora, at, clock_shows):
    client = client_of(nora)

    def happen(count: int) -> None:
        for n in range(count):
            handoff = hand_over(at)
            handoff.accept(by=sam, at=at + n * MINUTE)
            handoff.send_back(reason("low_intent"), by=sam, at=at + HOUR, note="Only wanted the guide.")

    happen(2)
    clock_shows(LATER)
    with queries_asked() as few:
        client.get("/sla/signs/?period=2026-03")
    happen(6)
    clock_shows(LATER)
    with queries_asked() as many:
        client.get("/sla/signs/?period=2026-03")

    assert len(many) == len(few) <= 32
