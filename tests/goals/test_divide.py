"""A draft is divided in segments on its page; what both sign says so, and the parts add up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import Incomplete, Refused
from goals.models import Plan
from goals.segments import Segment
from tests.goals.test_goals_page import ASSUMED, chain_of, text_of

DAY = timedelta(days=1)
LARGE = Segment("Large fleets", Decimal("0.6"), average_deal=Decimal(50_000), win_rate=Decimal("0.2"))
SMALL = Segment("Small fleets", Decimal("0.4"))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(clock_shows, at):
    clock_shows(at)


def rows(*segments: dict[str, str]) -> dict[str, str]:
    sent = {"form-TOTAL_FORMS": str(len(segments)), "form-INITIAL_FORMS": "0"}
    return sent | {f"form-{n}-{name}": value for n, row in enumerate(segments) for name, value in row.items()}


def test_segments_typed_on_the_page_make_the_chain(client_of, draft, nora):
    browser, page = client_of(nora), f"/goals/plans/{draft.pk}/segments/"
    large = {"name": "Large fleets", "share": "60", "average_deal": "50000", "win_rate": "20"}
    seen = browser.post(page, rows(large, {"name": "Small fleets", "share": "40"}, {"name": ""}), follow=True)
    assert Plan.objects.get().parts == [LARGE, SMALL]
    assert chain_of(seen) == {
        "Visits": "96,875", "Leads": "1,938", "MQLs": "194", "SALs": "155", "Opportunities": "62", "Customers": "14",
        "Revenue": "€ 500,000",
    }  # fmt: skip
    assert "Large fleets 60 % € 50,000 20 % 6 94 938" in text_of(seen)
    assert "Small fleets 40 % € 25,000 25 % 8 100 1,000" in text_of(seen)
    assert text_of(browser.get(page)).count("Segment, row") == 5
    whole = browser.post(page, rows(), follow=True)
    assert chain_of(whole)["MQLs"] == "250"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"name": "Large fleets", "share": "60"}, "The shares of the segments add up to 100 %."),
        ({"name": "Large fleets"}, "Say which part of the revenue it brings."),
        ({"share": "100"}, "Name it, or leave the row empty."),
        ({"name": "All", "share": "100", "win_rate": "101"}, "The win rate must be more than 0 and at most 100 %."),
    ],
)
def test_a_division_that_cannot_be_is_named_and_not_saved(row, why, client_of, draft, nora):
    answer = client_of(nora).post(f"/goals/plans/{draft.pk}/segments/", rows(row))
    assert answer.status_code == 422
    assert why in text_of(answer).replace("\N{NO-BREAK SPACE}", " ")
    assert Plan.objects.get().segments == []


def test_what_both_sign_names_each_segment_and_the_targets_are_their_sum(draft, theo, nora, at):
    draft.divide([LARGE, SMALL], by=theo, at=at)
    draft.propose(by=theo, at=at)
    text = draft.revision.text.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "“Large fleets” brings 60 % of it, € 300,000, in 6 deals of € 50,000: 94 MQLs of 938 leads, of which 10 % "
        "qualify, 80 % are accepted, 40 % become opportunities and 20 % are won."
    ) in text
    assert "We win 22.6 % of opportunities" in text
    draft.sign(by=theo, at=at)
    draft.sign(by=nora, at=at)
    assert draft.targets.get(metric="mqls_delivered", period="2026-Q2").value == 194
    with pytest.raises(Refused):
        draft.divide([], by=theo, at=at)
    assert len(Plan.objects.get().segments) == 2


def test_the_next_version_keeps_the_segments(in_force, draft, nora, theo, at):
    assert Plan.objects.draft_from(draft, by=nora, at=at).segments == []
    other = Plan.objects.draw_up("2026-Q3", Decimal(500_000), draft.calendar, by=theo, at=at)
    other.divide([LARGE, SMALL], by=theo, at=at)
    other.propose(by=theo, at=at)
    other.sign(by=theo, at=at)
    other.sign(by=nora, at=at)
    assert Plan.objects.draft_from(other, by=nora, at=at).parts == [LARGE, SMALL]


def test_a_verb_refuses_what_does_not_add_up(draft, theo, at):
    with pytest.raises(Incomplete, match="add up to 100"):
        draft.divide([LARGE], by=theo, at=at)
    assert Plan.objects.get().segments == []


def test_a_slider_moves_only_the_segments_without_a_rate_of_their_own(client_of, draft, theo, nora, at):
    draft.divide([LARGE, SMALL], by=theo, at=at)
    seen = client_of(nora).get(f"/goals/plans/{draft.pk}/reckon/", ASSUMED | {"win_rate": "50"})
    assert "Large fleets 60 % € 50,000 20 % 6 94 938" in text_of(seen)
    assert "Small fleets 40 % € 25,000 50 % 8 50 500" in text_of(seen)
    assert chain_of(seen)["MQLs"] == "144"
