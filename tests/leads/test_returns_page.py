"""What sales sent back: by reason, by the rule that let it through, and by the grade it had."""

import re
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from common import metrics
from common.periods import Period, between
from leads import tallies
from leads.draining import score_due
from leads.judgement import by_grade, by_reason, grades_foretell
from leads.let_through import GROUPS, WEEKS, counted, last_weeks, let_through, passed_by, stands_out
from leads.models import Criteria, Handoff
from leads.verdict import Share
from tests.asked import queries_asked
from tests.builders import AMSTERDAM, a_handoff, a_lead, a_touch, reason

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
RULES = (
    {"section": "fast_track", "touch_kind": "demo_request", "window_days": 14},
    {"section": "scored", "points": Decimal(30), "field": "title", "operator": "contains", "values": ["head"]},
    {"section": "scored", "points": Decimal(20), "touch_kind": "webinar_attended", "window_days": 30},
    {"section": "scored", "points": Decimal(-5), "touch_kind": "unsubscribe", "window_days": 30},
)  # fmt: skip


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def criteria(theo, nora, now) -> Criteria:
    """40 points make an MQL: a head gives 30, each webinar 20, a demo is enough by itself."""
    draft = Criteria.objects.draft_from(None, by=theo, at=now - 9 * DAY)
    for rule in draft.rules.all():
        rule.remove(by=theo)
    for rule in RULES:
        draft.add_rule(by=theo, **rule)
    draft.edit(by=theo, threshold=40, min_fit=None, min_engagement=None, grade_a=30, grade_b=20, grade_c=10)
    draft.propose(by=theo, at=now - 9 * DAY)
    draft.sign(by=theo, at=now - 9 * DAY)
    draft.sign(by=nora, at=now - 9 * DAY)
    return draft


def handed_over(*kinds: str, title: str = "", at, owner) -> Handoff:
    """Somebody who did this became an MQL of its owner."""
    acts = [a_touch(kind, at=at - (n + 1) * MINUTE) for n, kind in enumerate(kinds)]
    lead = a_lead(at=at - HOUR, title=title, touches=acts)
    score_due(at=at)
    handoff = lead.handoffs.get()
    if handoff.owner != owner:
        handoff.reassign(to=owner, because="For this test", by=None, at=at)
    return handoff


@pytest.fixture
def week(criteria, sam, rita, now):
    """A head after a webinar, a head after two, three webinars, a demo, a demo of a head after a webinar, one by hand.

    The first and the fourth come back for their quality, the third for another reason; the second was accepted.
    """
    at = now - 3 * DAY
    made = [
        handed_over("webinar_attended", title="Head of Sales", at=at, owner=sam),
        handed_over("webinar_attended", "webinar_attended", title="Head of Ops", at=at, owner=sam),
        handed_over(*["webinar_attended"] * 3, at=at, owner=sam),
        handed_over("demo_request", at=at, owner=sam),
        handed_over("demo_request", "webinar_attended", title="Head of IT", at=at, owner=sam),
        a_handoff(at=at, owner=sam, title="Head of nothing"),
    ]
    one, accepted, timing, demo, *_ = made
    accepted.accept(by=sam, at=at + HOUR)
    for handoff, why, rating in ((one, "low_intent", 2), (demo, "low_intent", 3), (timing, "timing", 1)):
        shown = {"date": "2026-06-01"} if why == "timing" else {}
        handoff.send_back(reason(why), evidence=shown, rating=rating, by=sam, at=at + HOUR)
    return made


@pytest.fixture
def period(now):
    return between((now - 27 * DAY).date(), (now + DAY).date(), AMSTERDAM)


def told(period: Period, criteria: Criteria | None):
    return let_through(counted(period, criteria), criteria)


def test_each_rule_says_what_it_let_through_and_what_would_have_been_no_mql_without_it(week, period):
    rules, overall = told(period, None)
    assert {rule.label: tuple(rule.counts[name] for name in GROUPS) for rule in rules} == {
        # counted for, decided, returned, decisive, decisive and returned
        "Title contains head": (3, 2, 1, 1, 1),
        "Attended a webinar, each in 30 days": (4, 3, 1, 3, 1),
        "Asked for a demo within the last 14 days": (2, 1, 1, 1, 1),
    }
    assert overall == Share(2, 4)


def test_every_figure_of_a_rule_is_the_number_of_hand_offs_it_opens(week, period, criteria, client_of, maya):
    client = client_of(maya)
    for scope in (None, criteria):
        rules, _ = told(period, scope)
        for rule in rules:
            for group, count in rule.counts.items():
                assert passed_by(rule.line, group, period, scope).count() == count
                asked = {"rule": rule.line, "what": group, "weeks": 4, "version": "ruling" if scope else "all"}
                assert len(client.get("/criteria/returns/leads/", asked).context["rows"]) == count


def test_what_is_kept_of_the_rules_is_what_is_counted_on_the_spot(week, criteria, now, client_of, maya):
    client, page = client_of(maya), "/criteria/returns/?weeks=4"
    on_the_spot = client.get(page)
    tallies.keep(clock=lambda: now)
    for weeks, scope in product(WEEKS, (None, criteria)):
        period = last_weeks(weeks, maya.zone, at=now)
        assert tallies.of_rules(period, scope, at=now) == (counted(period, scope), now)
    week[1].send_back(reason("low_intent"), rating=1, by=week[1].owner, at=now)
    with queries_asked() as asked:
        kept = client.get(page)
    assert "Counted" in kept.text
    assert "Counted 1" not in on_the_spot.text
    assert kept.context["rules"] == on_the_spot.context["rules"]
    assert not [each for each in asked if "jsonb_to_recordset" in each["sql"]]
    assert len(asked) <= 21


def test_a_rule_stands_out_only_where_that_is_no_chance(period):
    class Rule:
        def __init__(self, count, of):
            self.returned = Share(count, of)

    few, many = Rule(3, 4), Rule(30, 50)
    assert stands_out([few, many], Share(100, 400)) is many
    assert stands_out([few, many], Share(200, 400)) is None
    assert stands_out([few], Share(0, 0)) is None


def test_returns_are_counted_by_reason_as_the_catalogue_counts_them(week, period):
    given = by_reason(period, None)
    assert [(str(each.reason), each.returns, each.quality) for each in given] == [
        (str(reason("low_intent")), 2, 2),
        (str(reason("timing")), 1, 0),
    ]
    assert sum(each.returns for each in given) == metrics.value("returns", period)
    assert sum(each.quality for each in given) == metrics.value("quality_returns", period)


def test_all_that_came_back_opens_as_one_list(week, client_of, sam):
    page = client_of(sam).get("/criteria/returns/leads/?weeks=4")
    assert [handoff for handoff, *_ in page.context["rows"]] == [week[2], week[3], week[0]]
    assert {str(returned.reason) for _, returned, _ in page.context["rows"]} == {
        str(reason("low_intent")),
        str(reason("timing")),
    }


def test_verdicts_stand_beside_the_grade_and_each_cell_opens_its_leads(week, period, client_of, nora):
    grades = by_grade(period, None)
    assert {row.grade: (*row.counts.values(), row.unjudged) for row in grades} == {
        "A": (0, 1, 0, 2),
        "B": (0, 0, 0, 0),
        "C": (0, 0, 0, 0),
        "D": (1, 0, 1, 0),
    }
    client = client_of(nora)
    for row in grades:
        cells = [(verdict.value, count) for verdict, count in row.counts.items()] + [("none", row.unjudged)]
        for verdict, count in cells:
            answer = client.get("/criteria/returns/leads/", {"grade": row.grade, "verdict": verdict, "weeks": 4})
            assert len(answer.context["rows"]) == count
    # Of the two pairs that differ in both, the A was better than the poor D and worse than the good one.
    assert grades_foretell(grades).share == 0.5
    assert metrics.value("found_good", period) == 1 / 3
    assert metrics.rows("found_good", period).count() == metrics.cases("found_good", period) == 3


def test_without_a_verdict_on_both_sides_nothing_is_compared(criteria, period):
    assert grades_foretell(by_grade(period, None)) is None


def test_under_one_version_only_its_hand_offs_count(week, period, criteria, theo, nora, now):
    draft = criteria.amend(by=theo, at=now)
    draft.propose(by=theo, at=now)
    draft.sign(by=theo, at=now)
    draft.sign(by=nora, at=now)
    assert told(period, draft)[0] == []
    assert by_reason(period, draft) == []
    # The rows of the next version are copies on the same lines, so all versions together count them once.
    assert [rule.counts for rule in told(period, None)[0]] == [rule.counts for rule in told(period, criteria)[0]]


def test_the_page_is_open_to_both_sides_and_every_link_of_it_opens(
    week, client_of, sam, theo, django_assert_max_num_queries
):
    client_of(theo).get("/criteria/returns/?weeks=4")
    for person in (sam, theo):
        client = client_of(person)
        with django_assert_max_num_queries(34):
            page = client.get("/criteria/returns/?weeks=4")
        links = {
            link.replace("&amp;", "&") for link in re.findall(r'href="(/criteria/returns/leads/[^"]+)"', page.text)
        }
        assert len(links) > 20
        assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    "asked",
    [
        "?rule=nonsense&what=counted",
        "?rule=00000000-0000-4000-8000-000000000000&what=counted",
        "?grade=E&verdict=1",
        "?grade=A&verdict=4",
        "?reason=because",
    ],
)
def test_a_figure_that_does_not_exist_is_not_found(criteria, client_of, sam, asked):
    assert client_of(sam).get(f"/criteria/returns/leads/{asked}").status_code == 404


def test_weeks_that_cannot_be_are_as_usual_and_nothing_at_all_teaches(now, client_of, sam):
    page = client_of(sam).get("/criteria/returns/?weeks=99&version=x")
    assert (page.context["asked"].weeks, page.context["asked"].criteria) == (13, None)
    assert "Nothing came back" in page.text
