"""What an MQL of each grade is worth by the last year, and the points that a draft takes over."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agreements.models import Credit
from goals.mql_worth import Counts, count_by_grade, worths
from leads.models import Handoff
from tests.builders import a_handoff, an_accepted_handoff, credit_in_force, reason

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
A = Counts(decided=10, accepted=9, settled=9, sqls=6, ended=4, won=2, deals=2, revenue=40_000.0)
D = Counts(decided=30, accepted=15, settled=15, sqls=3, ended=2)


def test_the_example_of_the_handbook_comes_out_as_by_hand():
    best, worst = worths({"A": A, "D": D}, points=10)
    assert best.factors == pytest.approx((21 / 30, 13.5 / 29, (2 + 20 / 3) / 24, 20_000))
    assert worst.factors == pytest.approx((27 / 50, 10.5 / 35, (20 / 3) / 22, 20_000))
    assert (round(best.value), round(worst.value)) == (2353, 982)
    assert (best.points, worst.points) == (16, 7)
    assert [each.is_small for each in (best, worst)] == [True, False]


def test_a_grade_like_all_has_the_points_of_any_mql():
    assert [each.points for each in worths(dict.fromkeys("ABC", A), points=10)] == [10, 10, 10]


def test_before_anything_was_won_nothing_is_told():
    assert worths({"D": D}, points=10) == []
    assert worths({}, points=10) == []


@pytest.fixture
def a_year(db, sam, at) -> None:
    """Of grade A one was won and one is undecided; of grade D one was returned and one let go after acceptance."""
    won = an_accepted_handoff(at=at, owner=sam)
    won.confirm({}, by=sam, at=at + HOUR)
    deal = won.open_deal(amount=Decimal(9_000), currency="EUR", closes_on=at.date(), by=sam, at=at + 2 * HOUR)
    deal.win(by=sam, at=at + 3 * HOUR)
    fresh, returned, let_go = (
        a_handoff(at=at, owner=sam),
        a_handoff(at=at, owner=sam),
        an_accepted_handoff(at=at, owner=sam),
    )
    returned.send_back(reason("spam"), by=sam, at=at + HOUR)
    let_go.send_back(reason("no_budget"), by=sam, at=at + HOUR, note="None")
    for handoff, grade in ((won, "A"), (fresh, "A"), (returned, "D"), (let_go, "D")):
        Handoff.objects.filter(pk=handoff.pk).update(grade=grade)


def test_hand_offs_are_counted_as_far_as_they_came(a_year, at):
    assert count_by_grade(at=at + DAY) == {
        "A": Counts(decided=1, accepted=1, settled=1, sqls=1, ended=1, won=1, deals=1, revenue=9_000.0),
        "D": Counts(decided=2, accepted=1, settled=1),
    }
    assert count_by_grade(at=at + 400 * DAY) == {}


def test_a_draft_takes_the_points_over_by_one_click(a_year, theo, nora, at, client_of, clock_shows):
    credit_in_force(theo=theo, nora=nora, at=at)
    draft = Credit.objects.agreed().amend(by=theo, at=at)
    clock_shows(at + DAY)
    page = client_of(theo).get(draft.get_absolute_url()).content.decode()
    assert "Take them into the draft" in page
    told = {each.grade: each.points for each in worths(count_by_grade(at=at + DAY), points=10)}
    assert told["A"] > 10 > told["D"]

    assert client_of(theo).post("/goals/credit/2/weigh/").status_code == 302
    draft.refresh_from_db()
    assert (draft.mql_a, draft.mql_b, draft.mql_d) == (told["A"], None, told["D"])


def test_what_is_signed_takes_nothing_over_and_a_marketer_nothing_at_all(
    a_year, theo, nora, maya, at, client_of, clock_shows
):
    signed = credit_in_force(theo=theo, nora=nora, at=at)
    clock_shows(at + DAY)
    assert client_of(theo).post("/goals/credit/1/weigh/").status_code == 409
    assert client_of(maya).post("/goals/credit/1/weigh/").status_code == 403
    signed.refresh_from_db()
    assert signed.mql_a is None
