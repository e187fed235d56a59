"""What the demo's sales misses, where marketing's answers stand, and what of it was late."""

from collections.abc import Callable, Iterator

import pytest

from campaigns.models import Brief, Content, ContentRequest
from common import metrics
from common.periods import month_of
from leads.alike import LABELS, what_worked
from leads.beginnings import RECENT
from leads.converted import reckoned
from leads.models import Handoff
from leads.models.beginning import By
from smarketing.demo.scene import Scene
from smarketing.demo.story import ZONE
from tests import clocks
from tests.demo.conftest import FRIDAY_AFTERNOON


@pytest.fixture(scope="module")
def scene(staged: Callable) -> Iterator[Scene]:
    with staged(leads=300) as scene:
        yield scene


@pytest.fixture
def now(scene: Scene) -> Iterator[None]:
    clocks.show(FRIDAY_AFTERNOON)
    yield
    clocks.run_on()


def test_requests_stand_at_every_place_and_two_pieces_came_of_them(scene: Scene) -> None:
    states = ContentRequest.objects.order_by("pk").values_list("what", "state")
    assert dict(states) == {
        "A page on tolls in Germany": "delivered",
        "A story of a haulier who plans by hand": "delivered",
        "A film about the planner": "declined",
        "Two sentences on data protection for an offer": "asked",
        "An example from food": "asked_back",
        "What a third hub changes, on one page": "asked",
    }
    assert set(Content.objects.exclude(url="").values_list("title", flat=True)) == {
        "Tolls in Germany: a worked example",
        "Halden: 60 trucks instead of 74",
    }
    assert ContentRequest.objects.latest("pk").about.owner == scene.cast.sam


def test_one_answer_came_late_one_is_overdue_and_both_count(scene: Scene, now: None) -> None:
    november = month_of(FRIDAY_AFTERNOON, ZONE.key)
    both = (november.previous(), november)
    due = {each.key: [row.what for row in metrics.rows("requests_answered", each)] for each in both}
    assert due == {
        "2026-10": [
            "A page on tolls in Germany",
            "A story of a haulier who plans by hand",
            "A film about the planner",
        ],
        "2026-11": ["Two sentences on data protection for an offer"],
    }
    assert metrics.value("requests_answered", november.previous()) == pytest.approx(2 / 3)
    assert metrics.value("requests_answered", november) == 0.0


def test_sales_is_briefed_on_the_webinar_to_come(scene: Scene) -> None:
    assert Brief.objects.get().campaign.name == "Three hubs, one plan"


def test_what_converts_and_what_worked_are_told(scene: Scene) -> None:
    offers = reckoned(By.OFFER, period=RECENT)
    assert offers.total.leads > 100
    assert len([row for row in offers.rows if row.mqls]) >= 4
    assert len(reckoned(By.CAMPAIGN, period=RECENT).rows) >= 6
    worked = what_worked(Handoff.objects.open().order_by("pk").first().lead, at=FRIDAY_AFTERNOON)
    assert worked.cases >= 20
    assert {label for label, _ in worked.compared} == set(LABELS.values())
