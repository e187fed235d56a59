"""What worked for leads like this one: how people were reached, what came before wins, and what luck explains."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Content
from leads import alike
from leads.alike import what_worked
from leads.models import Attempt, Handoff, Lead, LeadScore, Touch, Worked
from leads.verdict import Share
from leads.worked import (
    HOURS,
    LISTED,
    MOST_TRIES,
    Case,
    Question,
    Tried,
    band,
    findings,
    group_for,
    tallied,
    told_apart,
)
from tests.asked import queries_asked
from tests.builders import a_handoff, a_lead, persona_in_force, reason

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MADE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FITS = {"title": "Head of Fleet", "country": "Belgium", "industry": "Road freight", "employees": 60}


def tried(hours, channel="call", connected=False):
    return Tried(MADE + HOUR * hours, channel, (8 + hours) % 24, connected)


def case(*attempts, **known):
    return Case(["all"], MADE, attempts, **known)


def told(cases, question):
    found = tallied(cases)
    return {answer: (tally.hits, tally.of) for (_, asked, answer), tally in found.items() if asked == question}


def test_by_the_first_attempt_those_are_reached_who_were_reached_sometime():
    by_mail = case(tried(1, "email"), tried(4, connected=True))
    by_call = case(tried(3), tried(5))
    assert told([by_mail, by_call, case()], Question.CHANNEL) == {"email": (1, 1), "call": (0, 1)}


def test_by_the_hour_the_first_call_counts_and_nothing_after_it():
    at_nine, at_two = case(tried(1, connected=True)), case(tried(6), tried(7, connected=True))
    by_mail = case(tried(1, "email"))
    assert told([at_nine, at_two, by_mail], Question.HOUR) == {"before 10": (1, 1), "14 to 16": (0, 1)}


@pytest.mark.parametrize(
    ("hour", "part"), [(0, 0), (9, 0), (10, 1), (11, 1), (12, 2), (14, 3), (15, 3), (16, 4), (23, 4)]
)
def test_every_hour_belongs_to_one_part_of_the_day(hour, part):
    assert band(hour) == HOURS[part]


def test_a_reply_reaches_them_after_as_many_attempts_as_there_were_by_then():
    answered = case(tried(1, "email"), tried(30, connected=True), replied_at=MADE + HOUR * 20)
    assert (answered.reached_by, answered.reached_at) == (1, MADE + HOUR * 20)
    assert case(tried(5), replied_at=MADE + HOUR).reached_by == 0
    tries = told([answered, case(tried(1), tried(2), tried(3, connected=True))], Question.TRIES)
    assert [tries[str(n)] for n in range(1, MOST_TRIES + 1)] == [(1, 2), (1, 2), (2, 2), (2, 2), (2, 2), (2, 2)]


moments = st.integers(0, 40)
cases = st.lists(
    st.builds(
        Case,
        groups=st.sampled_from([["all"], ["grade:A", "all"]]),
        made_at=st.just(MADE),
        tried=st.lists(
            st.builds(tried, moments, st.sampled_from(["call", "email"]), st.booleans()), max_size=8
        ).map(lambda found: sorted(found, key=lambda each: each.at)),
        replied_at=st.none() | moments.map(lambda hours: MADE + HOUR * hours),
        content=st.sampled_from([None, 1, 2]),
        campaign=st.sampled_from([None, 3]),
        won_at=st.none() | moments.map(lambda hours: MADE + HOUR * hours),
    )
)  # fmt: skip


@given(cases)
def test_every_tally_is_what_a_plain_count_of_the_cases_gives(drawn):
    drawn = [replace(each, handoff=number) for number, each in enumerate(drawn)]
    found = tallied(drawn)
    for (group, question, answer), tally in found.items():
        among = [each for each in drawn if group in each.groups]
        worked = [each for each in among if each.tried]
        match question:
            case Question.CHANNEL:
                of = [each for each in worked if each.tried[0].channel == answer]
                well = [each for each in of if _reached(each)]
            case Question.HOUR:
                of = [each for each in worked if each.tried[0].channel == "call" and band(each.tried[0].hour) == answer]
                well = [each for each in of if each.tried[0].connected]
            case Question.TRIES:
                of, number = worked, int(answer)
                well = [each for each in of if _reached(each) and _before(each) <= number]
            case Question.CONTENT | Question.CAMPAIGN:
                of = [each for each in among if str(getattr(each, question) or "") == answer]
                well = [each for each in of if each.won_at]
            case Question.DAYS:
                of = worked if answer == "reached" else among
                well = [each for each in of if (_reached(each) if answer == "reached" else each.won_at)]
                lengths = [(_reached(each) if answer == "reached" else each.won_at) - MADE for each in well]
                assert tally.middle == (median(lengths) if lengths else None)
        assert (tally.hits, tally.of) == (len(well), len(of))
        assert list(tally.well) == [each.handoff for each in well][-LISTED:]
        assert list(tally.otherwise) == [each.handoff for each in of if each not in well][-LISTED:]


def _reached(each):
    moments = [one.at for one in each.tried if one.connected] + [each.replied_at] * bool(each.replied_at)
    return min(moments, default=None)


def _before(each):
    return len([one for one in each.tried if one.at <= _reached(each)])


def test_an_answer_stands_beside_all_others_to_the_same_question():
    rows = {
        (Question.HOUR, "10 to 12"): Share(40, 60),
        (Question.HOUR, "after 16"): Share(20, 60),
        (Question.CONTENT, "1"): Share(3, 9),
        (Question.TRIES, "1"): Share(60, 120),
    }
    found = findings(rows)
    assert [(each.answer, each.rest) for each in found] == [
        ("10 to 12", Share(20, 60)),
        ("after 16", Share(40, 60)),
        ("1", Share(0, 0)),
    ]
    assert [each.answer for each in told_apart(found)] == ["10 to 12"]


def test_of_each_question_the_surest_is_told():
    rows = {(Question.HOUR, "10 to 12"): Share(50, 60), (Question.HOUR, "12 to 14"): Share(55, 60)}
    rows |= {(Question.HOUR, "after 16"): Share(9, 90), (Question.CONTENT, "1"): Share(30, 60)}
    found = findings(rows | {(Question.CONTENT, ""): Share(3, 60)})
    assert [(each.question, each.answer) for each in told_apart(found)] == [
        (Question.HOUR, "12 to 14"),
        (Question.CONTENT, "1"),
    ]


def test_what_does_worse_is_told_where_nothing_does_better():
    rows = {(Question.HOUR, "10 to 12"): Share(33, 60), (Question.HOUR, "12 to 14"): Share(32, 60)}
    found = findings(rows | {(Question.HOUR, "after 16"): Share(9, 40)})
    assert [(each.answer, each.better) for each in told_apart(found)] == [("after 16", False)]


def test_what_few_cases_show_is_no_advice():
    rows = {(Question.HOUR, "10 to 12"): Share(4, 5), (Question.HOUR, "after 16"): Share(1, 5)}
    assert told_apart(findings(rows)) == []


def test_the_likest_group_with_enough_cases_is_taken_else_the_largest():
    groups = ["persona:1", "trade:A:freight", "grade:A", "all"]
    assert group_for(groups, {"persona:1": 30, "grade:A": 90, "all": 200}) == "persona:1"
    assert group_for(groups, {"persona:1": 29, "grade:A": 30, "all": 200}) == "grade:A"
    assert group_for(groups, {"persona:1": 3, "all": 9}) == "all"


@pytest.fixture
def guide(db):
    return Content.objects.create(title="A guide")


def finished(*, at, sam, won=False, content=None, grade="B", **facts):
    """A hand-off of a week ago that Sam worked to its end: he called at two, spoke, and won it or returned it."""
    handoff = a_handoff(at=at - 7 * DAY, owner=sam, **facts)
    Handoff.objects.filter(pk=handoff.pk).update(content=content, grade=grade)
    handoff.refresh_from_db()
    Attempt.objects.log(handoff, channel="call", outcome="spoke", by=sam, at=at - 7 * DAY + 4 * HOUR)
    handoff.refresh_from_db()
    handoff.confirm({}, by=sam, at=at - 6 * DAY)
    if won:
        deal = handoff.open_deal(amount=Decimal(100), currency="EUR", closes_on=at.date(), by=sam, at=at - 5 * DAY)
        deal.win(by=sam, at=at - 2 * DAY)
    else:
        handoff.send_back(reason("no_need"), by=sam, at=at - 5 * DAY, note="They have one")
    return handoff


def graded(lead, criteria, at):
    LeadScore.objects.create(
        lead=lead, criteria=criteria, fit=1, engagement=1, total=2, grade="B", qualifies=True, fast_track=False,
        hot=False, scored_at=at,
    )  # fmt: skip


def test_hand_offs_that_are_over_are_told_by_grade_trade_and_persona(guide, maya, sam, theo, nora, at):
    version = persona_in_force("Fleet manager", maya=maya, sam=sam, theo=theo, nora=nora, at=at - 30 * DAY)
    finished(at=at, sam=sam, won=True, content=guide, **FITS)
    finished(at=at, sam=sam, industry="road  Freight ")
    still_open = finished(at=at, sam=sam, won=True)
    still_open.opportunities.update(state="open", closed_at=None)
    a_handoff(at=at - DAY, owner=sam)
    assert alike.reckon(at=at) == 2

    def share(group, question, answer):
        row = Worked.objects.filter(group=group, question=question, answer=answer).first()
        return row and (row.hits, row.of, row.middle)

    assert share("all", "content", str(guide.pk)) == (1, 1, None)
    assert share("all", "days", "won") == (1, 2, 5 * DAY)
    assert share("all", "days", "reached") == (2, 2, 4 * HOUR)
    assert share("all", "hour", "14 to 16") == (2, 2, None)  # ten o'clock in Amsterdam, and four hours
    assert share("grade:B", "channel", "call") == (2, 2, None)
    assert share("trade:B:road freight", "days", "won") == (1, 2, 5 * DAY)
    assert share(f"persona:{version.pk}", "days", "won") == (1, 1, 5 * DAY)

    like = Lead.objects.get(pk=a_lead(at=at, **FITS).pk)
    assert what_worked(like, at=at).like == "of every kind"
    assert what_worked(like, at=at).few


def test_attempts_taken_back_and_replies_after_the_end_reach_nobody(sam, at):
    handoff = finished(at=at, sam=sam)
    Attempt.objects.update(undone_at=at)
    Touch.objects.create(lead=handoff.lead, kind="reply", occurred_at=at - DAY)
    alike.reckon(at=at)
    assert not Worked.objects.filter(question="days", answer="reached").exists()
    Attempt.objects.update(undone_at=None, outcome="no_answer")
    Touch.objects.update(occurred_at=at - 6 * DAY)
    alike.reckon(at=at)
    assert Worked.objects.get(group="all", question="tries", answer="1").hits == 1


def test_before_anything_is_decided_nothing_is_said(sam, at):
    alike.reckon(at=at)
    assert what_worked(a_lead(at=at), at=at) is None


def a_group(*, at, good, calls):
    """What was reckoned of leads of every kind: of forty called at ten so many answered, of forty at four eight."""
    rows = [
        ("days", "won", 8, 80, 30 * DAY), ("days", "reached", 48, 80, DAY), ("channel", "call", 48, 80, None),
        ("hour", "10 to 12", good, calls, None), ("hour", "after 16", 8, 40, None),
        *(("tries", str(n), min(20 + 5 * n, 48), 80, None) for n in range(1, 7)),
    ]  # fmt: skip
    Worked.objects.bulk_create(
        Worked(group="all", question=question, answer=answer, hits=hits, of=of, middle=middle)
        for question, answer, hits, of, middle in rows
    )


def test_a_rep_reads_what_luck_does_not_explain_beside_the_lead_and_the_queue(sam, maya, at, clock_shows, client_of):
    clock_shows(at)
    handoff = a_handoff(at=at, owner=sam)
    a_group(at=at, good=30, calls=40)
    address = f"/leads/{handoff.lead_id}/worked/"
    for beside in (f"/leads/{handoff.lead_id}/", "/queue/"):
        assert f'hx-get="{address}"' in client_of(sam).get(beside).text
    for headers in ({}, {"HX-Request": "true"}):
        page = " ".join(client_of(sam).get(address, headers=headers).text.split())
        assert "80 decided hand-offs of leads of every kind" in page
        assert "First call 10 to 12: 75 % answered (30 of 40), otherwise only 20 %." in strip_tags(page)
        assert "31 % were reached by the first attempt, 44 % by attempt 3, 60 % by attempt 6." in page
    assert "What worked" not in client_of(maya).get(f"/leads/{handoff.lead_id}/").text


def test_before_a_hand_off_is_over_it_says_that_nothing_is_known(sam, at, clock_shows, client_of):
    clock_shows(at)
    handoff = a_handoff(at=at, owner=sam)
    alike.reckon(at=at)
    assert "from hand-offs that are over" in client_of(sam).get(f"/leads/{handoff.lead_id}/worked/").text


def test_without_a_difference_it_says_so_and_few_cases_are_called_few(sam, at, clock_shows, client_of):
    clock_shows(at)
    handoff = a_handoff(at=at, owner=sam)
    a_group(at=at, good=9, calls=40)
    page = client_of(sam).get(f"/leads/{handoff.lead_id}/worked/").text
    assert "No difference between channels, hours and offers that few cases cannot explain." in page
    Worked.objects.filter(question="days", answer="won").update(hits=1, of=12)
    page = client_of(sam).get(f"/leads/{handoff.lead_id}/worked/").text
    assert "few, so all of this may be luck" in page


def test_no_colleague_is_named(sam, rita, at, clock_shows, client_of):
    clock_shows(at)
    for _ in range(3):
        finished(at=at, sam=rita, won=True)
    alike.reckon(at=at)
    handoff = a_handoff(at=at, owner=sam)
    part = client_of(sam).get(f"/leads/{handoff.lead_id}/worked/", headers={"HX-Request": "true"}).text
    assert "3 decided hand-offs" in part
    assert "Rita" not in part


def test_a_share_opens_the_hand_offs_behind_it_of_either_kind_without_saying_whose(guide, sam, rita, at, client_of):
    won = finished(at=at, sam=rita, won=True, content=guide, first_name="Ann", last_name="Lee")
    lost = finished(at=at, sam=rita, content=guide, first_name="Bo", last_name="Berg")
    finished(at=at, sam=rita, won=True, first_name="Cy", last_name="Coe")
    alike.reckon(at=at)

    page = client_of(sam).get(f"/leads/worked/?group=all&question=content&answer={guide.pk}")

    behind = page.context["behind"]
    assert (list(behind.well), list(behind.otherwise), behind.share) == ([won], [lost], Share(1, 2))
    text = " ".join(strip_tags(page.text).split())
    assert "Pulled in by “A guide”: 1 of 2 hand-offs were won" in text
    assert "Ann Lee" in text
    assert "Cy Coe" not in text
    assert "Rita" not in text


def test_what_last_night_found_no_more_is_not_there(sam, at, client_of):
    alike.reckon(at=at)
    assert client_of(sam).get("/leads/worked/?group=all&question=content&answer=7").status_code == 404
    assert "Nothing is over yet" in client_of(sam).get("/leads/worked/").text


def test_of_many_the_latest_hundred_are_kept(sam):
    found = tallied(case(tried(1), handoff=number) for number in range(LISTED + 3))
    tally = found["all", Question.CHANNEL, "call"]
    assert (tally.hits, tally.of) == (0, 103)
    assert (tally.otherwise[0], tally.otherwise[-1]) == (3, 102)


def test_reading_asks_five_questions_of_the_database_at_most(guide, maya, sam, theo, nora, at):
    persona_in_force("Fleet manager", maya=maya, sam=sam, theo=theo, nora=nora, at=at - 30 * DAY)
    for _ in range(3):
        finished(at=at, sam=sam, content=guide, **FITS | {"employees": 70})
    alike.reckon(at=at)
    lead = Lead.objects.select_related("company", "score").get(pk=a_lead(at=at, **FITS).pk)
    with queries_asked() as asked:
        assert what_worked(lead, at=at)
    assert len(asked) <= 5
