"""The ledger at each of its four places: the lead's page, the queue, the hand-off frozen and now, the API."""

from datetime import timedelta

import pytest

from accounts.models import User
from leads.draining import score_due
from leads.models import Criteria, Handoff
from tests.builders import a_lead, a_touch, criteria_in_force

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PART = {"HX-Request": "true"}


@pytest.fixture
def now(at, clock_shows):
    clock_shows(at)
    return at


@pytest.fixture
def criteria(theo, nora, now) -> Criteria:
    return criteria_in_force(theo=theo, nora=nora, at=now - 20 * DAY)


@pytest.fixture
def handoff(criteria, sam, now) -> Handoff:
    """A VP asked for a demo after the pricing page, six days ago."""
    at = now - 6 * DAY
    acts = [
        a_touch("pricing_page", at=at - 3 * HOUR, detail="/pricing"),
        a_touch("pricing_page", at=at - 2 * HOUR, detail="/pricing/teams"),
        a_touch("demo_request", at=at - HOUR),
    ]
    lead = a_lead(at=at - HOUR, title=" VP Operations ", employees=240, touches=acts)
    score_due(at=at)
    made = lead.handoffs.get()
    if made.owner != sam:
        made.reassign(to=sam, because="For this test", by=None, at=at)
    return made


def the_line_about(word: str, lines) -> tuple:
    [line] = [line for line in lines if line.label.startswith(word)]
    return line.count, line.matched, line.points, line.changes_on and line.changes_on.isoformat()


PRICING = (2, ["/pricing/teams", "/pricing"], 16, "2026-03-19")


def test_the_queue_opens_with_the_frozen_ledger_its_version_and_where_the_lead_stands_today(
    handoff, criteria, sam, client_of
):
    page = client_of(sam).get(f"/queue/{handoff.pk}/")
    assert the_line_about("Viewed the pricing page", page.context["ledger"]) == PRICING
    for words in ("2 times, last", "/pricing/teams, /pricing", "VP Operations", "19 Mar"):
        assert words in page.text
    assert f'<a href="/criteria/1/">criteria v{criteria.revision.number}</a>' in page.text
    address = f"/leads/{handoff.lead_id}/score/today/"
    assert f'hx-get="{address}"' in page.text
    today = client_of(sam).get(address, headers=PART).context["explained"]
    assert (today.score.total, today.gap.qualifies) == (handoff.total, True)


def test_when_points_have_gone_the_queue_says_what_is_missing_and_what_would_close_it(
    handoff, sam, now, client_of, clock_shows
):
    clock_shows(now + 30 * DAY)
    page = client_of(sam).get(f"/queue/{handoff.pk}/")
    assert the_line_about("Viewed the pricing page", page.context["ledger"]) == PRICING
    for headers in ({}, PART):
        today = client_of(sam).get(f"/leads/{handoff.lead_id}/score/today/", headers=headers)
        gap = today.context["explained"].gap
        assert (gap.qualifies, gap.points > 0, bool(gap.closes)) == (False, True, True)
        for words in ("points missing", "It would take", "At once"):
            assert words in today.text


@pytest.mark.parametrize("who", ["sam", "maya"])
def test_the_lead_page_tells_it_now_and_keeps_it_as_it_was_at_the_hand_off(handoff, request, now, client_of, who):
    person: User = request.getfixturevalue(who)
    page = client_of(person).get(f"/leads/{handoff.lead_id}/")
    [(shown, frozen)] = page.context["handoffs"]
    assert shown == handoff
    assert the_line_about("Viewed the pricing page", frozen) == PRICING
    assert the_line_about("Viewed the pricing page", page.context["explained"].lines) == PRICING
    # In the rule about the pricing page and the one about any touch, now and as it was frozen.
    assert page.text.count("/pricing/teams, /pricing") == 4


def test_a_changed_title_changes_what_matches_now_and_not_what_was_frozen(handoff, maya, now, client_of):
    handoff.lead.edit({"title": "Director"}, by=maya, at=now)
    page = client_of(maya).get(f"/leads/{handoff.lead_id}/")
    [(_, frozen)] = page.context["handoffs"]
    said = [[line.matched for line in lines if line.label.startswith("Title")] for lines in
            (frozen, page.context["explained"].lines)]  # fmt: skip
    assert said == [[["VP Operations"]], [["Director"]]]
